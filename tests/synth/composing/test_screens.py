from __future__ import annotations

import numpy as np

from textrm.synth.composing.grounds import lay_ground
from textrm.synth.composing.screens import DENSITIES, lay_screen, screen


def test_ink_takes_between_8_and_45_per_cent() -> None:
    shares = [1 - screen(np.random.default_rng(seed), 160, 160).mean() / 255 for seed in range(60)]
    assert min(shares) > DENSITIES[0] - 0.03
    assert max(shares) < DENSITIES[1] + 0.03
    assert np.ptp(shares) > 0.25


def test_some_screens_grow_darker_across() -> None:
    steps = []
    for seed in range(40):
        part = screen(np.random.default_rng(seed), 180, 180) / 255
        halves = abs(part[:60].mean() - part[-60:].mean()), abs(part[:, :60].mean() - part[:, -60:].mean())
        steps.append(max(halves))
    assert 4 < sum(step > 0.08 for step in steps) < 20


def test_a_screen_lies_on_both_pictures_within_its_area_and_region() -> None:
    region = np.zeros((90, 120), np.uint8)
    region[:, :70] = 255
    for seed in range(12):
        clean = np.random.default_rng(1).integers(100, 200, (90, 120, 3)).astype(np.uint8)
        before, image = clean.copy(), clean.copy()
        tags = lay_screen(np.random.default_rng(seed), (clean, image), (20, 10, 110, 60), False, region)
        assert tags == {"screen"}
        np.testing.assert_array_equal(clean, image)
        changed = np.abs(clean.astype(int) - before).max(2) > 0
        assert changed[10:60, 20:70].mean() > 0.05
        changed[10:60, 20:70] = False
        assert not changed.any()


def test_a_ground_is_the_same_on_both_pictures_and_grey_on_grey_pages() -> None:
    kinds = set()
    for seed in range(40):
        clean = np.full((100, 140, 3), 180, np.uint8)
        image = clean.copy()
        kinds |= lay_ground(np.random.default_rng(seed), (clean, image), (10, 10, 130, 90), False)
        np.testing.assert_array_equal(clean, image)
        assert (clean == clean[..., :1]).all()
        assert (clean[:10] == 180).all()
        assert (clean[90:] == 180).all()
        assert (clean[10:90, 10:130] != 180).mean() > 0.02
    assert {"screen", "speed_lines", "burst", "flat_ground"} <= kinds

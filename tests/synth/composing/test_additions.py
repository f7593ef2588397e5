from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from textrm.synth.composing.additions import LARGE, add_faint, add_jotting, add_large, add_screen
from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer
from textrm.synth.faces.library import FontLibrary
from textrm.synth.inks.tones import STEPS, lab

AREA = (0.0, 0.0, 320.0, 320.0)


def page(fonts: FontLibrary, seed: int, color: bool = True, level: int = 220) -> Letterer:
    rng = np.random.default_rng(seed)
    return Letterer(
        rng, np.full((320, 320, 3), level, np.uint8), fonts, random_balloon_style(rng, color, (0, 0, 0)), color
    )


@pytest.mark.parametrize("add", [add_large, add_screen, add_jotting, add_faint])
def test_the_mask_is_the_difference_and_greys_stay_grey(add: Callable[..., bool], fonts: FontLibrary) -> None:
    lettered = 0
    for seed in range(12):
        letterer = page(fonts, seed, color=seed % 2 == 0)
        done = add(letterer, AREA)
        sample = letterer.sample("x", set())
        np.testing.assert_array_equal(sample.mask, np.abs(sample.image.astype(int) - sample.clean).max(2) > 16)
        assert done or not sample.mask.any() or add is add_screen
        lettered += int(sample.mask.any())
        if not letterer.color:
            assert (sample.image == sample.image[..., :1]).all()
            assert (sample.clean == sample.clean[..., :1]).all()
    assert lettered >= 9


def test_large_letters_take_15_to_50_per_cent_of_the_panel(fonts: FontLibrary) -> None:
    sides = []
    for seed in range(40):
        letterer = page(fonts, seed)
        if add_large(letterer, AREA, ground=0.0):
            assert (letterer.clean == 220).all()
            word = letterer.words[0] if letterer.words else np.zeros((4, 2))
            sides.append(np.ptp(word, 0).max() / 320)
    assert len(sides) > 25
    assert np.median(sides) > LARGE[0]
    assert max(sides) > LARGE[1]


def test_a_panel_cuts_a_large_effect_off(fonts: FontLibrary) -> None:
    region = np.zeros((320, 320), np.uint8)
    region[:, :160] = 255
    for seed in range(12):
        letterer = page(fonts, seed)
        add_large(letterer, (0, 0, 160, 320), region, ground=0.0, spill=0.0)
        assert not letterer.sample("x", set()).mask[:, 160:].any()


def test_a_plate_stays_when_the_writing_goes(fonts: FontLibrary) -> None:
    plates = 0
    for seed in range(10):
        letterer = page(fonts, seed)
        if not add_jotting(letterer, AREA, plate=1.0):
            continue
        plates += 1
        assert "plate" in letterer.tags
        assert (letterer.clean != 220).any()
        mask = letterer.sample("x", set()).mask.astype(bool)
        assert (letterer.clean[mask] != 220).mean() > 0.8  # the words lie on it
    assert plates > 4
    bare = page(fonts, 1)
    assert add_jotting(bare, AREA, plate=0.0)
    assert (bare.clean == 220).all()


def test_faint_lettering_is_close_to_its_ground(fonts: FontLibrary) -> None:
    steps = []
    for seed in range(12):
        letterer = page(fonts, seed, level=140)
        if add_faint(letterer, AREA):
            off = np.abs(letterer.image.astype(int) - 140).sum(2)
            ink = letterer.image[np.unravel_index(off.argmax(), off.shape)]
            steps.append(abs(lab(ink.astype(np.float64))[0] - lab(np.full(3, 140.0))[0]))
            assert "faint" in letterer.tags
    assert len(steps) > 6
    assert max(steps) <= STEPS[1] + 0.5


def test_rough_art_has_no_even_ground(fonts: FontLibrary) -> None:
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 256, (320, 320, 3)).astype(np.uint8)
    assert not add_faint(Letterer(rng, rough, fonts, random_balloon_style(rng, True, (0, 0, 0)), True), AREA)

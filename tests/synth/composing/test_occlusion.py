from __future__ import annotations

import numpy as np

from textrm.synth.composing.occlusion import SEEN, in_front, seen_through


def test_a_patch_is_cut_off_by_its_panel() -> None:
    keep = seen_through((40, 60), -10, 5, (0, 0, 30, 100), None)
    assert keep.shape == (40, 60)
    assert (keep[:, 10:40] == 255).all()
    assert not keep[:, :10].any()
    assert not keep[:, 40:].any()


def test_a_patch_is_cut_off_by_its_region_too() -> None:
    region = np.zeros((100, 100), np.uint8)
    region[20:30] = 255
    keep = seen_through((40, 60), 50, 10, (0, 0, 100, 100), region)
    assert (keep[10:20, :50] == 255).all()
    assert keep.sum() == 255 * 10 * 50


def test_a_patch_beyond_its_panel_is_not_seen() -> None:
    assert not seen_through((10, 10), 200, 200, (0, 0, 100, 100), None).any()


def test_things_in_front_leave_at_least_half_of_the_ink() -> None:
    art = np.full((120, 120, 3), 230, np.uint8)
    art[30:90, 30:60] = 90
    alpha = np.full((80, 80), 255, np.uint8)
    shares = [in_front(np.random.default_rng(seed), art, alpha, 20, 20).mean() / 255 for seed in range(60)]
    assert min(shares) >= SEEN
    assert 5 <= sum(share < 0.99 for share in shares) <= 30

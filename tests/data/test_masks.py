"""The masks of pairs and of files, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest

from textrm.data.masks import kernel_side, mask_of_compressed_pair, mask_of_drawn_pair, mask_of_levels


def _pair(height: int = 512, colour: tuple[int, int, int] = (155, 155, 155)) -> tuple[np.ndarray, np.ndarray]:
    clean = np.full((height, 64, 3), 255, np.uint8)
    raw = clean.copy()
    raw[100, 30] = colour
    return raw, clean


@pytest.mark.parametrize(("difference", "found"), [(101, False), (103, True), (255, True), (40, False)])
def test_default_threshold_is_two_fifths_of_the_range(difference: int, found: bool) -> None:
    raw, clean = _pair(colour=(255 - difference,) * 3)
    assert mask_of_compressed_pair(raw, clean, close=0, grow=0).any() == found
    assert mask_of_compressed_pair(clean, raw, close=0, grow=0).any() == found  # white on dark is lettering too


@pytest.mark.parametrize(("threshold", "difference"), [(0.1, 25), (0.2, 51), (0.8, 204)])
def test_threshold_is_a_share_of_the_range(threshold: float, difference: int) -> None:
    for step, found in ((0, False), (1, True)):
        raw, clean = _pair(colour=(255 - difference - step,) * 3)
        assert mask_of_compressed_pair(raw, clean, threshold, close=0, grow=0).any() == found


def test_coloured_lettering_as_bright_as_its_ground_is_found() -> None:
    raw, clean = np.full((64, 64, 3), (200, 0, 0), np.uint8), np.full((64, 64, 3), (0, 102, 0), np.uint8)
    assert mask_of_compressed_pair(raw, clean).all()


@pytest.mark.parametrize(
    ("per_512", "height", "side"),
    [(5, 512, 5), (3, 512, 3), (7, 512, 7), (5, 1024, 9), (5, 256, 3), (5, 1401, 13), (0, 2000, 1), (5, 51, 1)],
)
def test_kernel_follows_the_height_and_is_odd(per_512: float, height: int, side: int) -> None:
    assert kernel_side(per_512, height) == side


@pytest.mark.parametrize(("grow", "side"), [(0, 1), (3, 3), (5, 5), (7, 7)])
def test_a_pixel_grows_to_the_kernel(grow: float, side: int) -> None:
    mask = mask_of_compressed_pair(*_pair(colour=(0, 0, 0)), close=0, grow=grow)
    reach = side // 2
    assert mask.sum() == side**2
    assert mask[100 - reach : 101 + reach, 30 - reach : 31 + reach].all()
    assert mask.dtype == np.uint8


def test_gaps_are_closed_without_growing() -> None:
    raw, clean = _pair(colour=(0, 0, 0))
    raw[100, 32] = 0  # a gap of one pixel at column 31, one of three before column 36
    raw[100, 36] = 0
    mask = mask_of_compressed_pair(raw, clean, close=3, grow=0)
    assert mask[100, 29:38].tolist() == [0, 1, 1, 1, 0, 0, 0, 1, 0]
    assert mask.sum() == 4


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_of_drawn_pairs_more_than_sixteen_levels_in_any_channel_count(channel: int) -> None:
    clean = np.full((2, 3, 3), 100, np.uint8)
    image = clean.copy()
    image[0, :, channel] = (84, 116, 117)
    image[1, :, channel] = (83, 100, 255)
    assert mask_of_drawn_pair(image, clean).tolist() == [[0, 0, 1], [1, 0, 1]]


def test_of_stored_masks_the_upper_half_counts() -> None:
    mask = mask_of_levels(np.array([[0, 127], [128, 255]], np.uint8))
    assert (mask.tolist(), mask.dtype) == ([[0, 0], [1, 1]], np.uint8)

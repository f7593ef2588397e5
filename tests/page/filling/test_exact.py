"""What a net has made nearly of the paper's colour becomes exactly that."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.filling.exact import take_exact_colours
from textrm.page.filling.fill import fill_holes


def hole(height: int = 60, width: int = 90) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    mask[20:40, 20:70] = 1
    return mask


class Misses:
    """Fills with the darkest known level of each channel in the hole's rows, two levels off."""

    stride = 8

    def __call__(self, images: np.ndarray, masks: np.ndarray, kind: np.dtype) -> np.ndarray:
        assert kind == np.uint8
        return np.full_like(images, 253)


@pytest.mark.parametrize("fill", ["auto", "network"])
def test_paper_stays_white_under_a_word_that_reaches_into_a_drawing(fill: str) -> None:
    page = np.full((120, 200, 3), 255, np.uint8)
    page[:, 120:] = np.random.default_rng(0).integers(0, 200, (120, 80, 3), dtype=np.uint8)
    own = np.zeros((120, 200), np.uint8)
    own[40:80, 30:150] = 1
    page[own != 0] = 0
    fill_holes(page, own.copy(), fill, Misses())
    assert (page[40:80, 30:118] == 255).all()


@pytest.mark.parametrize(("kind", "unit"), [(np.uint8, 1), (np.uint16, 257)])
@pytest.mark.parametrize("channels", [1, 3])
def test_each_ground_gets_its_own_value(kind: type, unit: int, channels: int) -> None:
    page = np.full((60, 90, channels), 255 * unit - unit // 3, kind)
    page[:, 45:] = 90 * unit + unit // 2
    wanted = page.copy()
    own = hole()
    page[own != 0] -= 3 * unit
    page[25:35, 40:50] = wanted[25:35, 40:50] = 160 * unit  # of neither ground
    take_exact_colours(page, own, own)
    assert np.array_equal(page, wanted)


def test_gradients_grain_and_other_colours_stay_as_the_net_made_them() -> None:
    own = hole()
    for ground in (
        np.tile(np.linspace(200, 255, 90), (60, 1)),
        np.random.default_rng(0).normal(245, 3, (60, 90)),
        np.full((60, 90), 255.0),
    ):
        page = ground.clip(0, 255).astype(np.uint8)[..., None].repeat(3, 2)
        page[own != 0] = cv2.add(page[own != 0], (-20, -20, 0, 0)) if ground.min() == 255 else page[own != 0] - 1
        before = page.copy()
        take_exact_colours(page, own, own)
        assert np.array_equal(page, before)


def test_where_nothing_is_known_nothing_is_taken() -> None:
    page, everything = np.full((9, 9, 3), 7, np.uint8), np.ones((9, 9), np.uint8)
    take_exact_colours(page, everything, everything)
    assert (page == 7).all()

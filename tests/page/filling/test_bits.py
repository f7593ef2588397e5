"""Grey and RGB of 16 bits are filled in 16 bits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import DTypeLike

from textrm.page import InpaintingModel
from textrm.page.filling.fill import FILLS, fill_holes


def letters() -> np.ndarray:
    mask = np.zeros((120, 160), np.uint8)
    cv2.putText(mask, "Abgl", (40, 64), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 1, 4)
    return mask


def filled(truth: np.ndarray, fill: str, model: InpaintingModel) -> np.ndarray:
    image, hole = truth.copy(), letters()
    image[hole != 0] = 0
    fill_holes(image, hole, fill, model)
    assert image.dtype == truth.dtype
    assert np.array_equal(image[hole == 0], truth[hole == 0])
    return image


@pytest.mark.parametrize("fill", [fill for fill in FILLS if fill != "white"])
@pytest.mark.parametrize("colour", [(64123,), (64123, 60001, 257), (65535, 65534, 0)])
def test_a_flat_ground_gets_exactly_its_value(fill: str, colour: tuple[int, ...], inpainter: InpaintingModel) -> None:
    truth = np.full((120, 160, len(colour)), colour, np.uint16)
    assert np.array_equal(filled(truth, fill, inpainter), truth)


@pytest.mark.parametrize(("kind", "white"), [(np.uint8, 255), (np.uint16, 65535)])
def test_white_is_the_brightest_value(kind: DTypeLike, white: int, inpainter: InpaintingModel) -> None:
    image = filled(np.full((120, 160, 1), 9, kind), "white", inpainter)
    assert (image[letters() != 0] == white).all()


def test_a_gradient_is_continued_without_steps(inpainter: InpaintingModel) -> None:
    y, x = np.mgrid[:120, :160]
    truth = np.stack([20000 + 31 * x, 50000 - 17 * y, 9000 + 5 * (x + y)], 2).astype(np.uint16)
    error = np.abs(filled(truth, "auto", inpainter).astype(int) - truth)
    assert error.max() <= 2  # a step of 8 bits is 257


def test_a_screen_is_copied_bit_for_bit(inpainter: InpaintingModel) -> None:
    y, x = np.mgrid[:120, :160]
    wave = np.cos(2 * np.pi * (x + y) / 9) + np.cos(2 * np.pi * (x - y) / 9)
    for channels in (1, 3):
        truth = np.where(wave > 0.6, 1234, 64321).astype(np.uint16)[..., None].repeat(channels, 2)
        assert set(np.unique(filled(truth, "auto", inpainter))) == {1234, 64321}


def test_the_net_gives_16_bits(inpainter: InpaintingModel) -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 65536, (120, 160, 3), dtype=np.uint16)
    inside = filled(truth, "network", inpainter)[letters() != 0]
    assert (inside % 257 != 0).any()  # the mean of what is known lies between the levels of 8 bits
    assert np.abs(inside.astype(int) - 32768).max() < 1500
    grey = filled(truth[..., :1], "network", inpainter)[letters() != 0]
    assert (grey % 257 != 0).any()


def test_grey_of_one_channel_is_filled_as_the_same_grey_in_three(inpainter: InpaintingModel) -> None:
    noise = np.random.default_rng(5).normal(128, 30, (120, 160, 1)).clip(0, 255).astype(np.uint8)
    for fill in FILLS:
        grey, colour = filled(noise, fill, inpainter), filled(noise.repeat(3, 2), fill, inpainter)
        assert np.array_equal(grey.repeat(3, 2), colour)

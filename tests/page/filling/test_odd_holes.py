"""Holes with next to nothing known around them, and arrays that are no holes."""

from __future__ import annotations

import numpy as np
import pytest

from textrm.errors import UserError
from textrm.page import InpaintingModel
from textrm.page.filling.fill import FILLS, fill_holes


@pytest.mark.parametrize("fill_name", ["flat", "telea"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_the_colour_of_very_few_known_pixels_stands(fill_name: str, kind: type) -> None:
    # OpenCV's Telea makes up to 243 of a single pixel of 200.
    unit = 257 if kind == np.uint16 else 1
    for known, channels in (([200], 3), ([200] * 8, 1), ([90, 100, 100, 110], 3)):
        image, hole = np.full((60, 80, channels), 20 * unit, kind), np.ones((60, 80), np.uint8)
        image[0, : len(known)] = np.array(known)[:, None] * unit
        hole[0, : len(known)] = 0
        fill_holes(image, hole, fill_name)
        assert image.min() >= min(known) * unit
        assert image.max() <= max(known) * unit


@pytest.mark.parametrize("hole", [
    np.ones((60, 80), bool), np.ones((60, 80)), np.ones((59, 80), np.uint8), np.ones((60, 80, 1), np.uint8),
    np.full((60, 80), 255, np.uint8),
])  # fmt: skip
@pytest.mark.parametrize("fill_name", FILLS)
def test_a_hole_of_another_kind_or_size_is_refused(
    hole: np.ndarray, fill_name: str, inpainter: InpaintingModel
) -> None:
    image = np.full((60, 80, 3), 20, np.uint8)
    with pytest.raises(UserError, match=r"the hole is .*; expected uint8 \(60, 80\) of 0 and 1"):
        fill_holes(image, hole, fill_name, inpainter)
    assert (image == 20).all()

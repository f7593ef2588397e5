"""Takes lettering out of a page where its mask is known."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.fill import fill_holes
from textrm.page.filling.hole import make_hole
from textrm.page.filling.how_filled import HowFilled
from textrm.page.models.inpainter import InpaintingModel


def fill_lettering(
    image: np.ndarray, mask: np.ndarray, radius: int, edge: int, fill: str, model: InpaintingModel | None
) -> tuple[np.ndarray, HowFilled]:
    """Widen the mask up to lines of the drawing and fill it in place.

    Args:
        image: H W 3 RGB or H W 1 grey, uint8 or uint16.
        mask: H W uint8 in {0, 1}, 1 = lettering.
        radius: as of :func:`textrm.page.filling.hole.make_hole`.
        edge: as there.
        fill: as of :func:`textrm.page.filling.fill.fill_holes`.
        model: as there.

    Returns:
        H W uint8 in {0, 1}: all other pixels are as they were; and by what these were filled.
    """
    hole = make_hole(image, mask, radius, edge)
    how = fill_holes(image, hole.pixels, fill, model, hole.walls)
    filled = cv2.countNonZero(hole.pixels)
    hole.retouched.add_to(hole.pixels)
    how.strokes += cv2.countNonZero(hole.pixels) - filled
    return hole.pixels, how

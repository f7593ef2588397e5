"""Finds the lettering of a whole page, tile by tile."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.segmenter import Segmenter
from textrm.page.tile import tiles

TILE = 1152  # a page of 1170 x 1654 is two tiles


def segment(image: np.ndarray, model: Segmenter, tile: int = TILE) -> np.ndarray:
    """The probability of lettering of every pixel.

    A tile of one colour holds no lettering and is not shown to the model. Edges that do not reach a multiple of the
    model's stride are filled up by reflection.

    Args:
        image: H W 3 uint8 RGB.
        model: the model to ask.
        tile: side of the largest square tile in pixels; memory grows with its square.

    Returns:
        H W uint8, 0 = surely none, 255 = surely lettering.
    """
    height, width = image.shape[:2]
    prob = np.zeros((height, width), np.uint8)
    for part in tiles(height, width, tile, model.stride):
        rows, columns = part.window
        pixels = image[rows, columns]
        if (pixels == pixels[0, 0]).all():
            continue
        below, right = rows.stop - rows.start - pixels.shape[0], columns.stop - columns.start - pixels.shape[1]
        if below or right:
            pixels = cv2.copyMakeBorder(np.ascontiguousarray(pixels), 0, below, 0, right, cv2.BORDER_REFLECT_101)
        kept = model(pixels)[part.inner()]
        prob[part.core] = cv2.convertScaleAbs(kept, alpha=255)
    return prob

"""Finds the lettering of a whole page, tile by tile."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.segmenter import Segmenter
from textrm.page.tile import tile_pixels

TILE = 1152  # a page of 1170 x 1654 is two tiles


def segment(image: np.ndarray, model: Segmenter, tile: int = TILE) -> np.ndarray:
    """The probability of lettering of every pixel.

    Tiles are cut as :func:`~textrm.page.tile.tile_pixels` does.

    Args:
        image: H W 3 uint8 RGB.
        model: the model to ask.
        tile: side of the largest square tile in pixels; memory grows with its square.

    Returns:
        H W uint8, 0 = surely none, 255 = surely lettering.
    """
    prob = np.zeros(image.shape[:2], np.uint8)
    for part, pixels in tile_pixels(image, tile, model.stride):
        prob[part.core] = cv2.convertScaleAbs(model(pixels)[part.inner()], alpha=255)
    return prob

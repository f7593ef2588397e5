"""Fits pictures of any shape into a square, and finds places of the square again in the picture.

Training and use share it, so that a net sees a page as it saw the pictures it learnt from: the 512 px tree of Danbooru
has the same black bars.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


def letterbox(image: np.ndarray, size: int) -> np.ndarray:
    """The whole picture in a square: its longer side fills it, black bars fill the rest on both sides.

    Args:
        image: H W 3 uint8, at least 1 x 1.
        size: side of the square in pixels.

    Returns:
        size size 3 uint8, always a new array.
    """
    placed = placement(image.shape[0], image.shape[1], size)
    smaller = max(image.shape[:2]) > size
    square = np.zeros((size, size, 3), np.uint8)
    square[placed.top : placed.top + placed.rows, placed.left : placed.left + placed.columns] = cv2.resize(
        image, (placed.columns, placed.rows), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    )
    return square


def placement(height: int, width: int, size: int) -> Placement:
    """Where :func:`letterbox` puts a picture of ``height`` x ``width`` pixels in a square of ``size`` pixels."""
    longer = max(height, width)
    rows, columns = (max(1, round(side * size / longer)) for side in (height, width))
    return Placement(height, width, size, (size - rows) // 2, (size - columns) // 2, rows, columns)


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture of ``height`` x ``width`` pixels in a square of ``size``: ``rows`` x ``columns`` from ``top, left``."""

    height: int
    width: int
    size: int
    top: int
    left: int
    rows: int
    columns: int

    def in_picture(self, boxes: np.ndarray) -> np.ndarray:
        """Boxes of the square in pixels of the picture, cut off at its edges.

        Args:
            boxes: … 4, x0, y0, x1, y1 in [0, 1] of the square.

        Returns:
            … 4 float64, x0, y0, x1, y1 with x in [0, ``width``] and y in [0, ``height``]; a box that lies in a bar
            alone has no area.
        """
        start = np.array([self.left, self.top] * 2)
        shown = np.array([self.columns, self.rows] * 2)
        whole = np.array([self.width, self.height] * 2)
        return np.clip((boxes.astype(np.float64) * self.size - start) * whole / shown, 0, whole)

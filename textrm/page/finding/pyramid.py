"""Makes the members of a page's pyramid, and tells which of them are looked at whole."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.group import Slices

WHOLE = 750_000  # pixels; the largest member that is looked at whole has no more (of a strip: of a page's length of it)
COARSER = 3  # members below that one
_LONGEST = 2.0  # a strip counts as pages of this height to width
_SMALLEST = 32  # pixels; the shorter side of the smallest member
_COARSEST = 3  # the largest whole member is at least 1/8 of the page, however large that is


def whole_steps(height: int, width: int) -> range:
    """By how many halvings the members that are looked at whole are smaller than the page, from small to large.

    The same page at another size gives members of the same size, so that the same is seen in it; only pages that are
    smaller than the largest member are not enlarged.
    """
    short = min(height, width)
    area = short * min(max(height, width), int(_LONGEST * short))
    finest = 0
    while area >> 2 * finest > WHOLE and finest < _COARSEST:
        finest += 1
    coarsest = finest
    while coarsest < finest + COARSER and short >> (coarsest + 1) >= _SMALLEST:
        coarsest += 1
    return range(coarsest, finest - 1, -1)


def halved(image: np.ndarray) -> np.ndarray:
    """Half the size, rounded up: each pixel is the mean of four; beyond an odd edge the last row or column repeats."""
    below, right = (side % 2 for side in image.shape[:2])
    if below or right:
        image = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return cv2.resize(image, (image.shape[1] // 2, image.shape[0] // 2), interpolation=cv2.INTER_AREA)


def doubled(prob: np.ndarray, height: int, width: int, slices: Slices | None = None) -> np.ndarray:
    """A map at twice its size, ``height`` x ``width``: each value four times; with ``slices`` only that part of it."""
    rows, columns = slices or (slice(0, height), slice(0, width))
    part = prob[rows.start // 2 : -(-rows.stop // 2), columns.start // 2 : -(-columns.stop // 2)]
    part = cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    top, left = rows.start % 2, columns.start % 2
    return part[top : top + rows.stop - rows.start, left : left + columns.stop - columns.start]


def enlarged(prob: np.ndarray, height: int, width: int) -> np.ndarray:
    """A map at twice its size, ``height`` x ``width``, with smooth steps between its values."""
    return np.ascontiguousarray(cv2.resize(prob, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)[:height, :width])

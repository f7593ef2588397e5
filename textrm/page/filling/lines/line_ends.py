"""Finds where lines of the drawing come up to letters, and how they head there."""

from __future__ import annotations

import math

import cv2
import numpy as np

_NEAR = 2, 6  # times the letters' edge and pixels more: so much of a line around a place tells its heading
_FARTHER, _RING = 10, 2  # times the letters' edge: so far out a line is looked at, too; pixels


Place = tuple[float, float, float]
"""X and y of a place on a line, in pixels, and the line's heading there or the opposite one, in radians."""


def find_line_ends(ends: np.ndarray, labels: np.ndarray, edge: int) -> list[Place]:
    """A place on each line right beside letters.

    Args:
        ends: h w uint8 in {0, 1}, the pixels of lines right beside letters.
        labels: h w int32, the connected lines.
        edge: pixels that the soft edges of letters reach.
    """
    count, pieces = cv2.connectedComponents(ends, connectivity=8)
    return [_place(labels, *_middle(pieces == piece), edge) for piece in range(1, count)]


def farther_out(place: Place, labels: np.ndarray, edge: int) -> list[Place]:
    """Places farther out on what is connected with a place beside letters.

    Where the mask missed a part of a letter that touches a line, that part is no line, and this begins behind it.
    """
    x, y, radius = round(place[0]), round(place[1]), _FARTHER * edge
    (left, top), part = _part(labels, x, y, radius)
    ring = part & (1 - cv2.circle(np.zeros_like(part), (x - left, y - top), radius - _RING, 1, -1))
    count, pieces = cv2.connectedComponents(ring, connectivity=8)
    middles = [_middle(pieces == piece) for piece in range(1, count)]
    return [_place(labels, left + column, top + row, edge) for column, row in middles]


def _place(labels: np.ndarray, x: int, y: int, edge: int) -> Place:
    times, more = _NEAR
    moments = cv2.moments(_part(labels, x, y, times * edge + more)[1], binaryImage=True)
    return float(x), float(y), 0.5 * math.atan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])


def _middle(piece: np.ndarray) -> tuple[int, int]:
    """The x and y of the pixel of h w bool nearest to the middle of it."""
    rows, columns = np.nonzero(piece)
    middle = np.argmin(np.square(rows - rows.mean()) + np.square(columns - columns.mean()))
    return int(columns[middle]), int(rows[middle])


def _part(labels: np.ndarray, x: int, y: int, around: int) -> tuple[tuple[int, int], np.ndarray]:
    """The x and y where a square around a place begins, and what of it is connected with the place, uint8."""
    top, left = max(y - around, 0), max(x - around, 0)
    return (left, top), (labels[top : y + around + 1, left : x + around + 1] == labels[y, x]).astype(np.uint8)

"""Puts words that stand beside or below each other into blocks: the lines of a balloon, of a credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.finding.mask import Region

_REACH = 1.0  # times the height of the smaller letters: what is nearer belongs to the block
_ALIKE = 2.0  # times as high as other letters of the block
_TONE = 0.25  # by how much the ground of a block's words differs at most, of all levels
_TWIN = 0.06  # by how much the logarithms of size, length and area of two copies of a word differ
_ALONE = 30.0  # heights of letters from which on it counts no more how far the next block is
_ROWS = 256  # words that are compared with all others at once, which bounds the memory


@dataclass(frozen=True, slots=True)
class Shapes:
    """The places and shapes of N words, or blocks of them.

    ``boxes`` is N x 4 (x0, y0, x1, y1 with x1, y1 outside); ``size`` and ``length`` the shorter and the longer side of
    the smallest rectangle around each, turned as it may be; ``angle`` that of the longer side, in radians.
    """

    boxes: np.ndarray
    size: np.ndarray
    length: np.ndarray
    angle: np.ndarray


def shapes_of(hulls: Sequence[np.ndarray]) -> Shapes:
    """The shapes of hulls, N x 2 int32 each."""
    boxes, rows = np.zeros((len(hulls), 4)), np.zeros((len(hulls), 3))
    for number, hull in enumerate(hulls):
        boxes[number] = *hull.min(0), *(hull.max(0) + 1)
        _, (wide, high), degrees = cv2.minAreaRect(hull.astype(np.float32))
        rows[number] = min(wide, high) + 1, max(wide, high) + 1, np.deg2rad(degrees + 90 * (wide < high))
    return Shapes(boxes, *rows.T)


def blocks_of(boxes: np.ndarray, letters: np.ndarray, grounds: np.ndarray) -> np.ndarray:
    """The number of each word's block, from 0 on.

    Args:
        boxes: N x 4, of the words.
        letters: N, how high their letters are.
        grounds: N, how light it is around them, in [0, 1].
    """
    count = len(letters)
    parent = np.arange(count)

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for start in range(0, count, _ROWS):
        rows = slice(start, start + _ROWS)
        smaller = np.minimum(letters[rows, None], letters)
        near = _gaps(boxes[rows], boxes) < _REACH * smaller
        near &= np.maximum(letters[rows, None], letters) < _ALIKE * smaller
        near &= np.abs(grounds[rows, None] - grounds) < _TONE
        for one, other in np.argwhere(near).tolist():
            parent[root(one + start)] = root(other)
    roots = [root(number) for number in range(count)]
    return np.unique(roots, return_inverse=True)[1] if count else np.zeros(0, np.int64)


def hulls_of(regions: Sequence[Region], block: np.ndarray) -> list[np.ndarray]:
    """The hull of each block."""
    order = np.argsort(block, kind="stable")
    cuts = np.flatnonzero(np.diff(block[order])) + 1
    parts = [[regions[number].polygon for number in part] for part in np.split(order, cuts)] if len(block) else []
    return [cv2.convexHull(np.concatenate(part))[:, 0] for part in parts]


def twins(shapes: Shapes, areas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each word, how many others of the page are stamped like it, as marks are again and again.

    Returns:
        The number of those of the same size, length and area, and of those of about the same size and length.
    """
    told = np.log(np.stack([shapes.size, shapes.length, np.maximum(areas, 1)], 1)) / (1, 1, 2)
    same, alike = np.zeros(len(told)), np.zeros(len(told))
    for start in range(0, len(told), _ROWS):
        rows = slice(start, start + _ROWS)
        apart = np.abs(told[rows, None] - told)
        same[rows] = (apart < _TWIN).all(2).sum(1) - 1
        alike[rows] = (apart[..., :2] < 2 * _TWIN).all(2).sum(1) - 1
    return same, alike


def nearest(boxes: np.ndarray, letters: np.ndarray) -> np.ndarray:
    """N x 2: how far away the nearest other block is, and how high its letters are, both beside a block's own letters.

    Logarithms; the first is at most that of ``_ALONE``, which also counts where there is no other.
    """
    found = np.zeros((len(boxes), 2))
    found[:, 0] = np.log(_ALONE)
    for start in range(0, len(boxes), _ROWS) if len(boxes) > 1 else ():
        rows = slice(start, start + _ROWS)
        gaps = _gaps(boxes[rows], boxes)
        own = np.arange(len(gaps))
        gaps[own, own + start] = np.inf
        other = gaps.argmin(1)
        found[rows, 0] = np.log(np.clip(gaps[own, other] / letters[rows], 0.5, _ALONE))
        found[rows, 1] = np.log(letters[other] / letters[rows])
    return found


def _gaps(some: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The distances of boxes from others, 0 where they touch."""
    across = np.maximum(some[:, None, 0] - boxes[:, 2], boxes[:, 0] - some[:, None, 2])
    down = np.maximum(some[:, None, 1] - boxes[:, 3], boxes[:, 1] - some[:, None, 3])
    return np.hypot(np.maximum(across, 0), np.maximum(down, 0))

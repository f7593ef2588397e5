"""Strokes of a brush or an eraser as a browser sends them, and the masks that they draw."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.group import Slices

MAX_POINTS = 20_000
MAX_STROKES = 64
_MAX_RADIUS = 1000.0  # pixels of the page
_FARTHEST = 1e6  # pixels; OpenCV draws nothing beyond some ten million
_SHIFT = 4  # bits of OpenCV's fractions of a pixel


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke: ``points`` is N x 3 float64, x, y and the brush's radius there, in pixels of the upright page.

    With ``adds`` it marks lettering, which goes, without what is to stay.
    """

    adds: bool
    points: np.ndarray

    def box(self, shape: tuple[int, ...]) -> Slices | None:
        """The rows and columns of a page of ``shape`` that it touches, None for none."""
        x, y, radius = self.points.T
        top, bottom = max(math.floor((y - radius).min()), 0), min(math.ceil((y + radius).max()) + 1, shape[0])
        left, right = max(math.floor((x - radius).min()), 0), min(math.ceil((x + radius).max()) + 1, shape[1])
        return (slice(top, bottom), slice(left, right)) if top < bottom and left < right else None

    def drawn(self, window: Slices) -> np.ndarray:
        """The pixels that it covers in rows and columns of the page, h w uint8 in {0, 1}."""
        rows, columns = window
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        points = self.points - (columns.start, rows.start, 0)
        for x, y, radius in points:
            cv2.circle(mask, _fixed(x, y), round(radius * 2**_SHIFT), 1, cv2.FILLED, cv2.LINE_8, _SHIFT)
        for side in _sides(points):
            cv2.fillConvexPoly(mask, side, 1, cv2.LINE_8, _SHIFT)
        return mask


def lie_over(some: Sequence[Stroke], others: Sequence[Stroke]) -> bool:
    """Whether boxes around two of the strokes, one of each, share a pixel."""
    first, second = (_extents(strokes) for strokes in (some, others))
    apart = (first[:, None, 2:] < second[:, :2]) | (second[:, 2:] < first[:, None, :2])
    return bool((~apart.any(2)).any())


def _extents(strokes: Sequence[Stroke]) -> np.ndarray:
    """N x 4: left, top, right and bottom of each."""
    found = np.zeros((len(strokes), 4))
    for number, stroke in enumerate(strokes):
        middle, radius = stroke.points[:, :2], stroke.points[:, 2:]
        found[number] = *(middle - radius).min(0), *(middle + radius).max(0)
    return found


def read_strokes(given: Any) -> list[Stroke]:
    """The strokes of a request: a list of ``{"adds": true, "points": [[x, y, radius], …]}``, the oldest first.

    Raises:
        UserError: it is none, or too much.
    """
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_STROKES:
        raise UserError(f"expected a list of 1 to {MAX_STROKES} strokes")
    return [_stroke(one) for one in given]


def folded(strokes: Sequence[Stroke], shape: tuple[int, ...]) -> tuple[Slices, np.ndarray, np.ndarray] | None:
    """What several strokes come to, each over those before it; None where they miss the page.

    Returns:
        The rows and columns that they touch, and in these what goes and what stays, h w uint8 in {0, 1}: no pixel is
        in both.
    """
    boxes = [box for stroke in strokes if (box := stroke.box(shape))]
    if not boxes:
        return None
    rows, columns = (
        slice(min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes)) for axis in (0, 1)
    )
    goes = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    stays = np.zeros_like(goes)
    for stroke in strokes:
        drawn = stroke.drawn((rows, columns))
        over, under = (goes, stays) if stroke.adds else (stays, goes)
        over |= drawn
        under &= 1 - drawn
    return (rows, columns), goes, stays


def _stroke(given: Any) -> Stroke:
    try:
        adds, points = given["adds"], np.array(given["points"], np.float64)
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise UserError("a stroke is no {adds, points} of numbers") from error
    if not isinstance(adds, bool) or points.ndim != 2 or points.shape[1] != 3 or not 1 <= len(points) <= MAX_POINTS:
        raise UserError(f"a stroke has points of shape {points.shape}; expected 1 to {MAX_POINTS} of x, y, radius")
    if not (np.abs(points) <= _FARTHEST).all() or not ((points[:, 2] > 0) & (points[:, 2] <= _MAX_RADIUS)).all():
        raise UserError(f"a stroke lies out of all pages, or its radius is not in 0 to {_MAX_RADIUS:.0f} pixels")
    return Stroke(adds, points)


def _sides(points: np.ndarray) -> Iterator[np.ndarray]:
    """Between each two points the quadrilateral over the diameters of both, across the way from one to the other."""
    way = np.diff(points[:, :2], axis=0)
    length = np.hypot(*way.T)
    moved = length > 0
    across = np.stack([-way[moved, 1], way[moved, 0]], 1) / length[moved, None]
    one, other = points[:-1][moved], points[1:][moved]
    corners = [
        one[:, :2] + across * one[:, 2:], other[:, :2] + across * other[:, 2:],
        other[:, :2] - across * other[:, 2:], one[:, :2] - across * one[:, 2:],
    ]  # fmt: skip
    yield from np.rint(np.stack(corners, 1) * 2**_SHIFT).astype(np.int32)


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * 2**_SHIFT), round(y * 2**_SHIFT)

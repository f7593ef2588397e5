"""Continues thin strokes of the drawing across the holes that lettering leaves.

After Cao, Gousseau, Masnou and Perez (2011, "Geometrically guided exemplar-based inpainting"), who complete the
geometry of a hole first, by pairs of curves' ends that a smooth curve joins at least cost, and fill the rest
afterwards. What we changed: the curves are thin strokes with a width and a colour instead of level lines, they are
cubic, the filling sees nothing of them, and they are laid over it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from textrm.page.filling.holes import Holes
from textrm.page.filling.packed import Packed
from textrm.page.filling.strokes.beyond import beyond
from textrm.page.filling.strokes.canvas import Canvas
from textrm.page.filling.strokes.ends import LENGTH, Ends, find_ends
from textrm.page.filling.strokes.pairs import joint, pair, way
from textrm.page.filling.strokes.repeats import AROUND, add, repeated, suits
from textrm.page.filling.strokes.ridges import Ridges
from textrm.page.group import Slices, surroundings
from textrm.page.levels import from_levels, to_levels

_AROUND = LENGTH + 10  # pixels around a hole that are looked at
_LEAST = 40  # levels between the pixels right beside a hole, where strokes meet it
_SEEN = 4  # pixels of each end that tell what is connected with it
_PIECE = 12  # pixels of it that the filling does not see where the ground is not flat
_RING, _TOLERANCE, _FLAT = 12, 16, 0.9  # the ground is, where so much of a ring differs by so few levels
_MANY = 6  # dark strokes that meet a hole may be parts of a pattern that repeats
_FULL = 0.9  # of these are fainter than full ink: where a stroke lies between two pixels, it is
_MATCHED = 0.3  # of the strokes' pixels right beside a hole belong to those that are drawn, where it sees none of them
_EDGE = 0.3  # of the least contrast of strokes: what has more belongs to one
_BLACK, _WHITE = 16, 239
_BETWEEN = 0.1  # times the strokes' pixels: with fewer tones between them no grey is drawn


@dataclass(frozen=True, slots=True)
class _Pixels:
    """N pixels of a page: ``rows`` and ``columns`` N, ``colours`` N x C, ``share`` N x 1 in [0, 1]."""

    rows: np.ndarray
    columns: np.ndarray
    colours: np.ndarray
    share: np.ndarray


class Strokes:
    """What strokes cover in the holes of a page, and what is seen of them beside the holes."""

    def __init__(self) -> None:
        self._covered: list[_Pixels] = []
        self._beside: list[_Pixels] = []

    def add(self, image: np.ndarray, window: Slices, canvas: Canvas, beside: np.ndarray) -> None:
        """The strokes of a window of the page, and the pixels where they are seen, h w uint8 in {0, 1}."""
        for mask, parts in ((canvas.share > 0, self._covered), (beside != 0, self._beside)):
            rows, columns = np.nonzero(mask)
            colours = canvas.ink if parts is self._covered else image[window]
            share = canvas.share[rows, columns, None]
            top, left = window[0].start, window[1].start
            parts.append(_Pixels(rows + top, columns + left, colours[rows, columns], share))

    def take_out(self, hole: np.ndarray) -> bool:
        """Add to ``hole``, H W uint8, what is seen of the strokes, if any: it is filled with ground alone then."""
        for part in self._beside:
            hole[part.rows, part.columns] = 1
        return any(len(part.rows) for part in self._beside)

    def draw(self, image: np.ndarray, hole: np.ndarray) -> None:
        """Undo that, and lay the strokes over what the holes were filled with."""
        for part in self._beside:
            image[part.rows, part.columns] = part.colours
            hole[part.rows, part.columns] = 0
        for part in self._covered:
            ground = to_levels(image[part.rows, part.columns])
            image[part.rows, part.columns] = from_levels(ground + part.share * (part.colours - ground), image.dtype)

    def mark(self, pixels: np.ndarray, value: int) -> None:
        """Set H W to ``value`` where strokes lie in the holes."""
        for part in self._covered:
            pixels[part.rows, part.columns] = value


def find_strokes(image: np.ndarray, holes: Holes, filled: Packed | None = None) -> Strokes:
    """The strokes that go through the holes of a page; where a wall meets a hole they do not.

    Args:
        image: H W 3 RGB or H W 1 grey, uint8 or uint16.
        holes: those of the page.
        filled: H W in {0, 1}, what was filled before.
    """
    strokes, hole, walls = Strokes(), holes.pixels, holes.walls
    for slices, own in holes.blocks():
        window, inner = surroundings(slices, own, _AROUND, hole.shape)
        unknown = (hole[window] != 0).astype(np.uint8)
        grey = _grey(image[window])
        if not _met(grey, unknown, inner):
            continue
        if filled is not None:
            unknown |= filled[window]
        apart = None if walls is None else walls[window]
        repeat = partial(_repeat, image, hole, filled, window, inner)
        continued = _continued(to_levels(image[window]), grey, unknown, inner, apart, repeat)
        if continued is not None:
            strokes.add(image, window, *continued)
    return strokes


def _repeat(
    image: np.ndarray, hole: np.ndarray, filled: Packed | None, window: Slices, own: np.ndarray, contrast: float
) -> np.ndarray | None:
    """:func:`repeated` for the hole of a window, from farther around it."""
    rows, columns = (slice(max(side.start - AROUND, 0), side.stop + AROUND) for side in window)
    wide = rows, columns
    unknown = (hole[wide] != 0).astype(np.uint8)
    if filled is not None:
        unknown |= filled[wide]
    place = window[0].start - rows.start, window[1].start - columns.start
    return repeated(_grey(image[wide]), unknown, own, place, contrast)


def _grey(crop: np.ndarray) -> np.ndarray:
    shown = crop if crop.dtype == np.uint8 else from_levels(to_levels(crop), np.dtype(np.uint8))
    return cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY) if shown.shape[2] == 3 else np.ascontiguousarray(shown[..., 0])


def _met(grey: np.ndarray, unknown: np.ndarray, own: np.ndarray) -> bool:
    """Whether the pixels right beside a hole differ."""
    beside = cv2.dilate(own, np.ones((3, 3), np.uint8)) & (1 - unknown)
    low, high, _, _ = cv2.minMaxLoc(grey, beside)
    return high - low >= _LEAST


def _continued(
    crop: np.ndarray, grey: np.ndarray, unknown: np.ndarray, own: np.ndarray, walls: np.ndarray | None,
    repeat: Callable[[float], np.ndarray | None],
) -> tuple[Canvas, np.ndarray] | None:  # fmt: skip
    ridges = Ridges(grey, unknown)
    ends = find_ends(crop, grey, ridges, unknown, own, walls)
    pairs = pair(ends, grey, ridges, unknown)
    if not pairs:
        return None
    dark, pattern = ends.taken(ends.contrast > 0), None
    if len(dark) >= _MANY and _even(grey, unknown | _connected(ends, ridges, unknown), own):
        full = float(np.quantile(dark.contrast, _FULL))
        pattern = repeat(full)
    if walls is not None:
        unknown = unknown | walls
    canvas = Canvas(own, crop.shape[2])
    used: list[int] = []
    for both in pairs:
        one, other = both.first, both.second
        x, y = way(ends, both)
        if pattern is not None and not suits(pattern, own, x, y):
            continue
        canvas.draw(x, y, (ends.width[one], ends.width[other]), (ends.ink[one], ends.ink[other]))
        used += [one, other, *both.between]
    even = _even(grey, unknown | _connected(ends.taken(np.array(used)), ridges, unknown), own)
    if pattern is not None:
        add(canvas, pattern, np.median(dark.ink[dark.contrast >= full], 0))
        used = list(range(len(ends)))
    elif even:
        others = np.setdiff1d(np.arange(len(ends)), used)
        drawn = canvas.share > 0.5
        for number in others.tolist():
            to_joint = beyond(ends, number, crop, ridges, unknown)
            if to_joint is None:
                to_joint = joint(ends, number, crop, unknown, drawn, canvas.heading)
            if to_joint is not None:
                canvas.draw(*to_joint, (ends.width[number],) * 2, (ends.ink[number],) * 2)
                used.append(number)
    measured = _measured(ends.taken(np.array(used)), unknown)
    beside = cv2.dilate(own, np.ones((3, 3), np.uint8)) & (1 - unknown) & (ridges.dark >= _LEAST)
    if even and np.count_nonzero(beside & measured) >= _MATCHED * np.count_nonzero(beside):
        seen = _connected(ends.taken(np.array(used)), ridges, unknown)
    else:
        seen = measured  # the others tell the filling where they go on
    between = (grey > _BLACK) & (grey < _WHITE) & (unknown == 0)
    if np.count_nonzero(between) < _BETWEEN * np.count_nonzero(ridges.both >= _LEAST):
        canvas.share = np.rint(canvas.share)
    return canvas, seen


def _even(grey: np.ndarray, unknown: np.ndarray, own: np.ndarray) -> bool:
    """Whether the ground around a hole is flat, strokes aside."""
    ground = grey[(cv2.dilate(own, np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)) & (1 - unknown)) != 0]
    return len(ground) > 0 and bool(np.mean(np.abs(ground - np.median(ground)) <= _TOLERANCE) >= _FLAT)


def _measured(ends: Ends, unknown: np.ndarray) -> np.ndarray:
    """Known pixels of strokes near the hole, with their soft edges; h w uint8."""
    seen = np.zeros_like(unknown)
    away = np.minimum(ends.length, _PIECE)[:, None] * np.stack([np.cos(ends.heading), np.sin(ends.heading)], 1)
    starts, stops = (np.rint(place).astype(int).tolist() for place in (ends.place, ends.place - away))
    for start, stop, width in zip(starts, stops, ends.width.tolist(), strict=True):
        cv2.line(seen, start, stop, 1, round(width) + 3)
    return seen & (1 - unknown)


def _connected(ends: Ends, ridges: Ridges, unknown: np.ndarray) -> np.ndarray:
    """Known pixels of strokes and of all that is connected with them, with their soft edges; h w uint8."""
    seen = np.zeros_like(unknown)
    steps = np.arange(_SEEN)[:, None, None] * np.stack([np.cos(ends.heading), np.sin(ends.heading)], 1)
    x, y = np.moveaxis(np.rint(ends.place - steps).astype(int), 2, 0)
    columns, rows = x.clip(0, unknown.shape[1] - 1), y.clip(0, unknown.shape[0] - 1)
    for ridge, those in zip((ridges.dark, ridges.light), (ends.contrast > 0, ends.contrast < 0), strict=True):
        if those.any():
            least = _EDGE * float(np.abs(ends.contrast[those]).min())
            count, labels = cv2.connectedComponents((ridge >= least).astype(np.uint8), connectivity=8)
            kept = np.zeros(count, np.uint8)
            kept[labels[rows[:, those], columns[:, those]]] = 1
            kept[0] = 0
            seen |= kept[labels]
    return cv2.dilate(seen, np.ones((3, 3), np.uint8)) & (1 - unknown)

"""Continues an end of a stroke to where it is seen again: one that crosses it there may hide its other end."""

from __future__ import annotations

import numpy as np

from textrm.page.filling.strokes.ends import Ends
from textrm.page.filling.strokes.ridges import Ridges

_FARTHEST, _TIMES = 160, 12  # pixels that a stroke goes on for, at most, and times what is seen of it
_SEEN = 5  # pixels that are seen of it, at least
_STRAIGHT = 0.02  # radians a pixel that it may be curved
_OUT = 10  # pixels of it that are seen behind the hole
_TURNS = np.arange(-6, 7) * 0.006  # radians that its heading may be off
_OFF = 100  # levels a radian: of two ways that are as clear the straighter one is taken
_FULL = 0.5  # of its contrast that must stand wherever the way is known
_BARE = 2  # places of that may lack it, a half of a pixel each


def beyond(
    ends: Ends, number: int, crop: np.ndarray, ridges: Ridges, unknown: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """The straight way of an end without a partner through the hole to where the same stroke is seen again.

    Args:
        ends: the ends.
        number: which of them.
        crop: h w C float32 levels.
        ridges: the thin strokes around the hole.
        unknown: h w uint8 in {0, 1}, the holes.

    Returns:
        x and y, half a pixel apart, up to there; None where it is not seen again.
    """
    length = int(ends.length[number])
    if length < _SEEN or not ends.clear[number] or abs(ends.curvature[number]) > _STRAIGHT:
        return None
    plane = ridges.dark if ends.contrast[number] > 0 else ridges.light
    steps = np.arange(0, min(_FARTHEST, _TIMES * length) + _OUT, 0.5)
    best, most = None, 0.0
    for turn in _TURNS:
        heading = ends.heading[number] + turn
        x, y = (ends.place[number] + steps[:, None] * (np.cos(heading), np.sin(heading))).T
        rows, columns = np.rint(y).astype(int), np.rint(x).astype(int)
        inside = (rows >= 0) & (columns >= 0) & (rows < unknown.shape[0]) & (columns < unknown.shape[1])
        count = len(steps) if inside.all() else int(inside.argmin())
        rows, columns = rows[:count], columns[:count]
        hidden = unknown[rows, columns] != 0
        full = _FULL * abs(ends.contrast[number])
        stroke = ~hidden & (plane[rows, columns] >= full)
        # Where strokes cross, neither stands on its ground.
        bare = ~hidden & ~stroke & (np.abs(crop[rows, columns] - ends.ink[number]).mean(1) > full)
        seen = np.cumsum(stroke)
        out = np.flatnonzero(seen[2 * _OUT :] - seen[: -2 * _OUT] == 2 * _OUT)
        out = out[np.cumsum(hidden)[out] > 0]
        if len(out) and bare[: out[0]].sum() <= _BARE:
            window = slice(out[0] + 1, out[0] + 2 * _OUT + 1)
            clear = float(plane[rows[window], columns[window]].mean(dtype=np.float64)) - _OFF * abs(float(turn))
            if clear > most:
                best, most = (x[: out[0] + 1], y[: out[0] + 1]), clear
    return best

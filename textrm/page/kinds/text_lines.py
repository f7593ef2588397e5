"""How the lines of a block are set: how many, how long, how far apart, and which of their edges are flush."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

LINES = 7
_LETTER = 12.0  # pixels; higher letters are looked at in a smaller picture
_GAP = 0.12  # of the letters: what is apart by less is one line
_LOWEST = 0.4  # of the letters: lower ones are accents and dots


def lines_of(ink: np.ndarray, hulls: Sequence[np.ndarray], letters: np.ndarray) -> np.ndarray:
    """N x ``LINES`` numbers of each block.

    How many lines it has, how unlike their left edges are, their right ones and their middles, in heights of letters,
    how long they are, how far apart, and how much of them is ink.

    Args:
        ink: H W uint8, 1 = a stroke of lettering.
        hulls: N hulls of blocks, M x 2 int32 each.
        letters: N, how high their letters are, in pixels.
    """
    rows = [_lines(ink, *pair) for pair in zip(hulls, letters.tolist(), strict=True)]
    return np.array(rows).reshape(-1, LINES)


def _lines(ink: np.ndarray, hull: np.ndarray, letter: float) -> list[float]:
    step = max(1, round(letter / _LETTER))
    (left, top), (right, low) = hull.min(0), hull.max(0) + 1
    own = np.zeros((-(-(low - top) // step), -(-(right - left) // step)), np.uint8)
    cv2.fillConvexPoly(own, (hull - (left, top)) // step, 1)
    own &= ink[top:low:step, left:right:step]
    size = letter / step
    column = own.max(1, keepdims=True)
    filled = cv2.morphologyEx(column, cv2.MORPH_CLOSE, np.ones((max(round(_GAP * size), 1) | 1, 1), np.uint8))
    edges = np.flatnonzero(np.diff(filled.ravel(), prepend=0, append=0)).reshape(-1, 2)
    found = [(start, *_ends(own[start:stop])) for start, stop in edges.tolist() if stop - start >= _LOWEST * size]
    if not found:
        return [0.0] * LINES
    starts, lefts, rights, inks = np.array(found, np.float64).T
    unlike = [float(np.clip(side.std() / size, 0, 4)) for side in (lefts, rights, (lefts + rights) / 2)]
    lengths = (rights - lefts) / size
    pitch = float(np.median(np.diff(starts)) / size) if len(starts) > 1 else 0.0
    return [float(np.log2(len(found))), *unlike, float(np.log2(np.median(lengths) + 0.1)), min(pitch, 4.0), inks.mean()]


def _ends(line: np.ndarray) -> tuple[float, float, float]:
    columns = np.flatnonzero(line.any(0))
    return float(columns[0]), float(columns[-1] + 1), float(line[:, columns[0] : columns[-1] + 1].mean())

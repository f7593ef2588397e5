"""Which straight lines stand beside blocks of words: the edges of a panel, of a box, of a sheet."""

from __future__ import annotations

import cv2
import numpy as np

BORDERS = 12
_LETTER = 10.0  # pixels; higher letters are looked at in a smaller picture
_REACH = 8.0  # heights of letters beyond a block that are looked at
_BEYOND = 3.0  # heights of letters, along a line, in which it goes on where it is a panel's and not a box's
_STEP = 20  # levels between one pixel and the next that make an edge
_LINE = 0.8  # share of pixels along a block at which a row of edges is a line


def borders_of(image: np.ndarray, boxes: np.ndarray, letters: np.ndarray) -> np.ndarray:
    """N x ``BORDERS`` numbers in [0, 1], three for each side of a block: left, right, above, below.

    How far away the first line along it is, 1 where there is none; how much of a line there is at most; and how much of
    that line goes on beyond the block's ends.

    Args:
        image: H W 3 uint8 RGB, lettered.
        boxes: N x 4, of the blocks: x0, y0, x1, y1 with x1, y1 outside.
        letters: N, how high their letters are, in pixels.
    """
    rows = [_borders(image, *pair) for pair in zip(boxes.tolist(), letters.tolist(), strict=True)]
    return np.array(rows).reshape(-1, BORDERS)


def _borders(image: np.ndarray, box: list[float], letter: float) -> list[float]:
    height, width = image.shape[:2]
    step, reach = max(1, round(letter / _LETTER)), int(_REACH * letter)
    left, top = max(int(box[0]) - reach, 0), max(int(box[1]) - reach, 0)
    right, low = min(int(box[2]) + reach, width), min(int(box[3]) + reach, height)
    grey = cv2.cvtColor(np.ascontiguousarray(image[top:low:step, left:right:step]), cv2.COLOR_RGB2GRAY).astype(np.int16)
    x0, x1 = (int((box[side] - left) / step) for side in (0, 2))
    y0, y1 = (int((box[side] - top) / step) for side in (1, 3))
    down, across = np.abs(np.diff(grey, axis=0)) >= _STEP, np.abs(np.diff(grey, axis=1)).T >= _STEP
    more, far = max(int(_BEYOND * letter / step), 1), reach / step
    return [
        *_first(across[:x0][::-1], y0, y1, more, far), *_first(across[x1:], y0, y1, more, far),
        *_first(down[:y0][::-1], x0, x1, more, far), *_first(down[y1:], x0, x1, more, far),
    ]  # fmt: skip


def _first(edges: np.ndarray, start: int, stop: int, more: int, far: float) -> tuple[float, float, float]:
    """Of rows of edges, the nearest first: the first that is a line from ``start`` to ``stop``."""
    if not len(edges) or stop <= start:
        return 1.0, 0.0, 0.0
    edges = edges | np.concatenate([edges[1:], edges[-1:]])  # a line that is not quite level
    shares = edges[:, start:stop].mean(1)
    lines = np.flatnonzero(shares >= _LINE)
    row = int(lines[0]) if len(lines) else int(shares.argmax())
    ends = np.concatenate([edges[row, max(start - more, 0) : start], edges[row, stop : stop + more]])
    return min(row / far, 1.0) if len(lines) else 1.0, float(shares.max()), float(ends.mean()) if len(ends) else 0.0

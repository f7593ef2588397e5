"""Draws strokes with soft edges."""

from __future__ import annotations

import math

import numpy as np


class Canvas:
    """What strokes cover of a hole.

    ``share`` h w float32 in [0, 1]; ``ink`` h w C float32, their levels; ``heading`` h w float32, radians.

    Args:
        own: h w uint8 in {0, 1}, the hole; nothing is drawn outside it.
        channels: how many channels the ink has.
    """

    def __init__(self, own: np.ndarray, channels: int) -> None:
        self._own = own
        self.share = np.zeros(own.shape, np.float32)
        self.heading = np.zeros(own.shape, np.float32)
        self.ink = np.zeros((*own.shape, channels), np.float32)

    def draw(
        self,
        x: np.ndarray,
        y: np.ndarray,
        width: tuple[float, float],
        ink: tuple[np.ndarray, np.ndarray],
    ) -> None:
        """A stroke through T places; where others are darker or lighter, they stay.

        Args:
            x: T, pixels, at most one apart.
            y: T, their rows.
            width: pixels, at its start and at its end.
            ink: C levels, at its start and at its end.
        """
        size = math.ceil(max(width) / 2) + 1
        offsets = np.mgrid[-size : size + 1, -size : size + 1].reshape(2, -1)
        rows, columns = np.rint(y).astype(int)[:, None] + offsets[0], np.rint(x).astype(int)[:, None] + offsets[1]
        cos, sin = np.gradient(x), np.gradient(y)
        norm = np.maximum(np.hypot(cos, sin), 1e-9)
        cos, sin = (cos / norm)[:, None], (sin / norm)[:, None]
        down, right = rows - y[:, None], columns - x[:, None]
        across, along = np.abs(down * cos - right * sin), np.abs(right * cos + down * sin)
        wide = np.linspace(*width, len(x))[:, None]
        share = np.clip(wide / 2 + 0.5 - across, 0, np.minimum(wide, 1))
        good = (along <= 0.75) & (share > 0)
        good &= (rows >= 0) & (columns >= 0) & (rows < self._own.shape[0]) & (columns < self._own.shape[1])
        place = np.nonzero(good)[0]
        rows, columns, share = rows[good], columns[good], share[good]
        good = (self._own[rows, columns] != 0) & (share > self.share[rows, columns])
        order = np.flatnonzero(good)[np.argsort(share[good], kind="stable")]  # so that the largest share stays
        rows, columns = rows[order], columns[order]
        self.share[rows, columns] = share[order]
        part = (place[order] / max(len(x) - 1, 1))[:, None]
        self.heading[rows, columns] = np.arctan2(sin, cos)[place[order], 0]
        self.ink[rows, columns] = (1 - part) * ink[0] + part * ink[1]

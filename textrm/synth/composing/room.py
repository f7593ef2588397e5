"""Where on a page there is still room for lettering."""

from __future__ import annotations

import numpy as np

from textrm.synth.values import Box, Rng

TRIES = 7


class Room:
    """The boxes that are taken already; new ones are drawn at random beside them."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.taken: list[Box] = []

    def take(self, box: Box) -> bool:
        """Take a box unless something is there."""
        free = not self.crowded(box)
        if free:
            self.taken.append(box)
        return free

    def find(
        self, width: float, height: float, area: Box, overhang: float = 0.0, keep: bool = True
    ) -> tuple[float, float] | None:
        """The top left corner of a free box at random, or None.

        ``overhang`` is the share of the box that may stick out of ``area``; ``keep`` False does not take the box.
        """
        left, right = area[0] - overhang * width, area[2] - (1 - overhang) * width
        top, bottom = area[1] - overhang * height, area[3] - (1 - overhang) * height
        if right < left or bottom < top:
            return None
        for _ in range(TRIES):
            x, y = self.rng.uniform(left, right), self.rng.uniform(top, bottom)
            box = (x, y, x + width, y + height)
            if not self.crowded(box):
                if keep:
                    self.taken.append(box)
                return x, y
        return None

    def corner(self, width: float, height: float, area: Box, em: float) -> tuple[float, float] | None:
        """Where a box touches edges of ``area``, or lies a little off or over them; seldom anywhere.

        ``em`` is the size of its letters in pixels, which the distance follows.
        """
        rng = self.rng
        if rng.random() < 0.15:
            return self.find(width, height, area)
        off = rng.choice([0.0, rng.uniform(-0.3, 0.8)]) * em
        across, down = (
            float(rng.choice([0.0, 0.5, 1.0], p=[0.5, 0.2, 0.3])),
            float(rng.choice([0.0, 1.0], p=[0.65, 0.35])),
        )
        x = area[0] + off + across * (area[2] - area[0] - width - 2 * off)
        y = area[1] + off + down * (area[3] - area[1] - height - 2 * off)
        return (x, y) if self.take((x, y, x + width, y + height)) else None

    def crowded(self, box: Box, limit: float = 0.02) -> bool:
        """Whether a box shares more than ``limit`` of the smaller area with one that is taken."""
        area = (box[2] - box[0]) * (box[3] - box[1])
        for other in self.taken:
            wide = min(box[2], other[2]) - max(box[0], other[0])
            tall = min(box[3], other[3]) - max(box[1], other[1])
            smaller = min(area, (other[2] - other[0]) * (other[3] - other[1]))
            if wide > 0 and tall > 0 and wide * tall > limit * smaller:
                return True
        return False


def inside(region: np.ndarray, box: Box) -> bool:
    """Whether a box lies within a region (H W uint8, 255 = inside)."""
    height, width = region.shape
    if box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height:
        return False
    view = region[int(box[1]) : int(box[3]) + 1, int(box[0]) : int(box[2]) + 1]
    return bool(view.size and view[::3, ::3].min() == 255)

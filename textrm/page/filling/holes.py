"""The holes of a page, grouped once for several steps of the filling, and what each is filled from."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from textrm.page.filling.packed import Packed
from textrm.page.group import Grouping, Slices, surroundings

GAP = 16  # pixels; what is nearer is one hole
BLOCK = 1024  # pixels; larger holes are cut, so that memory does not grow with them


class Holes:
    """What is to be filled.

    Args:
        pixels: H W uint8 in {0, 1}, 1 = to fill. It may change; the holes stay those that it makes now.
        walls: H W in {0, 1}, lines of the drawing in and beside holes: neither they nor what lies behind them, as seen
            from a hole, tells its colour or its texture. None for none.
        grouping: of which holes ``pixels`` are parts; None for those that they make themselves.
    """

    def __init__(self, pixels: np.ndarray, walls: Packed | None = None, grouping: Grouping | None = None) -> None:
        self.pixels, self.walls = pixels, walls
        self._grouping = grouping or Grouping(pixels, GAP)

    def only(self, pixels: np.ndarray) -> Holes:
        """The same holes, of which no more than ``pixels``, H W uint8, are to be filled; the others are known."""
        return Holes(pixels, self.walls, self._grouping)

    def whole(self) -> Iterator[tuple[Slices, np.ndarray]]:
        """The box and the pixels of each hole, as :meth:`~textrm.page.group.Grouping.groups` gives them."""
        return self._grouping.groups(self.pixels)

    def blocks(self) -> Iterator[tuple[Slices, np.ndarray]]:
        """The same, those larger than ``BLOCK`` cut."""
        return self._grouping.blocks(self.pixels, BLOCK)

    def seen(
        self, slices: Slices, own: np.ndarray, around: int, unseen: Packed | None = None
    ) -> tuple[Slices, np.ndarray, np.ndarray]:
        """What a block is filled from: the window with what is ``around`` it, its pixels there, and what is unknown.

        ``unseen`` are known pixels of which it is not to learn, as long as it sees others.
        """
        window, inner = surroundings(slices, own, around, self.pixels.shape)
        unknown = (self.pixels[window] != 0).astype(np.uint8)
        walls = None if self.walls is None else self.walls[window]
        apart = [_apart(walls, inner)] if walls is not None and walls.any() else []
        apart += [] if unseen is None else [unseen[window]]
        for part in apart:
            if not (unknown | part).all():
                unknown |= part
        return window, inner, unknown


def _apart(lines: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Lines with their soft edges, and what they part from ``own``; all h w uint8 in {0, 1}."""
    walls = cv2.dilate(lines, np.ones((3, 3), np.uint8)) & (1 - own)
    count, labels = cv2.connectedComponents(1 - walls, connectivity=4)
    apart = np.ones(count, np.uint8)
    apart[labels[own != 0]] = 0
    apart[0] = 1
    return apart[labels]

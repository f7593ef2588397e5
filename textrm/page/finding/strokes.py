"""Joins pixels into strokes, and strokes into words."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.group import CELL, ellipse, groups

_SMALL = 24  # pixels; strokes up to this size are one class, larger ones have a class for each doubling
_REACH = 0.3  # of a stroke's size: half the gap over which it finds the next one
_CELLS = 2  # cells of a class's grid over which it looks
_LESS = 2  # classes; how much smaller a stroke may be than one it is joined with: dots are no smaller, hatching is


@dataclass(frozen=True, slots=True)
class Strokes:
    """Connected strokes: their pixels ``ys``, ``xs`` with ``own`` the stroke of each, and their ``sizes`` in pixels."""

    ys: np.ndarray
    xs: np.ndarray
    own: np.ndarray
    sizes: np.ndarray

    def means(self, values: np.ndarray) -> np.ndarray:
        """The mean over the pixels of each stroke; ``values`` has one for each pixel."""
        return np.bincount(self.own, values) / np.bincount(self.own)

    def some(self, chosen: np.ndarray) -> Strokes:
        """Those of the strokes that are ``chosen``, bool, numbered anew."""
        inside = chosen[self.own]
        return Strokes(self.ys[inside], self.xs[inside], (np.cumsum(chosen) - 1)[self.own[inside]], self.sizes[chosen])


def find_strokes(weak: np.ndarray) -> Strokes:
    """The strokes of a map of pixels, box by box: labels for the whole of a large page would take 4 bytes a pixel."""
    ys, xs, own = (np.zeros(cv2.countNonZero(weak), np.int32) for _ in range(3))
    sizes: list[np.ndarray] = []
    done = known = 0
    for (rows, columns), part in groups(weak, CELL):
        count, labels, statistics, _ = cv2.connectedComponentsWithStats(part, connectivity=8, ltype=cv2.CV_32S)
        found = cv2.findNonZero(part).reshape(-1, 2)
        here = slice(done, done + len(found))
        xs[here], ys[here] = found[:, 0] + columns.start, found[:, 1] + rows.start
        own[here] = labels[found[:, 1], found[:, 0]] + (known - 1)
        # The geometric mean of the sides: a drawn-out vowel is as long as a word, but no letter is as high as that.
        sides = statistics[1:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].astype(np.float64)
        sizes.append(np.sqrt(sides[:, 0] * sides[:, 1]))
        done, known = done + len(found), known + count - 1
    return Strokes(ys, xs, own, np.concatenate(sizes) if sizes else np.zeros(0))


def grouped(strokes: Strokes, shape: tuple[int, ...]) -> np.ndarray:
    """The word of each stroke, numbered from 0 without gaps."""
    count = len(strokes.sizes)
    parent = np.arange(count)
    classes = np.maximum(0, np.floor(np.log2(np.maximum(strokes.sizes, 1) / _SMALL))).astype(int) + 1
    classes[strokes.sizes < _SMALL] = 0
    own_class = classes[strokes.own]
    for level in range(int(classes.max()) + 1):
        # A class is grouped on a grid of its own, ``_CELLS`` of whose cells are the reach of its smallest strokes.
        cell = max(2, round(_REACH * _SMALL * 2 ** (level - 1) / _CELLS))
        grid = np.zeros([-(-side // cell) for side in shape[:2]], np.uint8)
        members = own_class == level
        grid[strokes.ys[members] // cell, strokes.xs[members] // cell] = 1
        _, near = cv2.connectedComponents(cv2.dilate(grid, ellipse(_CELLS)), connectivity=8)
        # Strokes of this class, and smaller ones within their reach.
        smaller = (own_class <= level) & (own_class >= level - _LESS)
        reached = np.zeros(count, int)
        labels, members = near[strokes.ys[smaller] // cell, strokes.xs[smaller] // cell], strokes.own[smaller]
        reached[members[labels > 0]] = labels[labels > 0]
        joined = np.flatnonzero(reached)
        _unite(parent, joined, reached[joined])
    return np.unique(parent, return_inverse=True)[1].reshape(-1)


def _unite(parent: np.ndarray, members: np.ndarray, sets: np.ndarray) -> None:
    """Join the words of all ``members`` with an equal entry in ``sets``; ``parent`` names the word of each stroke."""
    while True:
        least = np.full(int(sets.max(initial=0)) + 1, len(parent))
        np.minimum.at(least, sets, parent[members])
        target = np.arange(len(parent))
        np.minimum.at(target, parent[members], least[sets])
        if (target[parent] == parent).all():
            return
        parent[:] = target[parent]

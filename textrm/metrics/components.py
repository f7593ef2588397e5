"""Tells which connected components of lettering belong to one word (numpy and OpenCV only)."""

from __future__ import annotations

import cv2
import numpy as np

GAP = 0.5  # of the smaller height: what lies nearer belongs to the same word
ACCENT = 0.3  # of a word's tallest letter: a lower component that is alone is a dot, an accent or a short stroke
REACH = 4  # of its own height: an accent's word is nearer
CHUNK = 256  # components that are compared with all others at once
BLOCK = 1 << 20  # distances of pixels that are kept at once


class Shapes:
    """Boxes and edge pixels of components; a gap is the number of pixels between two, by their nearest ones."""

    def __init__(self, labels: np.ndarray, statistics: np.ndarray) -> None:
        left, top, width, height = (statistics[:, column].astype(np.float32) for column in range(4))
        self.left, self.top, self.right, self.bottom, self.height = (
            left,
            top,
            left + width - 1,
            top + height - 1,
            height,
        )
        # Padded, so that lettering at the border of the page has an edge there, too.
        lettering = np.pad((labels > 0).astype(np.uint8), 1)
        inner = cv2.erode(lettering, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))[1:-1, 1:-1]
        ys, xs = np.nonzero((labels > 0) & (inner == 0))
        owner = labels[ys, xs] - 1
        order = np.argsort(owner, kind="stable")
        self.points = np.stack([xs, ys], 1)[order].astype(np.float32)
        self.starts = np.searchsorted(owner[order], np.arange(len(height) + 1))

    def box_gaps(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Gaps of the boxes of two lists of components (broadcast): at most those of the components."""
        across = np.maximum(self.left[one] - self.right[other], self.left[other] - self.right[one])
        down = np.maximum(self.top[one] - self.bottom[other], self.top[other] - self.bottom[one])
        return np.hypot(np.maximum(across, 0), np.maximum(down, 0)) - 1

    def gap(self, one: int, other: int, limit: float) -> float:
        """The gap of two components; where it is above ``limit``, something that is above it, too."""
        first, second = self._near(one, other, limit), self._near(other, one, limit)
        if not (len(first) and len(second)):
            return float("inf")
        least = np.inf
        for start in range(0, len(first), step := 1 + BLOCK // len(second)):
            steps = first[start : start + step, None] - second[None]
            least = min(least, float(np.einsum("ijk,ijk->ij", steps, steps).min()))
        return float(np.sqrt(least)) - 1

    def _near(self, one: int, other: int, limit: float) -> np.ndarray:
        """The edge pixels of a component that may be nearer than ``limit`` to the other's box."""
        points = self.points[self.starts[one] : self.starts[one + 1]]
        reach = limit + 1
        low = (self.left[other] - reach, self.top[other] - reach)
        high = (self.right[other] + reach, self.bottom[other] + reach)
        return points[((points >= low) & (points <= high)).all(1)]


class Sets:
    """Disjoint sets of 0 … count - 1."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, item: int) -> int:
        """The item that stands for the set."""
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def unite(self, one: int, other: int) -> None:
        """Make one set of two."""
        self.parent[self.find(one)] = self.find(other)

    def roots(self) -> np.ndarray:
        """For every item the one that stands for its set."""
        return np.array([self.find(item) for item in range(len(self.parent))])


def join_neighbours(shapes: Shapes, sets: Sets) -> None:
    """Unite the components whose gap is below half the smaller of their heights."""
    order = np.argsort(shapes.left, kind="stable")
    # From the left, a component's partners begin before its right edge plus what its own height allows.
    ends = np.searchsorted(shapes.left[order], (shapes.right + GAP * shapes.height + 1)[order])
    ones, others = [], []
    for start in range(0, len(order), CHUNK):
        ranks = np.arange(start, min(start + CHUNK, len(order)))
        lengths = np.maximum(ends[ranks] - ranks - 1, 0)
        first = np.repeat(ranks, lengths)
        second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        one, other = order[first], order[second]
        near = shapes.box_gaps(one, other) < GAP * np.minimum(shapes.height[one], shapes.height[other])
        ones.append(one[near])
        others.append(other[near])
    one, other = np.concatenate(ones), np.concatenate(others)
    nearest = np.argsort(shapes.box_gaps(one, other), kind="stable")  # sure pairs first: they spare the others
    for a, b in zip(one[nearest].tolist(), other[nearest].tolist(), strict=True):
        if sets.find(a) != sets.find(b):
            limit = GAP * float(min(shapes.height[a], shapes.height[b]))
            if shapes.gap(a, b, limit) < limit:
                sets.unite(a, b)


def join_accents(shapes: Shapes, sets: Sets) -> None:
    """Give the dots and accents that are alone to the nearest word in reach, until none finds one any more."""
    roots = sets.roots()
    tallest = np.zeros(len(roots), np.float32)
    np.maximum.at(tallest, roots, shapes.height)
    tall, together = tallest[roots], np.bincount(roots, minlength=len(roots))[roots] > 1
    lone, others = _within_reach(shapes, np.flatnonzero(~together & (shapes.height < ACCENT * tall.max())))
    asked = np.ones(len(lone), bool)
    while asked.any():
        # Lone components of its size are no word, until they have found theirs.
        words = asked & (together[others] | (shapes.height[lone] < ACCENT * tall[others]))
        one, other = lone[words], others[words]
        starts = np.flatnonzero(np.diff(one, prepend=-1)).tolist()
        attached = np.zeros(len(roots), bool)
        for start, end in zip(starts, [*starts[1:], len(one)], strict=True):
            item = int(one[start])
            nearest = _nearest(shapes, item, other[start:end])
            if nearest is not None and shapes.height[item] < ACCENT * tall[nearest]:
                sets.unite(item, nearest)
                attached[item], tall[item] = True, tall[nearest]  # changes no other answer of this round
        together |= attached
        brought = np.unique(lone[attached[others]])  # whom the attached may bring within reach of their word
        asked = np.isin(lone, brought) & ~together[lone]


def _within_reach(shapes: Shapes, lone: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of lone components and others whose boxes are in reach; those of one follow each other."""
    lone = lone[np.argsort(shapes.left[lone], kind="stable")]
    ones, others = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(0, len(lone), CHUNK):
        some = lone[start : start + CHUNK]
        reach = REACH * shapes.height[some] + 1
        low, high = (shapes.left[some] - reach).min(), (shapes.right[some] + reach).max()
        beside = np.flatnonzero((shapes.right >= low) & (shapes.left <= high))
        gaps = shapes.box_gaps(some[:, None], beside[None])
        one, other = np.nonzero((gaps < (reach - 1)[:, None]) & (some[:, None] != beside[None]))
        ones.append(some[one])
        others.append(beside[other])
    return np.concatenate(ones), np.concatenate(others)


def _nearest(shapes: Shapes, item: int, others: np.ndarray) -> int | None:
    """The one of ``others`` whose gap to ``item`` is the least and in reach; of several the first."""
    nearest, least = None, REACH * float(shapes.height[item])
    box_gaps = shapes.box_gaps(np.array(item), others)
    for candidate in np.argsort(box_gaps, kind="stable").tolist():
        if box_gaps[candidate] > least:
            break
        other = int(others[candidate])
        gap = shapes.gap(item, other, least)
        if gap < least or (gap == least and nearest is not None and other < nearest):
            nearest, least = other, gap
    return nearest

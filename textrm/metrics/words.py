"""The words of a page, grouped from the components of its truth mask or given as polygons (numpy and OpenCV only)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

GAP = 0.5  # of the smaller height: what lies nearer belongs to the same word
ACCENT = 0.3  # of a word's tallest letter: a lower component that is alone is a dot, an accent or a short stroke
REACH = 4  # of its own height: an accent's word is nearer
CHUNK = 256  # components that are compared with all others at once
BLOCK = 1 << 20  # distances of pixels that are kept at once


@dataclass(frozen=True, slots=True)
class Words:
    """``labels`` is H W int32: 0 outside lettering, k in word k of 1 … n; ``heights`` (n) are those of their boxes."""

    labels: np.ndarray
    heights: np.ndarray

    def count(self, where: np.ndarray) -> np.ndarray:
        """Pixels of each word (n) where the map H W is not 0."""
        return np.bincount(self.labels[where != 0], minlength=len(self.heights) + 1)[1:]


def group_words(mask: np.ndarray) -> Words:
    """The words of lettering H W (not 0 = lettering).

    Two components (8-connected) belong to one word where the gap between their nearest pixels, in pixels between them,
    is below half the smaller of their heights. One that no other joins is a dot or an accent where it is lower than 0.3
    of the tallest component of the nearest word, and counts with this word; it looks four times its own height far,
    again after others have found theirs. Lone components of about its own size are no such word, so that both dots of
    an umlaut and all of an ellipsis find their letter, and letters beside a sound effect stay what they are.
    """
    count, labels, statistics, _ = cv2.connectedComponentsWithStats((mask != 0).astype(np.uint8), connectivity=8)
    if count == 1:
        return Words(labels, np.zeros(0, np.int64))
    shapes = _Shapes(labels, statistics[1:])
    sets = _Sets(count - 1)
    _join_neighbours(shapes, sets)
    while _join_accents(shapes, sets):
        pass  # each round brings the next dot of an ellipsis within reach
    return _renumbered(np.concatenate([[0], sets.roots() + 1])[labels])


def polygon_words(mask: np.ndarray, polygons: Sequence[np.ndarray]) -> Words:
    """The words of lettering H W that ``polygons`` (each N 2, x and y in pixels) name.

    Lettering outside all of them counts with the nearest polygon where it is connected with lettering inside one;
    other components are grouped by :func:`group_words`. A polygon without lettering is no word.
    """
    lettering = (mask != 0).astype(np.uint8)
    named = np.zeros(mask.shape, np.int32)
    for place, polygon in enumerate(polygons, 1):
        cv2.fillPoly(named, [np.round(polygon).astype(np.int32)], place)
    _, components = cv2.connectedComponents(lettering, connectivity=8)
    inside = np.zeros(components.max() + 1, bool)
    inside[components[named > 0]] = True
    inside[0] = False
    rest = group_words(lettering * ~inside[components])
    if not inside.any():
        return rest
    _, nearest = cv2.distanceTransformWithLabels(
        (named == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    name_of = np.zeros(nearest.max() + 1, np.int32)
    name_of[nearest[named > 0]] = named[named > 0]
    labels = np.where(inside[components], name_of[nearest], 0)
    return _renumbered(np.where(rest.labels > 0, rest.labels + len(polygons), labels))


def _renumbered(labels: np.ndarray) -> Words:
    """Words of any labels, numbered without gaps."""
    ys, xs = np.nonzero(labels)
    found, place = np.unique(labels[ys, xs], return_inverse=True)
    numbered = np.zeros(labels.shape, np.int32)
    numbered[ys, xs] = place + 1
    top, bottom = np.full(len(found), labels.shape[0]), np.zeros(len(found), np.int64)
    np.minimum.at(top, place, ys)
    np.maximum.at(bottom, place, ys)
    return Words(numbered, bottom - top + 1)


class _Shapes:
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


class _Sets:
    """Disjoint sets of 0 … count - 1."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def unite(self, one: int, other: int) -> None:
        self.parent[self.find(one)] = self.find(other)

    def roots(self) -> np.ndarray:
        return np.array([self.find(item) for item in range(len(self.parent))])


def _join_neighbours(shapes: _Shapes, sets: _Sets) -> None:
    """Unite the components whose gap is below half the smaller of their heights."""
    order = np.argsort(shapes.left, kind="stable")
    # From the left, a component's partners begin before its right edge plus what its own height allows.
    ends = np.searchsorted(shapes.left[order], (shapes.right + GAP * shapes.height + 1)[order])
    ones, others = [], []
    for start in range(0, len(order), CHUNK):
        places = np.arange(start, min(start + CHUNK, len(order)))
        lengths = np.maximum(ends[places] - places - 1, 0)
        first = np.repeat(places, lengths)
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


def _join_accents(shapes: _Shapes, sets: _Sets) -> bool:
    """Give the dots and accents that are alone to the nearest word in reach; whether there was one."""
    roots = sets.roots()
    tallest = np.zeros(len(roots), np.float32)
    np.maximum.at(tallest, roots, shapes.height)
    tall, together = tallest[roots], np.bincount(roots, minlength=len(roots))[roots] > 1
    lone = np.flatnonzero(~together & (shapes.height < ACCENT * tall.max()))
    found = False
    for start in range(0, len(lone), CHUNK):
        some = lone[start : start + CHUNK]
        gaps = shapes.box_gaps(some[:, None], np.arange(len(roots))[None])
        gaps[~(together | (shapes.height[some][:, None] < ACCENT * tall))] = np.inf  # lone ones of its size, and itself
        for row, item in zip(gaps, some.tolist(), strict=True):
            nearest = _nearest(shapes, item, row, REACH * float(shapes.height[item]))
            if nearest is not None and shapes.height[item] < ACCENT * tall[nearest]:
                sets.unite(item, nearest)
                found = True
    return found


def _nearest(shapes: _Shapes, item: int, box_gaps: np.ndarray, limit: float) -> int | None:
    """The component whose gap to ``item`` is the least below ``limit``; ``box_gaps`` (inf: passed over) is used up."""
    nearest, least = None, limit
    while box_gaps[other := int(box_gaps.argmin())] <= least:
        gap = shapes.gap(item, other, least)
        if gap < least or (gap == least and nearest is not None and other < nearest):
            nearest, least = other, gap
        box_gaps[other] = np.inf
    return nearest

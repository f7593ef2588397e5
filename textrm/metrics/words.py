"""The words of a page, grouped from the components of its truth mask or given as polygons (numpy and OpenCV only)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.metrics.components import Sets, Shapes, join_accents, join_neighbours


@dataclass(frozen=True, slots=True)
class Words:
    """``labels`` is H W int32: 0 outside lettering, k in word k of 1 … n; ``heights`` (n) are those of their boxes.

    ``polygons`` (n) says which of the polygons that were given each one is, from 0; -1 for none.
    """

    labels: np.ndarray
    heights: np.ndarray
    polygons: np.ndarray

    def only(self, chosen: np.ndarray) -> Words:
        """Those of the words for which ``chosen`` (n bool) says so."""
        number = np.concatenate([[0], np.cumsum(chosen) * chosen]).astype(np.int32)
        return Words(number[self.labels], self.heights[chosen], self.polygons[chosen])

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
        return Words(labels, *np.zeros((2, 0), np.int64))
    shapes = Shapes(labels, statistics[1:])
    sets = Sets(count - 1)
    join_neighbours(shapes, sets)
    join_accents(shapes, sets)
    return _renumbered(np.concatenate([[0], sets.roots() + 1])[labels])


def polygon_words(mask: np.ndarray, polygons: Sequence[np.ndarray]) -> Words:
    """The words of lettering H W that ``polygons`` (each N 2, x and y in pixels) name.

    Lettering outside all of them counts with the nearest polygon where it is connected with lettering inside one;
    other components are grouped by :func:`group_words`. A polygon without lettering is no word.
    """
    lettering = (mask != 0).astype(np.uint8)
    named = np.zeros(mask.shape, np.int32)
    for number, polygon in enumerate(polygons, 1):
        cv2.fillPoly(named, [np.round(polygon).astype(np.int32)], number)
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
    return _renumbered(np.where(rest.labels > 0, rest.labels + len(polygons), labels), len(polygons))


def _renumbered(labels: np.ndarray, polygons: int = 0) -> Words:
    """Words of any labels, numbered without gaps; the first labels are those of so many polygons."""
    ys, xs = np.nonzero(labels)
    found, word_of = np.unique(labels[ys, xs], return_inverse=True)
    numbered = np.zeros(labels.shape, np.int32)
    numbered[ys, xs] = word_of + 1
    top, bottom = np.full(len(found), labels.shape[0]), np.zeros(len(found), np.int64)
    np.minimum.at(top, word_of, ys)
    np.maximum.at(bottom, word_of, ys)
    return Words(numbered, bottom - top + 1, np.where(found <= polygons, found - 1, -1))

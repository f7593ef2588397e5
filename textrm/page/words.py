"""From what the looks saw to words: strokes are grouped, and a word goes whole or stays whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.group import ellipse
from textrm.page.mask import Region

_SMALL = 24  # pixels; strokes up to this size are one class, larger ones have a class for each doubling
_REACH = 0.3  # of a stroke's size: half the gap over which it finds the next one
_CELLS = 4  # cells of a class's grid over which it looks
_SEEN_AT = 20  # pixels; a letter is judged by the look in which it is about this high


@dataclass(frozen=True, slots=True)
class _Strokes:
    """Connected strokes: their pixels ``ys``, ``xs`` with ``own`` the stroke of each, and their ``sizes`` in pixels."""

    labels: np.ndarray
    ys: np.ndarray
    xs: np.ndarray
    own: np.ndarray
    sizes: np.ndarray


def find_words(
    maps: Sequence[np.ndarray], threshold: float, low: float | None = None, min_area: int = 0
) -> tuple[np.ndarray, list[Region], list[Region]]:
    """The mask of the lettering, its words, and the doubtful ones, which are left.

    Pixels above ``low`` are strokes. Strokes whose distance is small beside their size make a word, in any direction:
    letters of one size find each other, dots and accents the letter beside them. A word's score is the mean of what two
    looks give to its strokes: the finest, and the one in which its letters are as high as dialogue is on a page, which
    sees what they stand on. Above ``threshold`` all of its strokes are lettering, else none; those that reach half of
    the threshold are doubtful.

    Args:
        maps: what each look gave, uint8, at 1, 1/2, 1/4, … of the page.
        threshold: in (0, 1).
        low: in (0, threshold]; None for the threshold.
        min_area: words with fewer pixels are left.

    Returns:
        The mask, H W uint8 in {0, 1} (1 = lettering), the words and the doubtful words, from top to bottom.
    """
    prob = maps[0]
    floor = int((threshold if low is None else min(low, threshold)) * 255)
    weak = cv2.threshold(prob, floor, 1, cv2.THRESH_BINARY)[1]
    mask = np.zeros_like(weak)
    strokes = _strokes(weak)
    if not len(strokes.sizes):
        return mask, [], []
    word_of = _grouped(strokes, weak.shape)
    word = word_of[strokes.own]
    count = int(word_of.max()) + 1
    area = np.bincount(word, minlength=count)
    height = np.zeros(count)
    np.maximum.at(height, word_of, strokes.sizes)
    score = (_means(maps, strokes, word, area, np.zeros(count, int))
             + _means(maps, strokes, word, area, _level(height, len(maps)))) / 2  # fmt: skip
    peak = np.zeros(count, np.uint8)
    np.maximum.at(peak, word, prob[strokes.ys, strokes.xs])
    believable = (area >= max(min_area, 1)) & (peak > int(threshold * 255))
    kept = believable & (score > threshold)
    doubtful = believable & ~kept & (score > threshold / 2)
    inside = kept[word]
    mask[strokes.ys[inside], strokes.xs[inside]] = 1
    regions = _regions(strokes, word, score, area, kept | doubtful)
    return (
        mask,
        [region for place, region in regions if kept[place]],
        [region for place, region in regions if doubtful[place]],
    )


def _strokes(weak: np.ndarray) -> _Strokes:
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(weak, connectivity=8, ltype=cv2.CV_32S)
    found = cv2.findNonZero(weak)
    xs, ys = np.zeros((2, 0), np.intp) if found is None else found.reshape(-1, 2).T.astype(np.intp)
    # The geometric mean of the sides: a drawn-out vowel is as long as a word, but no letter is as high as that.
    sides = statistics[1:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].astype(np.float64)
    return _Strokes(labels, ys, xs, labels[ys, xs] - 1, np.sqrt(sides[:, 0] * sides[:, 1]))


def _grouped(strokes: _Strokes, shape: tuple[int, ...]) -> np.ndarray:
    """The word of each stroke, numbered from 0 without gaps."""
    count = len(strokes.sizes)
    parent = np.arange(count)
    classes = np.maximum(0, np.floor(np.log2(np.maximum(strokes.sizes, 1) / _SMALL))).astype(int) + 1
    classes[strokes.sizes < _SMALL] = 0
    own_class = classes[strokes.own]
    for level in range(int(classes.max()) + 1):
        # One cell is so many pixels that ``_CELLS`` of them are the reach of the class.
        cell = max(1, round(_REACH * _SMALL * 2 ** (level - 1) / _CELLS)) if level else 1
        grid = np.zeros([-(-side // cell) for side in shape[:2]], np.uint8)
        members = own_class == level
        grid[strokes.ys[members] // cell, strokes.xs[members] // cell] = 1
        _, near = cv2.connectedComponents(cv2.dilate(grid, ellipse(_CELLS)), connectivity=8)
        # Strokes of this class, and smaller ones within their reach.
        smaller = own_class <= level
        reached = np.zeros(count, int)
        np.maximum.at(reached, strokes.own[smaller], near[strokes.ys[smaller] // cell, strokes.xs[smaller] // cell])
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


def _level(height: np.ndarray, levels: int) -> np.ndarray:
    steps = np.rint(np.log2(np.maximum(height, 1) / _SEEN_AT)).astype(int)
    return np.clip(steps, min(1, levels - 1), levels - 1)


def _means(
    maps: Sequence[np.ndarray], strokes: _Strokes, word: np.ndarray, area: np.ndarray, level: np.ndarray
) -> np.ndarray:
    """The mean in [0, 1] of what the look of its ``level`` gives to each word."""
    total = np.zeros(len(area))
    for step in np.unique(level):
        chosen = (level == step)[word]
        values = maps[step][strokes.ys[chosen] >> step, strokes.xs[chosen] >> step]
        total += np.bincount(word[chosen], values, minlength=len(area))
    return total / np.maximum(area, 1) / 255


def _regions(strokes: _Strokes, word: np.ndarray, score: np.ndarray, area: np.ndarray,
             wanted: np.ndarray) -> list[tuple[int, Region]]:  # fmt: skip
    order = np.argsort(word, kind="stable")
    points = np.stack([strokes.xs, strokes.ys], 1)[order].astype(np.int32)
    ends = np.cumsum(area)
    found = []
    for place in np.flatnonzero(wanted):
        hull = cv2.convexHull(points[ends[place] - area[place] : ends[place]])[:, 0]
        (left, top), (right, bottom) = hull.min(0).tolist(), hull.max(0).tolist()
        region = Region(hull, (left, top, right + 1, bottom + 1), float(score[place]), int(area[place]))
        found.append((int(place), region))
    return sorted(found, key=lambda item: (item[1].box[1], item[1].box[0]))

"""Groups strokes into words; a word goes whole or stays whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.finding.completing import overlooked
from textrm.page.finding.ground import Grounds, find_grounds, ground_features
from textrm.page.finding.judge import LOOKS, Judge, features
from textrm.page.finding.mask import Region
from textrm.page.finding.pyramid import whole_steps
from textrm.page.group import CELL, ellipse, groups

_SMALL = 24  # pixels; strokes up to this size are one class, larger ones have a class for each doubling
_REACH = 0.3  # of a stroke's size: half the gap over which it finds the next one
_SURE = 0.6  # the mean of the finest look and of the largest whole one, from which a word vouches for others
_CELLS = 2  # cells of a class's grid over which it looks


@dataclass(frozen=True, slots=True)
class _Strokes:
    """Connected strokes: their pixels ``ys``, ``xs`` with ``own`` the stroke of each, and their ``sizes`` in pixels."""

    ys: np.ndarray
    xs: np.ndarray
    own: np.ndarray
    sizes: np.ndarray


@dataclass(frozen=True, slots=True)
class Words:
    """Words before anything is decided: ``word`` is that of each stroke pixel; the others have a row for each word.

    ``features`` are what a :class:`textrm.page.finding.judge.Judge` weighs, ``areas`` in pixels, ``peaks`` the largest
    probability of the finest look, of 255, ``grounds`` what they stand on.
    """

    strokes: _Strokes
    word: np.ndarray
    features: np.ndarray
    areas: np.ndarray
    peaks: np.ndarray
    grounds: Grounds


def group_words(image: np.ndarray, maps: Sequence[np.ndarray], low: float) -> Words | None:
    """Strokes of more than ``low``, grouped; None where there is none.

    Strokes whose distance is small beside their size make a word, in any direction: letters of one size find each
    other, dots and accents the letter beside them.
    """
    strokes = _strokes(cv2.threshold(maps[0], int(low * 255), 1, cv2.THRESH_BINARY)[1])
    if not len(strokes.sizes):
        return None
    word_of = _grouped(strokes, maps[0].shape)
    word, count = word_of[strokes.own], int(word_of.max()) + 1
    areas = np.bincount(word, minlength=count)
    sizes, peaks = np.zeros(count), np.zeros(count, np.uint8)
    np.maximum.at(sizes, word_of, strokes.sizes)
    prob = maps[0][strokes.ys, strokes.xs]
    rising = np.argsort(prob, kind="stable")
    peaks[word[rising]] = prob[rising]  # the last one stays
    whole = whole_steps(*maps[0].shape)[-1]
    steps = [0, *(min(whole + further, len(maps) - 1) for further in range(LOOKS - 1))]
    sums = [np.bincount(word, maps[step][strokes.ys >> step, strokes.xs >> step], minlength=count) for step in steps]
    means = np.stack(sums, 1) / areas[:, None] / 255
    sure = means[:, :2].mean(1) > _SURE
    rows = features(means, sizes / 2**whole, np.bincount(word_of), sure.sum() - sure)
    grounds = find_grounds(image, (strokes.ys, strokes.xs), word, whole)
    rows = np.concatenate([rows, ground_features(grounds, word, prob, areas)], 1)
    return Words(strokes, word, rows, areas, peaks, grounds)


def find_words(
    image: np.ndarray, maps: Sequence[np.ndarray], threshold: float, low: float | None = None, min_area: int = 0,
    judge: Judge | None = None,
) -> tuple[np.ndarray, list[Region], list[Region]]:  # fmt: skip
    """The mask of the lettering, its words, and the doubtful ones, which are left.

    A word whose score is above ``threshold`` goes with all of its strokes, and in a balloon with what was overlooked
    there (:func:`~textrm.page.finding.completing.overlooked`); another one stays with all of them, and is doubtful
    where its score reaches half of the threshold. One without any pixel above the threshold is none.

    Args:
        image: H W 3 uint8 RGB, the page.
        maps: what each look gave, uint8, at 1, 1/2, 1/4, … of the page.
        threshold: in (0, 1).
        low: in (0, 1), above which a pixel belongs to a stroke; None for the threshold.
        min_area: words with fewer pixels are left.
        judge: gives the scores; None for the plain one.

    Returns:
        The mask, H W uint8 in {0, 1} (1 = lettering), the words and the doubtful words, from top to bottom.
    """
    mask = np.zeros(maps[0].shape, np.uint8)
    words = group_words(image, maps, threshold if low is None else low)
    if words is None:
        return mask, [], []
    scores = (judge or Judge())(words.features)
    believable = (words.areas >= max(min_area, 1)) & (words.peaks > int(threshold * 255))
    kept = believable & (scores > threshold)
    doubtful = believable & ~kept & (scores > threshold / 2)
    pixels = words.strokes.ys, words.strokes.xs, words.word
    inside = kept[words.word]
    mask[pixels[0][inside], pixels[1][inside]] = 1
    further = overlooked(image, pixels, words.grounds, kept)
    mask[further[:2]] = 1
    gone = np.bincount(words.word, mask[pixels[:2]], minlength=len(kept)) * 2 > words.areas  # with a balloon's others
    return (
        mask,
        _regions([np.concatenate(part) for part in zip(pixels, further, strict=True)], scores, kept),
        _regions(pixels, scores, doubtful & ~gone),
    )


def _strokes(weak: np.ndarray) -> _Strokes:
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
    return _Strokes(ys, xs, own, np.concatenate(sizes) if sizes else np.zeros(0))


def _grouped(strokes: _Strokes, shape: tuple[int, ...]) -> np.ndarray:
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
        smaller = own_class <= level
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


def _regions(pixels: Sequence[np.ndarray], scores: np.ndarray, wanted: np.ndarray) -> list[Region]:
    """The wanted words, from top to bottom; ``pixels`` are the y, the x and the word of each."""
    inside = wanted[pixels[2]]
    ys, xs, word = (part[inside] for part in pixels)
    order = np.argsort(word, kind="stable")
    points = np.stack([xs, ys], 1)[order].astype(np.int32)
    areas = np.bincount(word, minlength=len(wanted))
    ends = np.cumsum(areas)
    found = []
    for number in np.flatnonzero(wanted):
        hull = cv2.convexHull(points[ends[number] - areas[number] : ends[number]])[:, 0]
        (left, top), (right, bottom) = hull.min(0).tolist(), hull.max(0).tolist()
        found.append(Region(hull, (left, top, right + 1, bottom + 1), float(scores[number]), int(areas[number])))
    return sorted(found, key=lambda region: (region.box[1], region.box[0]))

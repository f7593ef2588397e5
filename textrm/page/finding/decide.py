"""Decides which words go: a word goes whole or stays whole."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.page.finding.completing import overlooked
from textrm.page.finding.judge import Judge
from textrm.page.finding.mask import Region
from textrm.page.finding.verifier import Verifier
from textrm.page.finding.words import Words, group_words

SURER = 0.5  # the probability above which strokes are grouped again where words were left


def find_words(
    image: np.ndarray, maps: Sequence[np.ndarray], threshold: float, low: float | None = None, min_area: int = 0,
    judge: Judge | Verifier | None = None,
) -> tuple[np.ndarray, list[Region], list[Region]]:  # fmt: skip
    """The mask of the lettering, its words, and the doubtful ones, which are left.

    A word whose score is above ``threshold`` goes with all of its strokes, and in a balloon with what was overlooked
    there (:func:`~textrm.page.finding.completing.overlooked`); another one stays with all of them, and is doubtful
    where its score reaches half of the threshold. One without any pixel above the threshold is none. A verifier is
    asked again about the surer parts of what would stay: lettering that touches a drawing is a word with it at first.

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
    judge = judge or Judge()
    low = threshold if low is None else low
    words = group_words(image, maps, low)
    if words is None:
        return mask, [], []
    scores, believable = _judged(words, threshold, min_area, judge)
    kept = scores > threshold
    doubtful = believable & ~kept & (scores > threshold / 2)
    pixels, grounds = words.pixels, words.grounds
    if judge.sees_parts and not kept.all():
        left = ~kept[words.word]
        mask[words.strokes.ys[left], words.strokes.xs[left]] = 1
        parts = group_words(image, maps, max(SURER, low), mask)
        mask[:] = 0
        if parts is not None:
            more = _judged(parts, threshold, min_area, judge)[0]
            ys, xs, word = parts.pixels
            pixels = tuple(np.concatenate(pair) for pair in zip(pixels, (ys, xs, word + len(kept)), strict=True))
            grounds = grounds.with_further(parts.grounds)
            scores, kept = np.concatenate([scores, more]), np.concatenate([kept, more > threshold])
            doubtful = np.concatenate([doubtful, np.zeros(len(more), bool)])
    inside = kept[pixels[2]]
    mask[pixels[0][inside], pixels[1][inside]] = 1
    further = overlooked(image, pixels, grounds, kept)
    mask[further[:2]] = 1
    stays = mask[pixels[:2]] == 0
    doubtful &= np.bincount(pixels[2], stays, minlength=len(kept)) * 2 >= np.bincount(pixels[2], minlength=len(kept))
    return (
        mask,
        _regions([np.concatenate(part) for part in zip(pixels, further, strict=True)], scores, kept),
        _regions([part[stays] for part in pixels], scores, doubtful),
    )


def _judged(words: Words, threshold: float, min_area: int, judge: Judge | Verifier) -> tuple[np.ndarray, np.ndarray]:
    """The scores of all words, 0 for those that are none, and which are believable."""
    believable = (words.areas >= max(min_area, 1)) & (words.peaks > int(threshold * 255))
    scores = np.zeros(len(believable))
    scores[believable] = judge(words, np.flatnonzero(believable))
    return scores, believable


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

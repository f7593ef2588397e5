"""A short word that stands in line with sure ones goes with them: alone, an "a" says too little to be told."""

from __future__ import annotations

import numpy as np

from textrm.page.finding.words import Words

_SURE, _FEWEST = 0.9, 2  # what the words of the line score, and how many there are at least
_SEEN = 0.65  # the mean probability that the finest look gives to a short word, at least,
_LOOKS, _SAY = slice(1, 4), 0.8  # and what each of three looks says in the mean, in logits
_LOW, _TALL = 0.15, 1.3  # of another word's height that its height may be: letters without strokes up are low
_LEVEL = 0.7  # of the lower of two neighbours' heights that must be level with the other
_GAP, _OVER = (
    1.5,
    0.2,
)  # of the taller one's height between two neighbours; of the lower one's by which they may overlap
_SAME = 40  # levels in each channel by which the colours of two neighbours may differ


def words_in_line(words: Words, scores: np.ndarray, known: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Which further words go, N bool: the looks see them, and they stand in line with several sure words.

    In line are words that go, are level, near each other and of one colour, from one to the next; several are sure.

    Args:
        words: the words of a page.
        scores: N, what they score in [0, 1].
        known: N bool, which of them are more than a speck.
        kept: N bool, which of them go.
    """
    further = np.zeros_like(kept)
    sure = kept & (scores >= _SURE)
    seen = (
        np.bincount(words.word, words.fine[words.strokes.ys, words.strokes.xs], len(kept)) >= _SEEN * 255 * words.areas
    )
    asked = np.flatnonzero(known & ~kept & seen & (words.features[:, _LOOKS] >= _SAY).all(1))
    if np.count_nonzero(sure) < _FEWEST or not len(asked):
        return further
    boxes, colours = _boxes(words, len(kept)), {}
    for word in asked.tolist():
        height = _height(boxes[word])
        line, near = [word], [number for number in np.flatnonzero(kept).tolist()
                              if _LOW * _height(boxes[number]) <= height <= _TALL * _height(boxes[number])]  # fmt: skip
        for one in line:  # it grows as others are found
            for other in [number for number in near if number not in line and _beside(boxes[one], boxes[number])]:
                for number in (one, other):
                    if number not in colours:
                        colours[number] = _colour(words, number)
                if np.abs(colours[one] - colours[other]).max() <= _SAME:
                    line.append(other)
        further[word] = np.count_nonzero(sure[line]) >= _FEWEST
    return further


def _boxes(words: Words, count: int) -> np.ndarray:
    """Left, top, right and bottom of each word, N x 4, the last two exclusive."""
    boxes = np.empty((count, 4), np.int64)
    boxes[:, :2], boxes[:, 2:] = np.iinfo(np.int64).max, 0
    for first, places in enumerate((words.strokes.xs, words.strokes.ys)):
        np.minimum.at(boxes[:, first], words.word, places)
        np.maximum.at(boxes[:, first + 2], words.word, places + 1)
    return boxes


def _height(box: np.ndarray) -> int:
    return int(box[3] - box[1])


def _beside(one: np.ndarray, other: np.ndarray) -> bool:
    level = min(one[3], other[3]) - max(one[1], other[1])
    gap = max(one[0], other[0]) - min(one[2], other[2])
    low, tall = sorted((_height(one), _height(other)))
    return bool(level >= _LEVEL * low and -_OVER * low <= gap <= _GAP * tall)


def _colour(words: Words, number: int) -> np.ndarray:
    own = words.word == number
    return np.median(words.image[words.strokes.ys[own], words.strokes.xs[own]], 0)

"""Groups strokes into words, and gathers what is known of each before it is decided on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.finding.features import LOOKS, features
from textrm.page.finding.ground import Grounds, find_grounds, ground_features
from textrm.page.finding.pyramid import whole_steps
from textrm.page.finding.strokes import Strokes, find_strokes, grouped

_SURE = 0.6  # the mean of the finest look and of the largest whole one, from which a word vouches for others


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a page before anything is decided: ``word`` is that of each stroke pixel; others have a row for each.

    ``image`` is the page, H W 3 uint8 RGB, ``fine`` and ``coarse`` what the finest look and the one below the largest
    whole one gave, ``features`` what is known of each word in numbers, ``areas`` in pixels, ``peaks`` the largest
    probability of the finest look, of 255, ``grounds`` what they stand on.
    """

    image: np.ndarray
    fine: np.ndarray
    coarse: np.ndarray
    strokes: Strokes
    word: np.ndarray
    features: np.ndarray
    areas: np.ndarray
    peaks: np.ndarray
    grounds: Grounds

    def of_strokes(self) -> np.ndarray:
        """The word of each stroke."""
        word_of = np.zeros(len(self.strokes.sizes), np.int64)
        word_of[self.strokes.own] = self.word
        return word_of


def group_words(image: np.ndarray, maps: Sequence[np.ndarray], low: float) -> Words | None:
    """Strokes of more than ``low``, grouped; None where there is none.

    Strokes whose distance is small beside their size make a word, in any direction: letters of one size find each
    other, dots and accents the letter beside them.
    """
    strokes = find_strokes(cv2.threshold(maps[0], int(low * 255), 1, cv2.THRESH_BINARY)[1])
    if not len(strokes.sizes):
        return None
    return known_words(image, maps, strokes, grouped(strokes, maps[0].shape))


def known_words(image: np.ndarray, maps: Sequence[np.ndarray], strokes: Strokes, word_of: np.ndarray) -> Words:
    """What is known of the words that ``strokes`` make; ``word_of`` is that of each, numbered from 0 without gaps."""
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
    return Words(image, maps[0], maps[min(whole + 1, len(maps) - 1)], strokes, word, rows, areas, peaks, grounds)


Scorer = Callable[[Words, np.ndarray], np.ndarray]
"""Gives the scores in [0, 1] of the words whose numbers it is told, as a judge or a verifier does."""

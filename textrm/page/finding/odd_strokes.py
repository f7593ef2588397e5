"""Finds what a word that goes has taken along of a drawing: strokes of another colour that no look is sure of."""

from __future__ import annotations

import numpy as np

from textrm.page.finding.words import Words

_UNSURE = 0.65  # the mean probability that the finest look gives to such a stroke is below this
_OTHER = 60  # levels in one channel, by which its colour is off the word's


def odd_strokes(words: Words, kept: np.ndarray) -> np.ndarray:
    """Which strokes are no part of their word, one bool for each.

    A word goes with the strokes that are near it. A foot, a line or a spot of the drawing may be among them: it is
    seldom of the letters' colour, and the finest look half doubts it.

    Args:
        words: the words of a page.
        kept: N bool, which of them go.
    """
    strokes, word_of = words.strokes, words.of_strokes()
    unsure = kept[word_of] & (strokes.means(words.fine[strokes.ys, strokes.xs]) < _UNSURE * 255)
    odd = np.zeros(len(word_of), bool)
    for word in np.unique(word_of[unsure]).tolist():
        own = words.word == word
        colors, members = words.image[strokes.ys[own], strokes.xs[own]].astype(np.float64), strokes.own[own]
        numbers, member = np.unique(members, return_inverse=True)
        means = np.stack([np.bincount(member, channel) for channel in colors.T], 1) / np.bincount(member)[:, None]
        off = (np.abs(means - np.median(colors, 0)).max(1) > _OTHER) & unsure[numbers]
        odd[numbers[off]] = not off.all()  # where all are, the word has no colour that one could be off
    return odd

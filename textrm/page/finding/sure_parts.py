"""Takes apart words that stay: their sure strokes may be lettering, and the others a drawing that touches it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from textrm.page.finding.words import Scorer, Words, known_words

_SURE = 0.6  # the mean probability that the finest look gives to a sure stroke
_SCORE = 0.6  # what the sure strokes of a word need at least: parts of drawings are judged here as well


def apart(
    image: np.ndarray, maps: Sequence[np.ndarray], words: Words, scores: np.ndarray, asked: np.ndarray,
    threshold: float, judge: Scorer,
) -> tuple[Words, np.ndarray]:  # fmt: skip
    """The words and their scores, with those parts of a word as words of their own that go although it stays.

    Faint strokes join a word with hair, hatching, or another word that is none to the verifier. Without them it may be
    plain. A word of nothing but sure strokes was seen as it is, and one of none has nothing to stand on.

    Args:
        image: H W 3 uint8 RGB, the page.
        maps: what each look gave, as for :func:`~textrm.page.finding.words.group_words`.
        words: the words of the page.
        scores: N in [0, 1].
        asked: N bool, the words that may be taken apart.
        threshold: in (0, 1), above which a part goes; it takes 0.6 at least.
        judge: scores words by their numbers.
    """
    strokes, word_of = words.strokes, words.of_strokes()
    sure = strokes.means(words.fine[strokes.ys, strokes.xs]) > _SURE * 255
    some = np.bincount(word_of, sure, minlength=len(scores))
    mixed = asked & (some > 0) & (some < np.bincount(word_of, minlength=len(scores)))
    chosen = sure & mixed[word_of]
    if not chosen.any():
        return words, scores
    owners, part_of = np.unique(word_of[chosen], return_inverse=True)
    said = judge(known_words(image, maps, strokes.some(chosen), part_of), np.arange(len(owners)))
    going = said > max(threshold, _SCORE)
    if not going.any():
        return words, scores
    number = np.full(len(owners), -1)
    number[going] = len(scores) + np.arange(np.count_nonzero(going))
    parted = word_of.copy()
    parted[chosen] = np.where(going[part_of], number[part_of], word_of[chosen])
    return known_words(image, maps, strokes, parted), np.append(scores, said[going])

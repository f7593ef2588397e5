"""Whether a word is lettering: from what the looks gave to its strokes, their size and number, and the page's words."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

LOOKS = 4  # whose opinion counts: the finest, the largest that saw the whole page, and the two below that one
FEATURES = 2 * (LOOKS + 1) + 2
_MANY = 8  # strokes of a word, and other words: more say no more
_SURE = 0.01  # a mean probability counts as at least this far from 0 and from 1


class Judge:
    """Scores words by a logistic function of their features.

    Where ``weights`` are not given, a word's score is the mean, in logits, of what the finest look and the largest
    whole one say.

    Args:
        weights: one for each feature of :func:`features`.

    Raises:
        ValueError: when there are not ``FEATURES`` finite numbers.
    """

    def __init__(self, weights: Sequence[float] | None = None) -> None:
        plain = [0.0, 0.5, 0.5] + [0.0] * (FEATURES - 3)
        self.weights = np.array(plain if weights is None else weights, np.float64)
        if self.weights.shape != (FEATURES,) or not np.isfinite(self.weights).all():
            raise ValueError(f"{self.weights.size} weights; expected {FEATURES} finite numbers")

    @classmethod
    def stated(cls, text: str | None) -> Judge:
        """The judge whose weights a model states as JSON; the plain one for None.

        Raises:
            ValueError: when the text is no list of so many numbers.
        """
        try:
            if text is None:
                return cls()
            return cls([float(weight) for weight in json.loads(text)])
        except (TypeError, RecursionError) as error:
            raise ValueError("no list of numbers") from error

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """The scores in [0, 1] of words with ``features`` N x ``FEATURES``."""
        return 1 / (1 + np.exp(-features @ self.weights))


def features(means: np.ndarray, sizes: np.ndarray, strokes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """What words are judged by, N x ``FEATURES``.

    Args:
        means: N x ``LOOKS``, the mean probability in [0, 1] that each look gave to the word's strokes.
        sizes: N, the size of its largest stroke in pixels of the largest whole look.
        strokes: N, how many strokes it has.
        others: N, how many other words of the page the looks are sure of.

    Returns:
        1, the logits of the means, the same times the logarithm of the size to base 2, 0 at 10 pixels, since how much
        a look is worth depends on how large the word is to it; then the logarithms, to base 2, of the strokes and of
        one more than the others: what stands alone, on a page without words, is more often a drawing.
    """
    logits = np.log(np.clip(means, _SURE, 1 - _SURE) / np.clip(1 - means, _SURE, 1 - _SURE))
    columns = np.concatenate([np.ones((len(means), 1)), logits], 1)
    scale = np.log2(np.maximum(sizes, 1) / 10)
    company = np.log2(np.clip(np.stack([strokes, others + 1], 1), 1, _MANY))
    return np.concatenate([columns, columns * scale[:, None], company], 1)

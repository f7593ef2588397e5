"""Gives the probability of each kind, by small decision trees over what is known of words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from textrm.data.sample import KINDS
from textrm.page.kinds.features import Known

WEIGHTS = Path(__file__).with_name("weights.npz")
"""The released weights; ``experiments.kinds`` makes them."""

_ROWS = 256  # blocks that are told at once, which bounds the memory


class Classifier:
    """The sum of T trees of depth D, each of which gives a number to every kind (gradient boosting, Friedman 2001).

    Args:
        start: kinds, what the sum begins with.
        feature: T x (2^D - 1) integers, the number of a word that each fork looks at; fork i leads to 2 i + 1 and
            2 i + 2.
        cut: T x (2^D - 1); what is above it goes to the second of these.
        leaves: T x 2^D x kinds, what is added at the ends, in logarithms.
        bars: kinds; a word goes as a kind only where its probability is at least this. At least one is 0.
    """

    def __init__(
        self, start: np.ndarray, feature: np.ndarray, cut: np.ndarray, leaves: np.ndarray, bars: np.ndarray
    ) -> None:
        self.start, self.feature, self.cut, self.leaves, self.bars = start, feature, cut, leaves, bars
        assert leaves.shape[2] == len(start) == len(bars) == len(KINDS)
        assert leaves.shape[1] == feature.shape[1] + 1 == cut.shape[1] + 1

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Classifier:
        """The classifier that a file holds, as :meth:`save` wrote it."""
        with np.load(path, allow_pickle=False) as file:
            numbers = {name: file[name].astype(np.float64) for name in ("start", "cut", "leaves", "bars")}
            return cls(feature=file["feature"].astype(np.int64), **numbers)

    def save(self, path: Path) -> None:
        """Write the weights; the leaves as float16, which changes probabilities by less than a hundredth."""
        forms = {"feature": np.uint16, "leaves": np.float16}
        weights: dict[str, Any] = {
            name: np.asarray(value, forms.get(name, np.float32)) for name, value in vars(self).items()
        }
        np.savez_compressed(path, **weights)

    def __call__(self, known: Known) -> np.ndarray:
        """The probabilities of the kinds, N x kinds; they are the same for all words of a block."""
        if not len(known.rows):
            return np.zeros((0, len(KINDS)))
        rows = means(known)
        sums = [self._sums(rows[start : start + _ROWS]) for start in range(0, len(rows), _ROWS)]
        return softmax(np.concatenate(sums))[known.block]

    def sure(self, shares: np.ndarray) -> np.ndarray:
        """The number of the most probable kind that reaches its bar, for each row."""
        return np.where(shares >= self.bars, shares, -1).argmax(1)

    def _sums(self, rows: np.ndarray) -> np.ndarray:
        trees = np.arange(len(self.feature))
        place = np.zeros((len(rows), len(trees)), np.int64)
        while place[0, 0] < self.feature.shape[1]:
            above = np.take_along_axis(rows, self.feature[trees, place], 1) > self.cut[trees, place]
            place = 2 * place + 1 + above
        return self.start + self.leaves[trees, place - self.feature.shape[1]].sum(1)


def means(known: Known) -> np.ndarray:
    """What is known of blocks, blocks x ``FEATURES``: the mean of their words."""
    count = np.bincount(known.block)
    return np.stack([np.bincount(known.block, column) / count for column in known.rows.T], 1)


def softmax(sums: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    shares = np.exp(sums - sums.max(-1, keepdims=True))
    return np.asarray(shares / shares.sum(-1, keepdims=True))


@cache
def released() -> Classifier:
    """The released classifier, read once."""
    return Classifier.load()

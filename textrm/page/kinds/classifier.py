"""Gives the probability of each kind, by small nets over what is known of words."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from textrm.data.sample import KINDS
from textrm.page.kinds.features import Known

WEIGHTS = Path(__file__).with_name("weights.npz")
"""The released weights; ``experiments.kinds`` makes them."""

_LEAST = 1e-4  # probability that a net gives to a kind at least, so that none of them has a veto


class Classifier:
    """The mean of E nets with one hidden layer, whose opinions of the words of a block are averaged in logarithms.

    Args:
        mean: ``FEATURES``, subtracted first.
        scale: ``FEATURES``, divided by then; what is more than 4 away from 0 counts as 4.
        hidden: E x H x (``FEATURES`` + 1), the last number of each row is added.
        out: E x kinds x (H + 1), likewise.
        bars: kinds; a kind is told only where its probability is at least this. At least one is 0.
    """

    def __init__(
        self, mean: np.ndarray, scale: np.ndarray, hidden: np.ndarray, out: np.ndarray, bars: np.ndarray
    ) -> None:
        self.mean, self.scale, self.hidden, self.out, self.bars = mean, scale, hidden, out, bars
        assert out.shape[1] == len(bars) == len(KINDS)

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Classifier:
        """The classifier that a file holds, as :meth:`save` wrote it."""
        with np.load(path, allow_pickle=False) as file:
            return cls(**{name: file[name].astype(np.float64) for name in ("mean", "scale", "hidden", "out", "bars")})

    def save(self, path: Path) -> None:
        """Write the weights as float32."""
        weights: dict[str, Any] = {name: np.asarray(value, np.float32) for name, value in vars(self).items()}
        np.savez_compressed(path, **weights)

    def __call__(self, known: Known) -> np.ndarray:
        """The probabilities of the kinds, N x kinds; they are the same for all words of a block."""
        if not len(known.rows):
            return np.zeros((0, len(KINDS)))
        rows = np.clip((known.rows - self.mean) / self.scale, -4, 4)
        shown = np.tanh(np.einsum("ehf,nf->enh", self.hidden[..., :-1], rows) + self.hidden[:, None, :, -1])
        logits = np.einsum("ekh,enh->enk", self.out[..., :-1], shown) + self.out[:, None, :, -1]
        shares = np.exp(logits - logits.max(2, keepdims=True))
        shares /= shares.sum(2, keepdims=True)
        told = np.log(shares.mean(0) + _LEAST)
        count = np.bincount(known.block)
        told = np.stack([np.bincount(known.block, column) / count for column in told.T], 1)[known.block]
        shares = np.exp(told)
        return shares / shares.sum(1, keepdims=True)

    def tell(self, shares: np.ndarray) -> np.ndarray:
        """The number of the most probable kind that reaches its bar, for each row."""
        return np.where(shares >= self.bars, shares, -1).argmax(1)


@cache
def released() -> Classifier:
    """The released classifier, read once."""
    return Classifier.load()

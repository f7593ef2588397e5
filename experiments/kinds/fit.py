"""Fits the classifier of kinds to words that were drawn and to words that were found, and chooses its bars."""

from __future__ import annotations

import numpy as np

from experiments.kinds.material import UNKNOWN, Words, joined
from experiments.kinds.trees import Growth, grown
from textrm.data.sample import KINDS
from textrm.page.kinds.choice import STAY
from textrm.page.kinds.classifier import Classifier, means
from textrm.page.kinds.features import Known

FOUND = 3.0  # times as much as words that were drawn, found ones count
FALSE_STAY = 0.002  # share of words of other kinds that may be told as a kind that stays
LEAST_BARS = {"credit": 0.5, "watermark": 0.8}


def fit(drawn: Words, found: Words, growth: Growth | None = None, seed: int = 0) -> Classifier:
    """A classifier without bars, fitted to the blocks with words whose kind is known.

    Words of one kind on one page share a part of their weight, since they say much the same.
    """
    words = joined([drawn, found])
    known = words.kind != UNKNOWN
    counts = np.zeros((int(words.block.max()) + 1, len(KINDS)))
    np.add.at(counts, (words.block[known], words.kind[known]), 1)
    _, own, alike = np.unique(words.page[known] * len(KINDS) + words.kind[known], return_inverse=True,
                              return_counts=True)  # fmt: skip
    counted = np.where(words.page[known] > drawn.page.max(), FOUND, 1.0) / np.sqrt(alike[own])
    weight = np.bincount(words.block[known], counted, len(counts))
    kept = weight > 0
    rows = means(Known(words.rows.astype(np.float64), words.block))[kept]
    return grown(rows, counts[kept] / counts[kept].sum(1, keepdims=True), weight[kept], growth or Growth(), seed)


def decided(classifier: Classifier, words: Words) -> Classifier:
    """The classifier with bars for the kinds that stay: at most FALSE_STAY of the words of other kinds reach them."""
    known = (words.kind != UNKNOWN) & words.goes
    shares = classifier(Known(words.rows, words.block))[known]
    staying = [KINDS.index(kind) for kind in sorted(STAY)]
    others = ~np.isin(words.kind[known], staying)
    for kind in staying:
        classifier.bars[kind] = max(
            LEAST_BARS[KINDS[kind]], float(np.quantile(shares[others, kind], 1 - FALSE_STAY / len(staying)))
        )
    return classifier


def scores(truth: np.ndarray, told: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The confusion table, rows are true kinds, and the F1 of each kind."""
    table = np.zeros((len(KINDS), len(KINDS)), int)
    np.add.at(table, (truth, told), 1)
    right = np.diag(table)
    return table, 2 * right / np.maximum(table.sum(0) + table.sum(1), 1)

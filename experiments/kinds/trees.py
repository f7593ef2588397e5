"""Grows decision trees, one after the other, each on what the ones before it leave wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textrm.page.kinds.classifier import Classifier, softmax

BINS = 48  # steps of each number, equally many rows in each
LEAST_GAIN = 1e-6
FURTHEST = 4.0  # what one tree adds at most, before the rate


@dataclass(frozen=True, slots=True)
class Growth:
    """How trees are grown.

    ``depth`` forks stand below each other; ``rate`` of what a tree would add counts; ``calm`` pulls the ends of trees
    to 0, as so many rows would that are right already. Each tree sees ``rows`` of the rows and ``columns`` of the
    numbers, shares in (0, 1].
    """

    trees: int = 1500
    depth: int = 3
    rate: float = 0.1
    calm: float = 3.0
    rows: float = 0.6
    columns: float = 0.25


def grown(rows: np.ndarray, shares: np.ndarray, weight: np.ndarray, growth: Growth, seed: int = 0) -> Classifier:
    """A classifier without bars, by gradient boosting with second derivatives (Chen and Guestrin 2016).

    Args:
        rows: N x numbers, what is known of blocks.
        shares: N x kinds, of which kinds they are; rows sum to 1.
        weight: N, above 0.
        growth: how.
        seed: of what trees see.
    """
    rng = np.random.default_rng(seed)
    weight = weight / weight.mean()
    edges = np.quantile(rows, np.linspace(0, 1, BINS + 1)[1:-1], axis=0).T
    steps = np.stack([np.searchsorted(edge, column) for edge, column in zip(edges, rows.T, strict=True)])
    start = np.log((shares * weight[:, None]).sum(0) / weight.sum() + 1e-6)
    sums = np.tile(start, (len(rows), 1))
    forks, ends = (1 << growth.depth) - 1, 1 << growth.depth
    feature, cut = np.zeros((growth.trees, forks), np.int64), np.full((growth.trees, forks), np.inf)
    leaves = np.zeros((growth.trees, ends, shares.shape[1]))
    for tree in range(growth.trees):
        told = softmax(sums)
        slope, bend = (shares - told) * weight[:, None], told * (1 - told) * weight[:, None]
        seen = np.flatnonzero(rng.random(len(rows)) < growth.rows)
        columns = rng.choice(rows.shape[1], max(int(rows.shape[1] * growth.columns), 1), replace=False)
        some, one_bend = steps[np.ix_(columns, seen)], bend[seen].mean(1)
        node = np.zeros(len(rows), np.int64)
        for depth in range(growth.depth):
            number, step = _forks(some, slope[seen], one_bend, node[seen], 1 << depth, growth.calm)
            here = slice((1 << depth) - 1, (2 << depth) - 1)
            feature[tree, here] = columns[number]
            cut[tree, here] = np.where(step < BINS, edges[columns[number], np.minimum(step, BINS - 2)], np.inf)
            node = 2 * node + (steps[columns[number[node]], np.arange(len(rows))] > step[node])
        own = node[seen]
        up, down = (np.stack([np.bincount(own, column, ends) for column in side[seen].T], 1) for side in (slope, bend))
        leaves[tree] = growth.rate * np.clip(up / (down + growth.calm), -FURTHEST, FURTHEST)
        sums += leaves[tree][node]
    return Classifier(start, feature, cut, leaves, np.zeros(shares.shape[1]))


def _forks(
    steps: np.ndarray, slope: np.ndarray, bend: np.ndarray, node: np.ndarray, nodes: int, calm: float
) -> tuple[np.ndarray, np.ndarray]:
    """The best fork at each node: the column it looks at, and the last step that goes the first way, or ``BINS``."""
    best, number, last = np.full(nodes, LEAST_GAIN), np.zeros(nodes, np.int64), np.full(nodes, BINS)
    for column, values in enumerate(steps):
        key = node * BINS + values
        counts = [np.bincount(key, side, nodes * BINS).reshape(nodes, BINS) for side in (*slope.T, bend)]
        first = np.cumsum(counts, 2)
        whole = first[..., -1:]
        gain = (_worth(first, calm) + _worth(whole - first, calm) - _worth(whole, calm))[:, : BINS - 1]
        step = gain.argmax(1)
        found = gain[np.arange(nodes), step]
        better = found > best
        best[better], number[better], last[better] = found[better], column, step[better]
    return number, last


def _worth(sums: np.ndarray, calm: float) -> np.ndarray:
    return np.asarray((sums[:-1] ** 2).sum(0) / (sums[-1] + calm))

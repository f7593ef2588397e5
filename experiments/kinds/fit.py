"""Fits the classifier of kinds: small nets over standardised numbers, each on a part of the pages."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from experiments.kinds.material import UNKNOWN, Words
from textrm.data.sample import KINDS
from textrm.page.kinds.choice import STAY
from textrm.page.kinds.classifier import Classifier
from textrm.page.kinds.features import FEATURES, Known

NETS, HIDDEN, STEPS, BATCH = 3, 64, 2600, 384
RATE, DECAY = 5e-3, 0.04
RARITY = 0.3  # kinds weigh by this power of how rare they are
FALSE_STAY = 0.002  # share of words of other kinds that may be told as a kind that stays
LEAST_BARS = {"credit": 0.5, "watermark": 0.8}


def fit(words: Words, nets: int = NETS, steps: int = STEPS, seed: int = 0) -> Classifier:
    """A classifier without bars, fitted to the words whose kind is known.

    Kinds weigh by a power of their rarity; words of one kind on one page share a part of their weight, since they say
    much the same.
    """
    known = words.kind != UNKNOWN
    rows, kinds = words.rows[known].astype(np.float64), words.kind[known]
    _, own, count = np.unique(words.page[known] * len(KINDS) + kinds, return_inverse=True, return_counts=True)
    shared = 1 / np.sqrt(count[own])
    totals = np.bincount(kinds, shared, minlength=len(KINDS))
    weight = shared / totals[kinds] ** RARITY
    low, high = np.quantile(rows, [0.005, 0.995], axis=0)
    clipped = np.clip(rows, low, high)
    mean, scale = clipped.mean(0), np.maximum(clipped.std(0), 1e-3)
    given = torch.tensor(np.clip((rows - mean) / scale, -4, 4), dtype=torch.float32)
    parts = [_fit_net(given, torch.tensor(kinds), weight, steps, seed + number) for number in range(nets)]
    hidden, out = (np.stack([part[side] for part in parts]) for side in (0, 1))
    return Classifier(mean, scale, hidden, out, np.zeros(len(KINDS)))


def _fit_net(
    rows: torch.Tensor, kinds: torch.Tensor, weight: np.ndarray, steps: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    first, last = torch.nn.Linear(FEATURES, HIDDEN), torch.nn.Linear(HIDDEN, len(KINDS))
    parameters = [*first.parameters(), *last.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
    share = weight / weight.sum()
    for _ in range(steps):
        chosen = torch.from_numpy(rng.choice(len(share), BATCH, p=share))
        noisy = rows[chosen] + 0.06 * torch.randn(BATCH, FEATURES)
        shown = functional.dropout(torch.tanh(first(noisy)), 0.2)
        loss = functional.cross_entropy(last(shown), kinds[chosen], label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    hidden, out = (
        torch.cat([layer.weight, layer.bias[:, None]], 1).detach().double().numpy() for layer in (first, last)
    )
    return hidden, out


def decided(classifier: Classifier, words: Words) -> Classifier:
    """The classifier with offsets that give the best mean F1 on these words, and bars for the kinds that stay.

    At most FALSE_STAY of the words of other kinds reach the bars.
    """
    known = (words.kind != UNKNOWN) & words.goes
    logits = np.log(classifier(Known(words.rows, words.block)))[known]
    truth, offsets = words.kind[known], np.zeros(len(KINDS))
    best = 0.0
    for kind in [*range(len(KINDS))] * 3:
        for step in np.linspace(-1.5, 2, 15):
            tried = offsets.copy()
            tried[kind] = step
            found = float(scores(truth, (logits + tried).argmax(1))[1].mean())
            if found > best + 1e-4:
                best, offsets = found, tried
    classifier.out[:, :, -1] += offsets
    shares = classifier(Known(words.rows, words.block))[known]
    staying = [KINDS.index(kind) for kind in sorted(STAY)]
    others = ~np.isin(truth, staying)
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

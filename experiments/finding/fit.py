"""Fits a judge of words: the mean, in logits, of several small nets, which is one judge with as wide a hidden layer."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from textrm.page.finding.judge import FEATURES, Judge

HIDDEN, MEMBERS = 24, 4
STEPS, RATE, DECAY = 2500, 0.01, 0.1


def fit(features: np.ndarray, truth: np.ndarray, importance: np.ndarray, seed: int = 0) -> Judge:
    """The judge under which the words are told apart best.

    Args:
        features: N x ``FEATURES``, of which the first is 1.
        truth: N bool, whether a word is lettering.
        importance: N, how much each word counts.
        seed: of the nets' first weights.
    """
    mean, deviation = features.mean(0), features.std(0)
    mean[0], deviation = 0.0, np.maximum(deviation, 1e-3)
    deviation[0] = 1.0
    given = torch.tensor((features - mean) / deviation, dtype=torch.float32)
    target = torch.tensor(truth, dtype=torch.float32)
    weight = torch.tensor(importance / importance.mean(), dtype=torch.float32)
    linear, hidden, out = np.zeros(FEATURES), [], []
    for member in range(MEMBERS):
        torch.manual_seed(seed * MEMBERS + member)
        direct, inner, outer = (nn.Linear(*size, bias=False)
                                for size in ((FEATURES, 1), (FEATURES, HIDDEN), (HIDDEN, 1)))  # fmt: skip
        nn.init.zeros_(direct.weight)
        layers = nn.ModuleList([direct, inner, outer])
        optimizer = torch.optim.AdamW(layers.parameters(), RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
        for _ in range(STEPS):
            optimizer.zero_grad()
            logit = direct(given) + outer(torch.tanh(inner(given)))
            nn.functional.binary_cross_entropy_with_logits(logit[:, 0], target, weight).backward()
            optimizer.step()
            schedule.step()
        linear += _unscaled(direct.weight, mean, deviation)[0] / MEMBERS
        hidden += _unscaled(inner.weight, mean, deviation).tolist()
        out += (outer.weight.detach()[0] / MEMBERS).tolist()
    return Judge(linear.tolist(), hidden, out)


def _unscaled(weight: torch.Tensor, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """The weights for features as they are: the first one, which is 1, takes what the means come to."""
    rows = weight.detach().numpy().astype(np.float64) / deviation
    rows[:, 0] -= rows @ mean
    return rows

"""The moving average follows its formula."""

from __future__ import annotations

import pytest
import torch

from textrm.callbacks.averaging import ExponentialAveraging, _follow


def test_average_follows_the_formula_with_warm_up() -> None:
    average, expected = torch.tensor(0.0), 0.0
    for count in range(1, 50):
        current = torch.tensor(float(count % 7))
        average = _follow(average, current, count, decay=0.8)
        decay = min(0.8, (1 + count) / (10 + count))
        expected = decay * expected + (1 - decay) * float(current)
    assert float(average) == pytest.approx(expected, rel=1e-5)


def test_counters_are_copied() -> None:
    assert int(_follow(torch.tensor(3), torch.tensor(9), 5, decay=0.9)) == 9


def test_decay_reaches_the_average() -> None:
    fast, slow = ExponentialAveraging(0.0), ExponentialAveraging(0.999)
    old, new = torch.tensor(0.0), torch.tensor(1.0)
    assert float(fast._kwargs["avg_fn"](old, new, 10_000)) == 1.0
    assert float(slow._kwargs["avg_fn"](old, new, 10_000)) == pytest.approx(0.001, rel=1e-3)

"""The moving average follows its formula."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import nn

from textrm.callbacks.averaging import ExponentialAveraging


class Small(pl.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))


def step(averaging: ExponentialAveraging, module: Small, number: int) -> None:
    """What the optimizer and BatchNorm do in a step, made up, and what Lightning calls then."""
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.fill_(number % 7)
    trainer: Any = SimpleNamespace(global_step=number)
    averaging.on_train_batch_end(trainer, module, None, None, 0)


def averaged(decay: float) -> tuple[ExponentialAveraging, Small]:
    averaging, module = ExponentialAveraging(decay), Small()
    trainer: Any = None
    averaging.setup(trainer, module, "fit")
    return averaging, module


def test_average_follows_the_formula_with_warm_up() -> None:
    averaging, module = averaged(0.8)
    expected = 0.0
    for number in range(1, 50):
        step(averaging, module, number)
        kept = min(0.8, number / (9 + number)) if number > 1 else 0.0  # n = number - 1 updates were made before
        expected = kept * expected + (1 - kept) * (number % 7)
    assert averaging._average_model is not None
    average = averaging._average_model.module.state_dict()
    assert int(average.pop("net.1.num_batches_tracked")) == 49 % 7  # counts are copied
    assert len(average) == 6
    for name, value in average.items():
        assert torch.allclose(value, torch.tensor(expected), rtol=1e-5), name
    assert int(averaging._average_model.n_averaged) == 49


def test_the_weights_that_are_trained_are_not_touched() -> None:
    averaging, module = averaged(0.9)
    for number in (1, 2, 3):
        step(averaging, module, number)
    assert all(torch.equal(value, torch.full_like(value, 3)) for value in module.state_dict().values())


def test_a_batch_without_a_step_counts_nothing() -> None:
    averaging, module = averaged(0.9)
    step(averaging, module, 1)
    step(averaging, module, 1)  # gradients were gathered only
    assert averaging._average_model is not None
    assert int(averaging._average_model.n_averaged) == 1


def test_decay_reaches_the_average() -> None:
    for decay, expected in ((0.0, 6.0), (0.999, 5 * 2 / 11 + 6 * 9 / 11)):
        averaging, module = averaged(decay)
        step(averaging, module, 5)
        step(averaging, module, 6)
        assert averaging._average_model is not None
        value = averaging._average_model.module.state_dict()["net.0.bias"][0]
        assert float(value) == pytest.approx(expected)


def test_the_average_follows_the_net_to_its_device() -> None:
    averaging, module = averaged(0.9)
    module.to("meta")  # as a trainer does after the set-up, here to a device that every machine has
    step(averaging, module, 1)
    assert averaging._average_model is not None
    assert {tensor.device.type for tensor in averaging._average_model.module.state_dict().values()} == {"meta"}


def test_a_net_that_counts_nothing() -> None:
    averaging, module = ExponentialAveraging(0.9), Small()
    module.net = nn.Sequential(nn.Conv2d(1, 2, 1))
    trainer: Any = None
    averaging.setup(trainer, module, "fit")
    step(averaging, module, 4)
    assert averaging._average_model is not None
    assert all(float(value.mean()) == 4 for value in averaging._average_model.module.state_dict().values())

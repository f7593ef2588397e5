"""A frozen encoder stays as it was, BatchNorm statistics too, until its stage ends."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import nn
from torch.utils.data import DataLoader

from textrm.callbacks.freezing import FreezeEncoder

LEARNT = ("0.weight", "1.weight", "1.running_mean", "1.num_batches_tracked")


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.head = nn.Conv2d(4, 1, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(image))


class Task(pl.LightningModule):
    """Validates to the given values in turn."""

    def __init__(self, values: list[float]) -> None:
        super().__init__()
        self.net = Net()
        self.values = iter(values)

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        return self.net(batch).square().mean()

    def validation_step(self, batch: torch.Tensor, batch_idx: int) -> None:
        self.log("val/AP", next(self.values))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return partial(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=0.01)(self.net.parameters())


class Record(pl.Callback):
    """The encoder's state at the end of every epoch."""

    def __init__(self) -> None:
        self.states: list[dict[str, torch.Tensor]] = []

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: Any) -> None:
        self.states.append({name: value.clone() for name, value in pl_module.net.encoder.state_dict().items()})


def run(freeze: FreezeEncoder, values: list[float], epochs: int) -> tuple[list[bool], Task]:
    """Whether the encoder was still as at the start after each epoch; weights and statistics move together."""
    torch.manual_seed(0)
    task, record = Task(values), Record()
    start = {name: value.clone() for name, value in task.net.encoder.state_dict().items()}
    pictures = DataLoader(list(torch.rand(4, 3, 8, 8)), batch_size=2)
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    trainer = pl.Trainer(
        max_epochs=epochs, callbacks=[freeze, record], accelerator="cpu", num_sanity_val_steps=0, **quiet
    )
    head = task.net.head.weight.clone()
    trainer.fit(task, pictures, pictures)
    assert not torch.equal(task.net.head.weight, head)
    still = [{torch.equal(state[name], start[name]) for name in LEARNT} for state in record.states]
    assert all(len(same) == 1 for same in still)
    return [same == {True} for same in still], task


def test_encoder_rests_for_its_epochs_and_then_learns() -> None:
    still, task = run(FreezeEncoder(epochs=2, patience=99), [0.1] * 10, epochs=4)
    assert still == [True, True, False, False]
    assert all(parameter.requires_grad for parameter in task.net.encoder.parameters())


def test_stage_ends_when_the_metric_stops_rising() -> None:
    # Two validations an epoch (two batches): the mean rises once, then stays.
    still, _ = run(FreezeEncoder(epochs=99, patience=2), [0.1, 0.1, 0.2, 0.2] + [0.2] * 12, epochs=6)
    assert still == [True, True, True, True, False, False]


def test_no_epochs_means_not_frozen() -> None:
    assert run(FreezeEncoder(epochs=0), [0.1] * 4, epochs=1)[0] == [False]


@pytest.mark.parametrize("frozen", [True, False])
def test_state_survives(frozen: bool) -> None:
    first = FreezeEncoder(epochs=5)
    first.frozen, first.best, first.waited = frozen, 0.5, 1
    second = FreezeEncoder(epochs=5)
    second.load_state_dict(first.state_dict())
    assert (second.frozen, second.best, second.waited) == (frozen, 0.5, 1)

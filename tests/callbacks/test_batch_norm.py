"""A net that came without statistics of BatchNorm gets them and stays what it was; where they rest, they rest."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from torch import nn
from torch.utils.data import DataLoader

from textrm.callbacks.batch_norm import FreezeBatchNorm, MeasureBatchNorm
from textrm.errors import UserError


def batches(count: int = 6) -> list[dict[str, torch.Tensor]]:
    """Their channels have their own mean and spread."""
    generator = torch.Generator().manual_seed(0)
    spread = torch.tensor([0.1, 1.0, 4.0])[:, None, None]
    return [{"image": torch.randn(4, 3, 8, 8, generator=generator) * spread + 2} for _ in range(count)]


class Data(pl.LightningDataModule):
    def train_dataloader(self) -> DataLoader:
        return DataLoader(batches(), batch_size=None)


class Task(pl.LightningModule):
    def __init__(self, encoder: bool = True) -> None:
        super().__init__()
        torch.manual_seed(0)
        body = nn.Sequential(nn.Conv2d(3, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU())
        self.net = nn.Sequential()
        self.net.add_module("encoder" if encoder else "body", body)
        self.net.add_module("head", nn.Sequential(nn.Conv2d(6, 2, 1, bias=False), nn.BatchNorm2d(2)))
        for norm in self.norms():
            nn.init.normal_(norm.bias)
            nn.init.uniform_(norm.weight, 0.5, 2)

    def norms(self) -> list[nn.BatchNorm2d]:
        return [module for module in self.net.modules() if isinstance(module, nn.BatchNorm2d)]

    def see(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        return self.net(batch["image"])

    def training_step(self, batch: dict[str, torch.Tensor], batch_idx: int) -> torch.Tensor:
        return self.see(batch).square().mean()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.net.parameters(), lr=self.rate)

    rate = 0.0


def fit(task: Task, folder: Path, *callbacks: pl.Callback, steps: int = 1) -> None:
    trainer = pl.Trainer(
        max_steps=steps, callbacks=list(callbacks), accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, default_root_dir=folder,
    )  # fmt: skip
    trainer.fit(task, datamodule=Data())


def test_measuring_changes_the_statistics_and_not_the_net(tmp_path: Path) -> None:
    task = Task()
    before = [task.eval().see(batch) for batch in batches()]
    fit(task, tmp_path, MeasureBatchNorm(batches=4), FreezeBatchNorm(0, whole=True))
    for found, batch in zip(before, batches(), strict=True):
        torch.testing.assert_close(task.eval().see(batch), found, rtol=1e-4, atol=1e-5)
    convolution, norm = task.net.encoder[:2]
    seen = convolution(torch.cat([batch["image"] for batch in batches(4)]))
    variance, mean = torch.var_mean(seen, (0, 2, 3), correction=0)
    torch.testing.assert_close(norm.running_mean, mean, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(norm.running_var, variance, rtol=1e-4, atol=1e-5)


def test_training_begins_where_the_file_ended(tmp_path: Path) -> None:
    (batch,) = batches(1)
    measured, raw = Task(), Task()
    expected = raw.eval().see(batch)
    fit(measured, tmp_path, MeasureBatchNorm())
    errors = [float((task.train().see(batch) - expected).detach().abs().mean()) for task in (measured, raw)]
    assert errors[0] < 0.1 * errors[1]


@pytest.mark.parametrize(("step", "whole", "resting"), [(0, True, [1, 1]), (0, False, [1, 0]), (None, True, [0, 0])])
def test_what_rests(step: int | None, whole: bool, resting: list[int], tmp_path: Path) -> None:
    task = Task()
    task.rate = 0.1
    before = [norm.weight.clone() for norm in task.norms()]
    fit(task, tmp_path, FreezeBatchNorm(step, whole), steps=3)
    assert [int(norm.num_batches_tracked) for norm in task.norms()] == [0 if rests else 3 for rests in resting]
    assert [bool((norm.running_mean == 0).all()) for norm in task.norms()] == [bool(rests) for rests in resting]
    for norm, weight in zip(task.norms(), before, strict=True):
        assert not torch.equal(norm.weight, weight)  # scale and shift go on learning


def test_a_net_without_an_encoder_can_rest_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^step=0: the net has no encoder; give null, or whole=true"):
        fit(Task(encoder=False), tmp_path, FreezeBatchNorm(0))
    task = Task(encoder=False)
    fit(task, tmp_path, FreezeBatchNorm(0, whole=True))
    assert [int(norm.num_batches_tracked) for norm in task.norms()] == [0, 0]
    with pytest.raises(UserError, match=r"^step=-1: expected 0 or more"):
        FreezeBatchNorm(-1)

"""The bare PyTorch loop that the benchmarks of training share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import hydra
import torch
import torch.distributed as dist
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig
from torch.nn.parallel import DistributedDataParallel

from textrm.runs.config import CONFIG_FOLDER
from textrm.synth.write import write_set


class Step(NamedTuple):
    """One step: its seconds in all, how many of them were spent waiting for the loader, and its loss."""

    seconds: float
    waited: float
    loss: float


def crop_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options --crop, --batch and --pages and the argument OVERRIDES, which :func:`smallest` takes."""
    command = click.argument("overrides", nargs=-1)(command)
    command = click.option("--pages", default=32, show_default=True, help="Drawn pages to train on.")(command)
    command = click.option("--batch", default=8, show_default=True, help="Pictures in a batch.")(command)
    return click.option("--crop", default=192, show_default=True, help="Side of the crops in pixels.")(command)


def smallest(folder: Path, crop: int, batch: int, pages: int, steps: int) -> list[str]:
    """Overrides that train the released tool's net on pages drawn in ``folder``, in epochs of so many steps."""
    manifest = write_set(folder / "pages", pages, size=max(crop, 512), split=(0.8, 0.2, 0.0), sheet=False)
    return [
        "experiment=seg_xception", "net=xception_fast", "data=manifest", f"data.manifest={manifest}",
        f"data.crop={crop}", f"data.batch_size={batch}", f"data.samples_per_epoch={batch * steps}", "test=false",
        "trainer.accelerator=cpu",
    ]  # fmt: skip


def configured(*overrides: str) -> DictConfig:
    """The configuration of ``python -m textrm.train <overrides>``."""
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        return compose("train", list(overrides))


def bare_steps(task: Any, config: DictConfig) -> Iterator[Step]:
    """Train ``task`` on the data of ``config`` for one epoch, with nothing beside what learning needs.

    Optimizer, schedule, clipping and precision are those of ``config``; the loader and its workers are made anew. Where
    several processes train together, which are connected, each has its share of the batches, under PyTorch's DDP.
    """
    made = task.configure_optimizers()
    optimizer, scheduler = made["optimizer"], made["lr_scheduler"]["scheduler"]
    bfloat16, clip = config.trainer.precision == "bf16-mixed", config.trainer.gradient_clip_val
    data = hydra.utils.instantiate(config.data)
    forward = task
    if dist.is_initialized():
        data.share_out(dist.get_world_size())
        forward = DistributedDataParallel(task)
    batches = iter(data.train_dataloader())
    task.train()
    while True:
        start = time.perf_counter()
        batch = next(batches, None)
        if batch is None:
            return
        waited = time.perf_counter() - start
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            loss = task.loss(forward(batch["image"]), batch["mask"], batch["ignore"])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(task.parameters(), clip)
        optimizer.step()
        scheduler.step()
        yield Step(time.perf_counter() - start, waited, loss.item())

"""On how many devices a training runs, and how they work together."""

from __future__ import annotations

import os
from typing import Any

import pytorch_lightning as pl
import torch
from hydra.utils import instantiate
from lightning_fabric.plugins.environments import TorchElasticEnvironment
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.strategies import DDPStrategy

from textrm.errors import UserError
from textrm.runs.ranks import place, started_like_torchrun

OURS = ("auto", "ddp")  # names of strategies that mean ours where there are several devices


class SharedTraining(DDPStrategy):
    """Lightning's DDP for nets of which parts may rest, and for sets of pages that cannot be shared out evenly.

    Parameters without a gradient, of a frozen encoder or of the other net of an adversarial pair, are looked for in
    each step. Pages are validated without DDP's wrapper: it would wait at every batch for all ranks, of which some have
    one batch less.
    """

    def __init__(self, find_unused_parameters: bool = True, **settings: Any) -> None:
        super().__init__(find_unused_parameters=find_unused_parameters, **settings)

    def validation_step(self, *args: Any, **kwargs: Any) -> Any:
        """The task's own."""
        assert self.lightning_module is not None
        with self.precision_plugin.val_step_context():
            return self.lightning_module.validation_step(*args, **kwargs)


def processes_to_start(config: DictConfig) -> int:
    """How many processes a training needs that are not there yet; 1 where this one will do.

    Raises:
        UserError: for several machines without srun or torchrun on each, and for strategies that start processes
            themselves.
    """
    trainer = config.trainer
    if place().ranks > 1:
        return 1
    nodes, strategy = trainer.get("num_nodes", 1), trainer.get("strategy")
    if type(nodes) is int and nodes > 1:
        raise UserError(f"trainer.num_nodes={nodes}: this process is alone; start one on each device of every machine "
                        "with srun or torchrun, see docs/devices.md")  # fmt: skip
    devices = count(trainer.get("devices", 1), str(trainer.get("accelerator", "auto")))
    if devices > 1 and isinstance(strategy, str) and strategy.startswith("ddp_"):
        raise UserError(f"trainer.strategy={strategy}: expected auto or ddp, which is told of resting parameters too")
    return devices


def need_one_folder(config: DictConfig) -> None:
    """Refuse a run folder that is named by the time where somebody else started several processes.

    Raises:
        UserError: each would write into a folder of its own.
    """
    given: Any = OmegaConf.to_container(config)
    if place().ranks > 1 and "${now:" in given["run"]:
        raise UserError("run has no value: each process would name the folder by its own clock; give all run=<folder>")


def count(devices: Any, accelerator: str) -> int:
    """How many devices ``trainer.devices`` means: a number, a list, a text of either, auto or -1 for all.

    What means nothing is left to Lightning to refuse.
    """
    if OmegaConf.is_list(devices) or isinstance(devices, list | tuple):
        return len(devices)
    text = str(devices)
    if text in ("auto", "-1"):
        return max(1, torch.cuda.device_count()) if accelerator in ("auto", "gpu", "cuda") else 1
    if "," in text:
        return len([part for part in text.split(",") if part.strip()])
    return int(text) if text.isdecimal() and int(text) > 0 else 1


def togetherness(config: DictConfig) -> dict[str, Any]:
    """What Lightning's trainer is told beside its configuration: the strategy, and who started its processes.

    Raises:
        UserError: for FSDP where there is no GPU.
    """
    name = _strategy(config)
    if "fsdp" in name and not torch.cuda.is_available():
        raise UserError("trainer.strategy: FSDP shares weights out over GPUs, and there is none here; give trainer=ddp")
    several = place().ranks > 1
    chosen: dict[str, Any] = {"strategy": SharedTraining() if several else "auto"} if name in OURS else {}
    if started_like_torchrun():  # within a job of SLURM Lightning would take SLURM's word for it
        held = [instantiate(plugin) for plugin in config.trainer.get("plugins") or ()]
        chosen["plugins"] = [*held, TorchElasticEnvironment()]
    return chosen


def share_out(datamodule: pl.LightningDataModule, config: DictConfig) -> None:
    """Let the processes that train together each have a share of the data.

    Raises:
        UserError: for data that cannot be shared out.
    """
    ranks = place().ranks
    share: Any = getattr(datamodule, "share_out", None)
    if share is not None:
        share(ranks, evenly=_strategy(config) not in OURS)  # others wait for all ranks in each step of validation too
    elif ranks > 1 and not config.trainer.get("use_distributed_sampler", True):
        raise UserError(f"{type(datamodule).__name__} has no share_out, so all {ranks} processes would see the same; "
                        "see textrm.data.datamodule, or give trainer.use_distributed_sampler=true")  # fmt: skip


def _strategy(config: DictConfig) -> str:
    given = config.trainer.get("strategy", "auto")
    return (given if isinstance(given, str) else str(given.get("_target_", ""))).lower()


def threads_each() -> int:
    """CPU threads for each of the processes that :mod:`textrm.training.launch` or torchrun started here."""
    return max(1, torch.get_num_threads() // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))

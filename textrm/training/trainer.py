"""Lightning's trainer with the callbacks and loggers of a configuration, and without what hinders here."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import Any

import pytorch_lightning as pl
from hydra.utils import instantiate
from omegaconf import DictConfig
from pytorch_lightning.loggers import Logger

from textrm.nets.contract import need_kind
from textrm.training.devices import togetherness


def make_trainer(config: DictConfig, further: Sequence[pl.Callback] = ()) -> pl.Trainer:
    """The trainer of ``config``, with ``further`` callbacks; a callback or a logger that is null is left out.

    Raises:
        UserError: for one that is none.
    """
    callbacks = _made(config, "callbacks", pl.Callback)
    loggers = _made(config, "logger", Logger)
    bar = config.callbacks.get("progress") is not None  # else Lightning shows one of its own
    trainer: pl.Trainer = instantiate(
        config.trainer,
        callbacks=[*callbacks, *further],
        logger=loggers,
        enable_progress_bar=bar,
        **togetherness(config),
    )
    # With max_steps Lightning takes every checkpoint for one of mid-epoch; going on from the end of an epoch, where
    # last.ckpt is written, it would pass over the next one.
    loop: Any = trainer.fit_loop
    assert hasattr(loop, "_iteration_based_training"), "Lightning has changed: see that resumed runs skip no epoch"
    loop._iteration_based_training = lambda: False
    return trainer


def _made(config: DictConfig, group: str, kind: type) -> list[Any]:
    found = {f"{group}.{name}": instantiate(part) for name, part in config[group].items() if part is not None}
    for key, part in found.items():
        need_kind(key, part, kind)
    return list(found.values())


def quieten() -> None:
    """Hide what libraries say of their own accord: of hardware not found, services, passes of the exporter."""
    for name in ("pytorch_lightning.utilities.rank_zero", "lightning_fabric", "onnxscript", "onnx_ir"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module="lightning_fabric|pytorch_lightning|torch.optim")

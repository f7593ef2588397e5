"""Train: ``python -m textrm.train experiment=seg_xception``."""

from __future__ import annotations

import logging
import warnings
from itertools import count
from pathlib import Path
from typing import Any

import hydra
import pytorch_lightning as pl
import torch
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from textrm.checkpoint import load_weights
from textrm.config import hydra_entry, resolved_dict
from textrm.errors import UserError

log = logging.getLogger(__name__)


@hydra_entry("train", threads=int)
def main(config: DictConfig) -> float | None:
    """Run one experiment in Hydra's run folder; returns the best value of the monitored metric, for searches."""
    return train(config, Path(HydraConfig.get().runtime.output_dir))


def train(config: DictConfig, run: Path) -> float | None:
    """Fit, then test where the data has a test split, in the folder ``run``.

    The run folder receives ``resolved.yaml``, ``metrics.csv``, TensorBoard events and ``checkpoints/{best,last}.ckpt``.
    Returns the best value of the metric that the checkpoints follow, or None without one.

    Raises:
        UserError: for mistakes in the configuration or the data, when the folder holds another run, and when the loss
            is not finite.
        KeyboardInterrupt: after Ctrl-C; ``last.ckpt`` holds the last whole epoch.
    """
    config.run = str(run)  # in a sweep Hydra chose another folder than the configuration names
    resolved = resolved_dict(config)
    # What Lightning says of its own accord (hardware it did not find, services it recommends) hides what matters here.
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module="lightning_fabric|pytorch_lightning|torch.optim")
    checkpoint = find_checkpoint(config.ckpt_path, run)
    if checkpoint is None and (run / "checkpoints").exists():
        raise UserError(f"{run} holds a run already: give ckpt_path=last to go on with it, or another run=<folder>")
    pl.seed_everything(config.seed, workers=True)
    torch.set_num_threads(config.threads or torch.get_num_threads())

    datamodule: pl.LightningDataModule = hydra.utils.instantiate(config.data)
    task: pl.LightningModule = hydra.utils.instantiate(config.task)
    if config.weights:
        load_weights(task.get_submodule("net"), Path(config.weights))
    callbacks = [hydra.utils.instantiate(callback) for callback in config.callbacks.values() if callback is not None]
    loggers = [hydra.utils.instantiate(logger) for logger in config.logger.values() if logger is not None]
    trainer: pl.Trainer = hydra.utils.instantiate(config.trainer, callbacks=callbacks, logger=loggers)

    run.mkdir(parents=True, exist_ok=True)
    keep_metrics(run)
    (run / "resolved.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(resolved)))
    log.info("run folder: %s", run)
    # weights_only: a checkpoint is data; nothing in it may run code.
    try:
        trainer.fit(task, datamodule=datamodule, ckpt_path=checkpoint, weights_only=True)
    except SystemExit as error:  # how Lightning ends after Ctrl-C
        log.warning("stopped; to go on from the last whole epoch: run=%s ckpt_path=last", run)
        raise KeyboardInterrupt from error
    saver = trainer.checkpoint_callback
    best = getattr(saver, "best_model_score", None)
    if config.test:
        best_path: Any = getattr(saver, "best_model_path", None) or None
        trainer.test(task, datamodule=datamodule, ckpt_path=best_path, weights_only=True)
    bad = getattr(datamodule, "bad_rows", {})
    if bad:
        log.warning("%d rows of the data could not be used: %s", len(bad), ", ".join(sorted(bad)))
    log.info("run folder: %s", run)
    return None if best is None else float(best)


def find_checkpoint(ckpt_path: str | None, run: Path) -> Path | None:
    """The checkpoint to go on from: None, the ``last`` or ``best`` one of the run folder, or a file.

    Raises:
        UserError: when there is no such file.
    """
    if ckpt_path is None:
        return None
    path = run / "checkpoints" / f"{ckpt_path}.ckpt" if ckpt_path in ("last", "best") else Path(ckpt_path)
    if not path.is_file():
        raise UserError(f"ckpt_path={ckpt_path}: there is no file {path}; give run=<folder of the run to continue>")
    return path


def keep_metrics(run: Path) -> None:
    """Move an earlier ``metrics.csv`` to ``metrics.<n>.csv``: the logger would delete it when a run goes on."""
    metrics = run / "metrics.csv"
    if metrics.exists():
        free = next(path for n in count(1) if not (path := run / f"metrics.{n}.csv").exists())
        metrics.rename(free)


if __name__ == "__main__":
    main()

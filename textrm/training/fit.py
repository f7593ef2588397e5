"""The course of a training, whichever way it ends."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.utilities.exceptions import MisconfigurationException, SIGTERMException

from textrm.callbacks.costs import find_costs
from textrm.errors import UserError
from textrm.runs.outcome import Outcome, Status

log = logging.getLogger(__name__)


def fit(trainer: pl.Trainer, task: pl.LightningModule, datamodule: pl.LightningDataModule, checkpoint: Path | None,
        test: bool, run: Path) -> None:  # fmt: skip
    """Train in the folder ``run``, on from ``checkpoint`` where there is one; then, with ``test``, test the best one.

    Raises:
        UserError: for what Lightning finds wrong with the configuration, and when the loss is not finite.
        KeyboardInterrupt: after Ctrl-C; ``last.ckpt`` holds the last whole epoch.
        SystemExit: with status 143, after SIGTERM.
    """
    # weights_only: a checkpoint is data; nothing in it may run code.
    try:
        trainer.fit(task, datamodule=datamodule, ckpt_path=checkpoint, weights_only=True)
        if test and not pruned(trainer):
            trainer.test(task, datamodule=datamodule, ckpt_path=best_checkpoint(trainer), weights_only=True)
    except (MisconfigurationException, RuntimeError) as error:
        if isinstance(error, MisconfigurationException) or str(error).startswith("Early stopping conditioned"):
            raise UserError(str(error)) from error
        # SIGTERM to the whole group, as timeout and clusters send it, ends what loads data as well, at times sooner.
        if trainer.received_sigterm and str(error).startswith("DataLoader worker"):
            _say_stopped(trainer, run)
            raise SystemExit(143) from error
        raise
    except SystemExit as error:  # how Lightning ends after Ctrl-C and SIGTERM
        _say_stopped(trainer, run)
        if isinstance(error, SIGTERMException):
            raise SystemExit(143) from error
        raise KeyboardInterrupt from error


def _say_stopped(trainer: pl.Trainer, run: Path) -> None:
    if not trainer.is_global_zero:
        return  # the first process says it
    if (run / "checkpoints" / "last.ckpt").exists():
        log.warning(
            "stopped; to go on from the last whole epoch: run=%s ckpt_path=last; a sweep: the same command", run
        )
    else:
        log.warning("stopped before the first epoch was over; there is nothing to go on from in %s", run)


def complete(outcome: Outcome, trainer: pl.Trainer) -> None:
    """Note in ``outcome`` what the training came to: its score, what it cost, and whether it was pruned."""
    outcome.score = best_score(trainer)
    if costs := find_costs(trainer):
        for name, value in costs.figures.items():
            setattr(outcome, name, value)
    if pruned(trainer):
        outcome.status = Status.PRUNED


def pruned(trainer: pl.Trainer) -> bool:
    """Whether a search stopped the run."""
    known: Any = trainer  # whose list of callbacks it does not declare
    return any(getattr(callback, "pruned", False) for callback in known.callbacks)


def monitor(trainer: pl.Trainer) -> str | None:
    """The figure that the checkpoints follow; None without one."""
    return getattr(trainer.checkpoint_callback, "monitor", None)


def best_checkpoint(trainer: pl.Trainer) -> str | None:
    """The file of the best checkpoint; None without one."""
    return getattr(trainer.checkpoint_callback, "best_model_path", None) or None


def best_score(trainer: pl.Trainer) -> float | None:
    """The best value of that figure so far; None without one."""
    best = getattr(trainer.checkpoint_callback, "best_model_score", None)
    return None if best is None else float(best)

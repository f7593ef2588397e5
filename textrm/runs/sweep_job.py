"""One job of a sweep: its folder follows from its overrides, so what is finished is not repeated."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from textrm.errors import UserError
from textrm.runs.config import explain
from textrm.runs.continuing import whole_checkpoint
from textrm.runs.memory import forget_frames
from textrm.runs.outcome import ENDED, Outcome, Status, commit, seconds_before

log = logging.getLogger(__name__)

Train = Callable[[DictConfig, Path, Outcome], float | None]
"""Trains what a configuration says in a run folder, as :func:`textrm.train.train` does; returns the score."""


def run_job(train: Train, config: DictConfig, run: Path, outcome: Outcome) -> float | None:
    """Train, or go on with what was begun in the folder ``run``; returns the score, also of what ended before.

    Raises:
        UserError: as ``train`` does, after ``outcome.json`` has told it.
    """
    earlier = Outcome.read(run)
    if earlier is not None and earlier.status in ENDED:
        log.info("finished before: %s", run)
        return earlier.score
    if (whole := whole_checkpoint(run)) is not None:
        config.ckpt_path = whole
    else:
        shutil.rmtree(run / "checkpoints", ignore_errors=True)
    try:
        return train(config, run, outcome)
    except Exception as error:
        if outcome.status != Status.FAILED:  # it ended before there was a run to record
            outcome.status, outcome.commit, outcome.error = Status.FAILED, commit(), explain(error)
            outcome.seconds = seconds_before(run)
            outcome.write(run)
        log.error("failed: %s: %s", run, explain(error))
        forget_frames(error)
        if isinstance(error, HydraException | OmegaConfBaseException):  # which do not travel between processes
            raise UserError(explain(error)) from None
        raise

"""What a training tells at its end: what became of it, the commands that come next, and rows that were left out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytorch_lightning as pl

from textrm.runs.ending import last_words, next_commands
from textrm.runs.outcome import Outcome, Status
from textrm.runs.ranks import place
from textrm.tasks.ranks import union
from textrm.training.fit import best_checkpoint

log = logging.getLogger(__name__)

NAMED = 100  # rows that are named


def tell_bad_rows(datamodule: pl.LightningDataModule) -> None:
    """Name the rows that could not be used in any of the processes; each must ask, and the first one tells."""
    bad = union(getattr(datamodule, "bad_rows", {}))
    if bad and place().first:
        count = getattr(datamodule, "bad_count", len(bad)) if len(bad) > NAMED else len(bad)
        named = [*sorted(bad)[:NAMED], *["…"] * (len(bad) > NAMED)]
        log.warning("%d rows of the data could not be used: %s", count, ", ".join(named))


def tell_end(run: Path, outcome: Outcome, trainer: pl.Trainer, resolved: Mapping[str, Any]) -> None:
    """Score, best checkpoint and time; of a finished run that is no job of a sweep the commands that come next."""
    log.info("%s: %s", outcome.status, last_words(run, outcome, best_checkpoint(trainer)))
    if not outcome.shared and outcome.status == Status.FINISHED:  # a sweep tells of all its jobs at its end
        log.info("next:%s", "".join(f"\n  {command}" for command in next_commands(run, resolved)))

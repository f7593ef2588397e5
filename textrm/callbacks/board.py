"""Writes what makes runs comparable in TensorBoard: their overrides, one layout of the curves, and where they go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from torch.utils.tensorboard.summary import hparams

from textrm.callbacks.costs import NAMES, find_costs
from textrm.callbacks.pictures import logged_step, writers
from textrm.runs.outcome import Outcome
from textrm.runs.overrides import override_key, split_override

Value = str | float | bool


class Board(Callback):
    """Writes HParams and the layout of *Custom Scalars* at the start of a run, and where one goes on.

    Hyperparameters are the overrides that the run in folder ``run`` was given, in a sweep those that its jobs do not
    share; beside them TensorBoard shows the newest value of each of ``figures``, and what the run costs. ``layout`` is
    ``{group: {chart: [patterns of tags]}}``.
    """

    def __init__(self, run: str, figures: Sequence[str], layout: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self.run = Path(run)
        self.figures, self.layout = list(figures), layout
        self._begun = False

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write both."""
        self._begun = False
        if trainer.ckpt_path is None:
            self._begin(trainer, 0)
        outcome = Outcome.read(self.run)
        values = hyperparameters(outcome) if outcome else {}
        charts = {
            group: {chart: ["Multiline", list(tags)] for chart, tags in of_group.items()}
            for group, of_group in self.layout.items()
        }
        costs = () if find_costs(trainer) is None else NAMES
        figures = [*self.figures, *(f"costs/{name}" for name in costs)]
        for writer in writers(trainer):
            writer.add_custom_scalars(charts)
            events: Any = writer.file_writer  # declared as None
            # Not SummaryWriter.add_hparams, which puts them into a run of its own, apart from the curves.
            for summary in hparams(values, dict.fromkeys(figures, 0.0)):
                events.add_summary(summary)

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *args: Any) -> None:
        """Say where the run goes on, before anything is logged there."""
        if not self._begun and (step := logged_step(trainer)):
            self._begin(trainer, step)
        self._begun = True

    def _begin(self, trainer: pl.Trainer, step: int) -> None:
        """Let TensorBoard forget what a run that was stopped had logged from ``step`` on: it is logged once more."""
        for writer in writers(trainer):
            events: Any = writer.file_writer  # declared as None
            events.add_event(Event(step=step, session_log=SessionLog(status=SessionLog.START)))


def hyperparameters(outcome: Outcome) -> dict[str, Value]:
    """Name and value of each override that is not shared, numbers and truths as such; no paths and no trial number."""
    found: dict[str, Value] = {}
    for override in outcome.overrides:
        name, text = override_key(override), split_override(override)[1]
        if override.startswith("~") or name in (*outcome.shared, "callbacks.pruning.trial") or "/" in text:
            continue
        try:
            found[name] = float(text)
        except ValueError:
            found[name] = {"true": True, "false": False}.get(text.lower(), text)
    return found

"""Tells a search how a run goes, and stops the run where the search wants that."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytorch_lightning as pl
from optuna.pruners import BasePruner
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import Trial

from textrm.errors import UserError

STUDY = "search"  # each sweep folder holds one


def open_storage(folder: Path) -> JournalStorage:
    """The journal of the search in a sweep folder, ``search.journal``; processes may share it, also over a network."""
    return JournalStorage(JournalFileBackend(str(folder / "search.journal")))


class Pruning(pl.Callback):
    """Tells the search the monitored figure after every validation, and stops the run when the search says so.

    ``pruned`` is true from then on; the epoch is still finished, and its checkpoints are written.

    Where several processes train together the first one asks, and all do what it is told.

    The search compares trials at the same number of validations: steps differ where the batch size is searched.

    Args:
        folder: the sweep folder.
        trial: the trial's number.
        pruner: what decides.
        monitor: the figure.
    """

    def __init__(self, folder: str, trial: int, pruner: BasePruner, monitor: str = "val/AP") -> None:
        storage = open_storage(Path(folder))
        study = optuna.load_study(study_name=STUDY, storage=storage, pruner=pruner)
        key = storage.get_trial_id_from_study_id_trial_number(storage.get_study_id_from_name(STUDY), trial)
        self.trial = Trial(study, key)
        self.monitor = monitor
        self.pruned = False
        self.validations = 0

    def state_dict(self) -> dict[str, int]:
        """Called by Lightning: how many validations there were."""
        return {"validations": self.validations}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Called by Lightning, in a run that goes on."""
        self.validations = state_dict["validations"]

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Called by Lightning. Raises UserError when the figure was not logged."""
        if trainer.sanity_checking:
            return
        logged = trainer.callback_metrics
        if self.monitor not in logged:
            raise UserError(f"monitor={self.monitor}: expected a figure that is logged: "
                            f"{', '.join(sorted(logged))}")  # fmt: skip
        prune = trainer.is_global_zero and self._falls_behind(float(logged[self.monitor]))
        self.validations += 1
        if trainer.strategy.broadcast(prune):
            self.pruned = True
            trainer.should_stop = True

    def _falls_behind(self, value: float) -> bool:
        # A run that goes on from its last checkpoint may come by a validation a second time.
        if self.validations not in self.trial.study.trials[self.trial.number].intermediate_values:
            self.trial.report(value, self.validations)
        return self.trial.should_prune()

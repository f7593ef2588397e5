"""The search itself: an Optuna study in the journal of a sweep folder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import optuna
import yaml
from hydra.core.override_parser.types import IntervalSweep, Override, RangeSweep
from hydra.utils import instantiate
from omegaconf import DictConfig
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from hydra_plugins.textrm_sweepers._jobs import Ending
from textrm.callbacks.pruning import STUDY, open_storage
from textrm.errors import UserError


def to_distribution(axis: Override) -> BaseDistribution:
    """What an axis in Hydra's grammar is to Optuna; choices are kept as the texts of their overrides.

    Raises:
        UserError: when the bounds do not fit.
    """
    sweep = axis.value()
    log = isinstance(sweep, IntervalSweep | RangeSweep) and "log" in sweep.tags
    try:
        if isinstance(sweep, IntervalSweep):
            if isinstance(sweep.start, int) and isinstance(sweep.end, int):
                return IntDistribution(sweep.start, sweep.end, log=log)
            assert sweep.start is not None
            assert sweep.end is not None
            return FloatDistribution(sweep.start, sweep.end, log=log)
        if isinstance(sweep, RangeSweep):
            numbers = [float(number) for number in sweep.range()]
            step = numbers[1] - numbers[0] if len(numbers) > 1 else 1.0
            if all(number.is_integer() for number in [*numbers, step]):
                return IntDistribution(int(min(numbers)), int(max(numbers)), log, 1 if log else abs(int(step)))
            return FloatDistribution(min(numbers), max(numbers), log, None if log else abs(step))
        return CategoricalDistribution(list(axis.sweep_string_iterator()))
    except ValueError as error:
        raise UserError(f"{axis.input_line}: {error}") from error


def examples(axes: Mapping[str, BaseDistribution]) -> list[list[str]]:
    """A few sets of overrides that have every choice of every axis between them, and both ends of an interval."""
    values = {
        key: axis.choices if isinstance(axis, CategoricalDistribution) else (axis.low, axis.high)
        for key, axis in axes.items()
        if isinstance(axis, CategoricalDistribution | FloatDistribution | IntDistribution)
    }
    count = max((len(found) for found in values.values()), default=0)
    return [[f"{key}={found[i % len(found)]}" for key, found in values.items()] for i in range(count)]


def check(axes: Mapping[str, BaseDistribution], direction: str, **numbers: Any) -> None:
    """Refuse what no search can be made of.

    Raises:
        UserError: without axes, for an unknown direction, and where one of the ``numbers`` is not whole or below 1.
    """
    if not axes:
        raise UserError("a search without an axis: give one, such as 'scheduler.max_lr=tag(log, interval(1e-4, 1e-1))',"
                        " or a named one: sweep=optuna_lr")  # fmt: skip
    if direction not in ("maximize", "minimize"):
        raise UserError(f"hydra.sweeper.direction={direction}: expected maximize or minimize")
    for key, number in numbers.items():
        if type(number) is not int or number < 1:
            raise UserError(f"hydra.sweeper.{key}={number}: expected a whole number, 1 or more")


class Search:
    """The study in ``folder``, made where there is none.

    Args:
        folder: the sweep folder.
        axes: what is searched, by key.
        fixed: the overrides that all trials have.
        direction: ``maximize`` or ``minimize``.
        seed: of the sampler, or None.
        sampler: configuration of a partial Optuna sampler.
        pruner: configuration of an Optuna pruner.

    Raises:
        UserError: when the folder holds a search with other axes or overrides (one whose trials all failed is
            replaced).
    """

    def __init__(
        self,
        folder: Path,
        axes: Mapping[str, BaseDistribution],
        fixed: Sequence[str],
        direction: str,
        seed: int | None,
        sampler: DictConfig,
        pruner: DictConfig,
    ) -> None:
        self.folder, self.axes, self.fixed, self.seed = folder, dict(axes), list(fixed), seed
        self._sampler = instantiate(sampler)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        rule = instantiate(pruner)
        folder.mkdir(parents=True, exist_ok=True)
        storage = open_storage(folder)
        create = partial(optuna.create_study, study_name=STUDY, storage=storage, pruner=rule,
                         direction=StudyDirection[direction.upper()], load_if_exists=True)  # fmt: skip
        self.study = create()
        terms = {"axes": {key: str(axis) for key, axis in self.axes.items()}, "fixed": sorted(self.fixed),
                 "direction": direction}  # fmt: skip
        others = self.study.user_attrs.get("terms", terms) != terms
        if others and any(trial.state != TrialState.FAIL for trial in self.study.get_trials(deepcopy=False)):
            raise UserError(f"{folder} holds a search with other axes or overrides, whose figures cannot be compared: "
                            "give another name=…, or the same command as before")  # fmt: skip
        if others:
            optuna.delete_study(study_name=STUDY, storage=storage)
            self.study = create()
        self.study.set_user_attr("terms", terms)

    def batches(self, n_trials: int, n_jobs: int) -> Iterator[list[FrozenTrial]]:
        """First the trials that were running when the search was killed, then new ones, ``n_jobs`` at a time."""
        running = []
        for trial in self.study.get_trials(states=[TrialState.RUNNING]):
            if trial.params.keys() == self.axes.keys():
                running.append(trial)
            else:  # killed before it had all of its parameters
                self.study.tell(trial.number, state=TrialState.FAIL)
        ended = len(self.study.get_trials(states=[TrialState.COMPLETE, TrialState.PRUNED]))
        print(f"search: {n_trials} trials in {self.folder}, {ended} ended before, {max(0, n_trials - ended)} to run",
              flush=True)  # fmt: skip
        for begin in range(ended, n_trials, n_jobs):
            count = min(n_jobs, n_trials - begin)
            batch, running = running[:count], running[count:]
            yield [*batch, *(self._ask() for _ in range(count - len(batch)))]

    def overrides(self, trial: FrozenTrial) -> list[str]:
        """Those that all trials have, then the trial's own."""
        return [*self.fixed, *_own(trial)]

    def tell(self, number: int, ending: Ending) -> Ending:
        """Record how the trial of this number ended; what it returns has an error also where there was no score."""
        if not (ending.error or ending.pruned) and (ending.score is None or math.isnan(ending.score)):
            ending = replace(ending, error="it ended without a score: see callbacks.checkpoint.monitor")
        if ending.error:
            self.study.tell(number, state=TrialState.FAIL)
        elif ending.pruned:
            self.study.tell(number, state=TrialState.PRUNED)
        else:
            self.study.tell(number, ending.score)
        return ending

    def report(self) -> None:
        """Print the best trial, and write all to ``search.yaml``."""
        trials = self.study.get_trials()
        states = [trial.state for trial in trials]
        best = self.study.best_trial if TrialState.COMPLETE in states else None
        written = {"fixed": self.fixed, "best": best and _told(best), "trials": [_told(trial) for trial in trials]}
        (self.folder / "search.yaml").write_text(yaml.safe_dump(written, sort_keys=False))
        print(f"search: {states.count(TrialState.COMPLETE)} trials ended, {states.count(TrialState.PRUNED)} were "
              f"stopped early, {states.count(TrialState.FAIL)} failed", flush=True)  # fmt: skip
        if best is not None:
            print(f"best: {best.value:.6g} in trial {best.number}: {' '.join(_own(best))}", flush=True)

    def _ask(self) -> FrozenTrial:
        if self.seed is not None:  # a search that goes on must not draw its first numbers again
            self.study.sampler = self._sampler(seed=self.seed + len(self.study.get_trials(deepcopy=False)))
        else:
            self.study.sampler = self._sampler()
        number = self.study.ask(self.axes).number
        return self.study.get_trials()[number]


def _own(trial: FrozenTrial) -> list[str]:
    return [f"{key}={value}" for key, value in trial.params.items()]


def _told(trial: FrozenTrial) -> dict[str, Any]:
    return {"trial": trial.number, "state": trial.state.name.lower(), "score": trial.value, "overrides": _own(trial)}

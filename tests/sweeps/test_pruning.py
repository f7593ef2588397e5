"""What a run tells its search."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import optuna
import pytest

from textrm.callbacks.pruning import STUDY, Pruning, open_storage
from textrm.errors import UserError


def make(folder: Path, monitor: str = "val/AP") -> Pruning:
    return Pruning(str(folder), 0, optuna.pruners.NopPruner(), monitor)


@pytest.fixture
def study(tmp_path: Path) -> optuna.Study:
    study = optuna.create_study(study_name=STUDY, storage=open_storage(tmp_path))
    study.ask()
    return study


def validate(pruning: Pruning, *scores: float) -> None:
    for score in scores:
        pruning.on_validation_end(trainer(score), None)


def trainer(score: float, first: bool = True, told: bool | None = None) -> Any:
    """A stand-in for that of the first process, or of one that is ``told`` what the first one was."""
    strategy = SimpleNamespace(broadcast=lambda prune: prune if first else told)
    return SimpleNamespace(
        sanity_checking=False, is_global_zero=first, callback_metrics={"val/AP": score}, strategy=strategy
    )


def test_each_validation_is_told_once_also_where_a_run_goes_on(tmp_path: Path, study: optuna.Study) -> None:
    pruning = make(tmp_path)
    validate(pruning, 0.1, 0.2)  # two in an epoch, whose checkpoint follows
    state = pruning.state_dict()
    validate(pruning, 0.3)
    again = make(tmp_path)
    again.load_state_dict(state)
    validate(again, 0.35, 0.4)
    assert study.trials[0].intermediate_values == {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4}


def test_a_figure_that_is_not_logged_is_named_with_those_that_are(tmp_path: Path, study: optuna.Study) -> None:
    with pytest.raises(UserError, match=r"^monitor=val/dice: .*val/AP"):
        validate(make(tmp_path, "val/dice"), 0.1)


def test_a_further_process_does_what_the_first_one_is_told(tmp_path: Path, study: optuna.Study) -> None:
    pruning, of_another = make(tmp_path), trainer(0.1, first=False, told=True)
    pruning.on_validation_end(of_another, None)
    assert pruning.pruned
    assert of_another.should_stop
    assert study.trials[0].intermediate_values == {}

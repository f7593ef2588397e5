"""Metrics of a run are joined over its parts, and the figures are those of the best step."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_runs import make_run

from textrm.report.history import final_figures, read_history, steps_trained


def test_parts_are_joined_and_what_a_killed_part_logged_beyond_the_checkpoint_is_dropped(tmp_path: Path) -> None:
    first = [{"step": 9, "val/AP": 0.1}, {"step": 19, "val/AP": 0.2}, {"step": 25, "val/AP": 0.9}]
    second = [{"step": 20, "train/loss": 1.0}, {"step": 29, "val/AP": 0.3}]
    third = [{"step": 30, "train/loss": 0.5}, {"step": 39, "val/AP": 0.25}, {"step": 40, "test/AP": 0.4}]
    run = make_run(tmp_path / "run", [], [first, second, third])
    assert sorted(path.name for path in run.glob("metrics*")) == ["metrics.1.csv", "metrics.2.csv", "metrics.csv"]
    history = read_history(run)
    assert history["val/AP"] == {9: 0.1, 19: 0.2, 29: 0.3, 39: 0.25}
    assert history["train/loss"] == {20: 1.0, 30: 0.5}
    assert steps_trained(history) == 40  # the last step is 39: they count from 0
    assert final_figures(history, "val/AP") == {"val/AP": 0.3, "test/AP": 0.4}


def test_a_test_of_a_run_that_was_at_its_end_keeps_the_validation_before_it(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [], [[{"step": 10, "val/AP": 0.5}], [{"step": 10, "test/AP": 0.6}]])
    assert read_history(run) == {"val/AP": {10: 0.5}, "test/AP": {10: 0.6}}


@pytest.mark.parametrize(
    ("monitor", "expected"),
    [
        ("val/AP", {"val/AP": 0.3, "val/loss": 0.6}),
        ("val/loss", {"val/AP": 0.2, "val/loss": 0.4}),  # lower is better
        (None, {"val/AP": 0.1, "val/loss": 0.9}),  # the last
        ("val/F1", {"val/AP": 0.1, "val/loss": 0.9}),
    ],
)
def test_figures_are_those_of_the_best_step(monitor: str | None, expected: dict[str, float]) -> None:
    history = {"val/AP": {0: 0.3, 1: 0.2, 2: 0.3, 3: 0.1}, "val/loss": {0: 0.6, 1: 0.4, 2: 0.5, 3: 0.9}}
    assert final_figures(history, monitor) == expected


def test_nan_is_never_best() -> None:
    history = {"val/AP": {0: 0.1, 1: 0.2, 2: float("nan")}, "val/F1": {0: 0.5, 1: 0.6, 2: 0.7}}
    assert final_figures(history, "val/AP") == {"val/AP": 0.2, "val/F1": 0.6}


def test_a_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text("epoch,step,val/AP\n0,9,0.5\n1,19,0.6\n2,2")
    assert read_history(tmp_path) == {"val/AP": {9: 0.5, 19: 0.6}}
    (tmp_path / "metrics.csv").write_text("")
    assert read_history(tmp_path) == {}

"""Runs are put into settings: order, spread over seeds, repeats apart."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from report_runs import learning, make_run

from textrm.errors import UserError
from textrm.report.gather import find_runs
from textrm.report.page import facts
from textrm.report.sweep import Sweep, brief, distinct, make_sweep, short_names, spread
from textrm.report.table import note, setting_lines


def rows(ap: float) -> list[list[dict[str, float]]]:
    return [[{"step": 9, "val/AP": ap}, {"step": 10, "test/AP": ap / 2}]]


def sweep_of(root: Path, **options: str) -> Sweep:
    return make_sweep(root, find_runs(root, root / "report"), **options)


def test_mean_and_deviation() -> None:
    found = spread([0.1, math.nan, 0.2, 0.6])
    assert found.mean == pytest.approx(0.3)
    assert found.deviation == pytest.approx(math.sqrt((0.04 + 0.01 + 0.09) / 2))  # of a sample
    assert found.count == 3
    assert math.isnan(spread([0.1]).deviation)
    assert math.isnan(spread([]).mean)


def test_settings_are_in_numeric_order_and_average_over_seeds(tmp_path: Path) -> None:
    for gamma in ("10", "2", "0.5"):
        for seed in (11, 2, 1):
            overrides = ["experiment=seg", f"loss.gamma={gamma}", f"seed={seed}"]
            make_run(tmp_path / f"{gamma}-{seed}", overrides, rows(float(gamma) / 20 + seed / 100), seed=seed)
    sweep = sweep_of(tmp_path)
    assert [run.name for run in sweep.runs] == [
        f"{gamma}-{seed}" for gamma in ("0.5", "2", "10") for seed in (1, 2, 11)
    ]
    assert sweep.axes == ["loss.gamma"]
    assert sweep.shared == ["experiment=seg"]
    assert [setting.values["loss.gamma"] for setting in sweep.settings] == ["0.5", "2", "10"]
    assert sweep.metric == "val/AP"
    found = sweep.settings[2].spread("val/AP")
    assert found.mean == pytest.approx(0.5 + 0.14 / 3)
    assert found.count == 3
    grouped = sweep_of(tmp_path, group="loss.gamma")
    assert grouped.axes == ["seed"]
    assert [setting.values["seed"] for setting in grouped.settings] == ["1", "2", "11"]
    assert grouped.settings[0].spread("val/AP").mean == pytest.approx(12.5 / 60 + 0.01)


def test_a_key_that_changes_with_an_axis_is_no_axis_of_its_own(tmp_path: Path) -> None:
    for budget, rate, gammas in (("short", "0.01", "012"), ("long", "0.5", "02")):
        for gamma in gammas:
            for seed in (1, 2):
                overrides = [f"gamma={gamma}", f"budget={budget}", f"scheduler.max_lr={rate}", f"seed={seed}"]
                make_run(tmp_path / f"{budget}-{gamma}-{seed}", overrides, rows(0.5), seed=seed)
    sweep = sweep_of(tmp_path)
    assert sweep.columns == ["gamma", "budget", "scheduler.max_lr"]
    assert sweep.axes == ["gamma", "budget"]
    assert sweep.tied == {"scheduler.max_lr": "budget"}
    assert len(sweep.settings) == 5
    assert "scheduler.max_lr changes with budget" in note(sweep)
    assert facts(sweep)["change with them"] == ["scheduler.max_lr: 0.5 with budget=long, 0.01 with budget=short"]
    grouped = sweep_of(tmp_path, group="scheduler.max_lr")
    assert grouped.axes == ["gamma", "seed"]
    assert len(grouped.settings) == 6


def test_what_was_tried_once_each_does_not_change_together(tmp_path: Path) -> None:
    for number in range(4):
        make_run(tmp_path / str(number), [f"rate=0.{number}", f"decay=0.{9 - number}"], rows(0.5))
    assert sweep_of(tmp_path).axes == ["rate", "decay"]


def test_repeats_are_kept_apart_and_the_finished_one_counts_first(tmp_path: Path) -> None:
    for seed in (1, 2):
        make_run(tmp_path / "second" / str(seed), ["a=1", f"seed={seed}"], rows(0.4 + seed / 10), seed=seed)
    make_run(tmp_path / "first" / "1", ["a=1", "seed=1"], status="failed", seed=1)
    make_run(tmp_path / "third" / "1", ["a=1.0", "seed=1"], rows(0.9), seed=1)
    sweep = sweep_of(tmp_path)
    assert {run.name: run.repeat for run in sweep.runs} == {"second/1": 1, "second/2": 1, "third/1": 2, "first/1": 3}
    assert [(setting.repeat, len(setting.counted)) for setting in sweep.settings] == [(1, 2), (2, 1), (3, 0)]
    assert sweep.settings[0].spread("val/AP").mean == pytest.approx(0.55)
    assert sweep.settings[1].label(sweep.axes, sweep.names) == "all runs (repeat 2)"
    assert note(sweep).endswith("kept apart: repeat counts them.")


def test_a_value_from_the_configuration_is_the_same_as_the_same_override(tmp_path: Path) -> None:
    make_run(tmp_path / "given", ["loss.gamma=2", "seed=1"], rows(0.4))
    make_run(tmp_path / "default", ["seed=2"], rows(0.6), seed=2, config={"loss": {"gamma": 2.0}})
    make_run(tmp_path / "other", ["loss.gamma=3"], rows(0.1))
    settings = sweep_of(tmp_path).settings
    assert [len(setting.runs) for setting in settings] == [2, 1]


def test_only_finished_runs_count_unless_there_is_none(tmp_path: Path) -> None:
    make_run(tmp_path / "1", ["a=1"], rows(0.4), status="running")
    sweep = sweep_of(tmp_path)
    assert sweep.so_far
    assert sweep.settings[0].spread("val/AP").mean == 0.4
    make_run(tmp_path / "2", ["a=2"], rows(0.6))
    make_run(tmp_path / "3", ["a=3"], rows(0.9), status="pruned")
    sweep = sweep_of(tmp_path)
    assert not sweep.so_far
    assert [(setting.values["a"], len(setting.counted)) for setting in sweep.settings] == [
        ("1", 0), ("2", 1), ("3", 0)
    ]  # fmt: skip
    assert [row[0].text for row in setting_lines(sweep).rows] == ["1", "2"]  # the pruned one is in the other table
    assert [run.name for run in sweep.unfinished] == ["1", "3"]


def test_unknown_metric_and_group_name_what_there_is(tmp_path: Path) -> None:
    make_run(tmp_path / "1", ["a=1"], [learning(0.5)])
    make_run(tmp_path / "2", ["a=2"], [])
    with pytest.raises(UserError, match=r"--metric val/mAP: no run has it; there are test/AP, .*val/AP"):
        sweep_of(tmp_path, metric="val/mAP")
    with pytest.raises(UserError, match="--group b: expected what differs between runs: seed, a"):
        sweep_of(tmp_path, group="b")
    assert sweep_of(tmp_path, metric="test/AP").followed() == "val/AP"


def test_values_and_names() -> None:
    assert distinct(["10", "b", "2", "a", "2.0", "1e-3"]) == ["1e-3", "2", "10", "a", "b"]
    assert short_names(["loss.gamma", "net.gamma", "seed"]) == {
        "loss.gamma": "loss.gamma", "net.gamma": "net.gamma", "seed": "seed"
    }  # fmt: skip
    assert short_names(["loss.gamma"]) == {"loss.gamma": "gamma"}
    assert brief("0.00123456789") == "0.00123457"
    assert brief("0.5") == "0.5"

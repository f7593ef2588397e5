"""A search finds the top of a parabola, goes on where it was stopped, prunes and survives failing trials."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest
import yaml
from fake_training import command
from test_grid_sweeper import trained

from textrm.runs.outcome import alone_in

SEARCH = ("hydra/sweeper=optuna", "x=interval(-4,4)", "y=choice(0,1)", "callbacks.pruning=null")


def written(folder: Path) -> dict:
    return yaml.safe_load((folder / "multirun" / "fake" / "search.yaml").read_text())


def test_a_search_that_was_stopped_ends_where_an_unbroken_one_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    whole.mkdir()
    stopped.mkdir()
    words = (*SEARCH, "hydra.sweeper.n_trials=6", "hydra.sweeper.n_jobs=2", "hydra.sweeper.sampler.n_startup_trials=2")
    assert command(monkeypatch, whole, *words) == 0
    monkeypatch.setenv("STOP_AFTER", "3")
    assert command(monkeypatch, stopped, *words) == 130
    monkeypatch.delenv("STOP_AFTER")
    assert command(monkeypatch, stopped, *words) == 0
    assert written(stopped) == written(whole)
    found = written(whole)
    assert found["best"]["score"] == max(trial["score"] for trial in found["trials"])
    assert len(found["trials"]) == 6
    assert f"best: {found['best']['score']:.6g} in trial {found['best']['trial']}: x=" in capfd.readouterr().out
    assert command(monkeypatch, stopped, *words, "fail=1") == 1
    assert "holds a search with other axes or overrides" in capfd.readouterr().err


def test_a_failed_trial_is_told_and_the_search_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("hydra/sweeper=optuna", "x=choice(1,2)", "callbacks.pruning=null", "fail=2", "hydra.sweeper.n_trials=5")
    assert command(monkeypatch, tmp_path, *words) == 1
    states = [trial["state"] for trial in written(tmp_path)["trials"]]
    assert states == ["fail" if "x=2" in line else "complete" for line in trained(tmp_path)]
    failed = states.count("fail")
    assert 0 < failed < 5
    said = capfd.readouterr().err
    assert f"error: {failed} of 5 jobs failed: x=2 " in said
    assert said.strip().endswith(": the same command tries others in their place; a mended one needs another name=…")


def test_a_trial_without_a_score_counts_as_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("hydra/sweeper=optuna", "x=choice(1,2,nan)", "callbacks.pruning=null", "mute=2", "hydra.sweeper.seed=2")
    assert command(monkeypatch, tmp_path, *words, "hydra.sweeper.n_trials=6") == 1
    states = {(trial["overrides"][0], trial["state"]) for trial in written(tmp_path)["trials"]}
    assert states == {("x=1", "complete"), ("x=2", "fail"), ("x=nan", "fail")}
    assert "of 6 jobs failed: " in (line := capfd.readouterr().err)
    assert "x=2 (it ended without a score" in line


def test_a_search_without_a_result_takes_other_overrides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = ("hydra/sweeper=optuna", "callbacks.pruning=null", "hydra.sweeper.n_trials=2")
    assert command(monkeypatch, tmp_path, *words, "x=choice(2)", "fail=2") == 1
    assert command(monkeypatch, tmp_path, *words, "x=interval(2,3)", "fail=1") == 0
    assert {trial["state"] for trial in written(tmp_path)["trials"]} == {"complete"}


def test_trials_that_fall_behind_are_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = ("hydra/sweeper=optuna", "x=choice(1,4)", "epochs=6", "hydra.sweeper.n_trials=8",
             "hydra.sweeper.pruner.n_startup_trials=2", "hydra.sweeper.pruner.n_warmup_steps=1")  # fmt: skip
    assert command(monkeypatch, tmp_path, *words) == 0
    states = {}
    for trial in written(tmp_path)["trials"]:
        states.setdefault(trial["overrides"][0], set()).add(trial["state"])
    assert states["x=1"] == {"complete"}
    assert "pruned" in states["x=4"]
    assert written(tmp_path)["best"]["overrides"] == ["x=1"]


def test_two_searches_do_not_share_a_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("textrm.runs.outcome.alone_in", partial(alone_in, timeout=0.0))
    words = ("hydra/sweeper=optuna", "x=choice(1,2)", "callbacks.pruning=null", "hydra.sweeper.n_trials=1")
    with alone_in(tmp_path / "multirun" / "fake"):
        assert command(monkeypatch, tmp_path, *words) == 1
    assert capfd.readouterr().err.startswith("error: multirun/fake: another process trains there")
    assert not trained(tmp_path)
    assert not list(tmp_path.rglob("search.journal"))
    assert command(monkeypatch, tmp_path, *words) == 0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("x=1",), "a search without an axis"),
        (("x=tag(log, interval(0,1))",), "x=tag(log, interval(0,1)): "),
        (
            ("x=interval(0,1)", "hydra.sweeper.direction=up"),
            "hydra.sweeper.direction=up: expected maximize or minimize",
        ),
        (("x=interval(0,1)", "hydra.sweeper.n_trials=abc"), "hydra.sweeper.n_trials=abc: expected a whole number"),
        (("x=interval(0,1)", "hydra.sweeper.n_jobs=-3"), "hydra.sweeper.n_jobs=-3: expected a whole number, 1 or more"),
        (("z=interval(0,1)",), "unknown key z: "),
        (("sweep=choice(upsampling,nonsense)",), "Could not find 'sweep/nonsense'"),
        (("sweep=glob(zzz*)",), "sweep=glob(zzz*): no choice fits"),
        (("x=range(2,1)",), "x=range(2,1): no choice fits"),
    ],
)
def test_mistakes_of_a_search(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    assert command(monkeypatch, tmp_path, "hydra/sweeper=optuna", "callbacks.pruning=null", *words) == 1
    said = capfd.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert line in said[0]
    assert not trained(tmp_path)
    assert not (tmp_path / "multirun").exists()  # the mended command has another search


def test_a_search_without_optuna_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert command(monkeypatch, tmp_path, "hydra/sweeper=optuna", "x=interval(0,1)") == 1
    said = capfd.readouterr().err.strip()
    assert said.startswith("error: hydra/sweeper=optuna: ")
    assert said.endswith("pip install 'textrm[sweeps]'")

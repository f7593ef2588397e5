"""A grid repeats no finished job, survives failing ones and refuses mistakes before anything is trained."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_training import command
from omegaconf import OmegaConf

from hydra_plugins.textrm_sweepers import _jobs
from textrm.runs.outcome import Outcome

GRID = ("x=0,1,2,3,4,5", "y=1,2")


def trained(folder: Path) -> list[str]:
    told = folder / "trained.txt"
    return told.read_text().splitlines() if told.exists() else []


def outcomes(folder: Path) -> dict[str, tuple[str, float | None]]:
    found = {path.parent: Outcome.read(path.parent) for path in (folder / "multirun" / "fake").glob("*/outcome.json")}
    return {run.name: (outcome.status, outcome.score) for run, outcome in found.items() if outcome is not None}


def test_a_grid_that_was_stopped_goes_on_without_repeating_a_job(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STOP_AT", "3")
    assert command(monkeypatch, tmp_path, *GRID) == 130
    assert "12 jobs in multirun/fake, 0 finished before, 12 to run" in capfd.readouterr().out
    assert len(outcomes(tmp_path)) == 6
    monkeypatch.delenv("STOP_AT")
    assert command(monkeypatch, tmp_path, *GRID) == 0
    assert "12 jobs in multirun/fake, 6 finished before, 6 to run" in capfd.readouterr().out
    assert len(trained(tmp_path)) == 13  # the stopped job alone began twice
    scores = sorted(score for status, score in outcomes(tmp_path).values() if status == "finished")
    assert scores == sorted(y - (x - 1) ** 2 for x in range(6) for y in (1, 2))


def test_one_failing_job_does_not_end_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, tmp_path, "x=1,2,3", "fail=2") == 1
    assert len(outcomes(tmp_path)) == 2
    line = capfd.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("error: 1 of 3 jobs failed: x=2 (x=2: expected another): ")
    assert len(trained(tmp_path)) == 3


def test_folders_are_named_by_what_varies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert command(monkeypatch, tmp_path, "x=1,2", "y=4", "~epochs", "+other.key=3") == 0
    assert sorted(name.rsplit("-", 1)[0] for name in outcomes(tmp_path)) == ["x-1", "x-2"]
    assert trained(tmp_path) == [f"x={x} y=4 ~epochs=null +other.key=3" for x in (1, 2)]


def test_a_sweep_over_names_has_one_folder_which_keeps_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, tmp_path, "name=a,b", "hydra.job.env_copy=[HOME]") == 0
    assert [folder.name for folder in (tmp_path / "multirun").iterdir()] == ["fake"]
    assert sorted(name.rsplit("-", 1)[0] for name in outcomes(tmp_path)) == ["name-a", "name-b"]
    given = OmegaConf.load(tmp_path / "multirun" / "fake" / "multirun.yaml").hydra.overrides
    assert {*given.hydra, *given.task} == {"hydra.mode=MULTIRUN", "hydra.job.env_copy=[HOME]", "name=a,b"}
    assert command(monkeypatch, tmp_path, "name=a,b") == 0
    assert "2 jobs in multirun/fake, 2 finished before, 0 to run" in capfd.readouterr().out


def test_a_job_sent_elsewhere_runs_in_the_folder_of_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loader = SimpleNamespace(load_sweep_config=lambda config, overrides: config)
    monkeypatch.setattr(_jobs, "run_job", lambda **given: Path.cwd())
    monkeypatch.chdir(tmp_path)
    config = OmegaConf.create({"hydra": {"job": {}}})
    job = _jobs.RemoteJob(SimpleNamespace(config_loader=loader), lambda config: None, config)
    (tmp_path / "worker").mkdir()
    monkeypatch.chdir(tmp_path / "worker")
    assert job(["x=1"], 0) == tmp_path


def test_equal_jobs_run_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert command(monkeypatch, tmp_path, "x=1,1") == 0
    assert trained(tmp_path) == ["x=1"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("x=1,2", "z=1,2"), "unknown key z: "),
        (("x=interval(0,1)",), "x=interval(0,1): a grid needs choices"),
        (("x=1,2", "sweep=focal_weigts"), "Could not find 'sweep/focal_weigts' Available options in 'sweep': "
                                          "atrous_rates"),
        (("x=1,2", "sweep=glob(zzz*)"), "sweep=glob(zzz*): no choice fits"),
        (("x=range(2,1)",), "x=range(2,1): no choice fits"),
        (("x=1,2", "hydra/launcher=joblib", "hydra.launcher.n_jobs=no"), "hydra.launcher.n_jobs=no: expected how many"),
        (("x=1,2", "hydra.sweep.subdir=same"), "two jobs have the folder multirun/fake/same"),
        (("x=1,2", "hydra.sweep.subdir=${hydra.job.num}"), "hydra.sweep.subdir cannot be told"),
    ],
)  # fmt: skip
def test_mistakes_are_refused_before_anything_is_trained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str], words: list[str], line: str
) -> None:
    assert command(monkeypatch, tmp_path, *words) == 1
    said = capfd.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert line in said[0]
    assert not trained(tmp_path)

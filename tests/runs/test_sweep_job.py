"""A job of a sweep is trained as often as it must, and what it failed with is told."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf

from textrm.errors import UserError
from textrm.runs.outcome import ENDED, Outcome, Status
from textrm.runs.sweep_job import run_job


def config() -> DictConfig:
    return OmegaConf.create({"ckpt_path": None})


@pytest.mark.parametrize("status", Status)
def test_what_ended_is_not_repeated(status: Status, tmp_path: Path) -> None:
    Outcome(status, score=0.5).write(tmp_path)
    found = run_job(lambda *_: 0.75, config(), tmp_path, Outcome())
    assert found == (0.5 if status in ENDED else 0.75)
    assert (status in ENDED) == (status in ("finished", "pruned"))


def test_what_was_begun_goes_on_and_what_is_broken_goes(tmp_path: Path) -> None:
    broken = tmp_path / "checkpoints" / "last.ckpt"
    broken.parent.mkdir()
    broken.write_bytes(b"cut short")

    def train(given: DictConfig, run: Path, outcome: Outcome) -> float | None:
        assert given.ckpt_path is None
        assert not (run / "checkpoints").exists()
        return None

    assert run_job(train, config(), tmp_path, Outcome()) is None
    broken.parent.mkdir()
    with ZipFile(broken, "w") as file:
        file.writestr("data", "weights")
    given = config()
    run_job(lambda *_: None, given, tmp_path, Outcome())
    assert given.ckpt_path == "last"


@pytest.mark.parametrize("error", [UserError("gamma=-1: expected 0"), HydraException("gamma=-1: expected 0")])
def test_a_failure_is_recorded_and_travels_between_processes(error: Exception, tmp_path: Path) -> None:
    def train(*_: object) -> None:
        raise error

    with pytest.raises(UserError, match="gamma=-1: expected 0"):
        run_job(train, config(), tmp_path, Outcome(overrides=["loss.gamma=-1"]))
    outcome = Outcome.read(tmp_path)
    assert outcome is not None
    assert (outcome.status, outcome.error) == (Status.FAILED, "gamma=-1: expected 0")
    assert outcome.overrides == ["loss.gamma=-1"]


def test_frames_of_a_failure_are_forgotten(tmp_path: Path) -> None:
    def train(*_: object) -> None:
        large = [1, 2, 3]
        raise ZeroDivisionError(len(large))

    with pytest.raises(ZeroDivisionError) as caught:
        run_job(train, config(), tmp_path, Outcome())
    frame = caught.traceback[-1].frame
    assert frame.code.name == "train"
    assert "large" not in frame.f_locals

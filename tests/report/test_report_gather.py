"""Every run below a folder is found, whatever became of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from omegaconf import OmegaConf
from report_runs import learning, make_run

from textrm.errors import UserError
from textrm.report.gather import Run, find_runs, read_run, split_overrides


def test_runs_are_found_by_any_of_their_files_and_the_report_is_not_read(tmp_path: Path) -> None:
    make_run(tmp_path / "b" / "deep", [], [learning(0.5)])
    (tmp_path / "a" / ".hydra").mkdir(parents=True)
    (tmp_path / "a" / ".hydra" / "overrides.yaml").write_text("- loss.gamma=2\n- seed=7\n")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "resolved.yaml").write_text("seed: 3\n")
    make_run(tmp_path / "report" / "not_mine", [])
    make_run(tmp_path / "b" / "deep" / "checkpoints" / "not_a_run", [])
    runs = find_runs(tmp_path, tmp_path / "report")
    assert [(run.name, run.status, run.seed) for run in runs] == [
        ("a", "failed", "7"), ("b/deep", "finished", "1"), ("c", "failed", "3"),
    ]  # fmt: skip
    assert runs[0].reason == "no outcome.json that can be read, nothing logged"
    assert runs[0].value("loss.gamma") == "2"


@pytest.mark.parametrize(
    ("status", "error", "parts", "expected", "reason"),
    [
        ("finished", None, [learning(0.5)], "finished", ""),
        ("finished", None, [], "failed", "no figures: metrics.csv is missing"),
        ("finished", None, [[{"step": 0, "train/loss": 1.0}]], "failed", "no figures"),
        ("failed", "the loss\nbecame nan", [], "failed", "the loss became nan"),
        ("failed", None, [], "failed", "no reason recorded"),
        ("pruned", None, [learning(0.5)], "pruned", "ended by the search, 100 steps logged"),
        ("running", None, [], "unfinished", "still running, or killed, nothing logged"),
        ("stopped", None, [learning(0.5)], "unfinished", "stopped, 100 steps logged"),
        ("stopped", None, [], "failed", "stopped, nothing logged"),
    ],
)  # fmt: skip
def test_what_became_of_a_run(
    tmp_path: Path, status: str, error: str | None, parts: list, expected: str, reason: str
) -> None:
    run = read_run(make_run(tmp_path / "run", [], parts, status=status, error=error), "run")
    assert run.status == expected
    assert run.reason.startswith(reason)
    assert bool(run.reason) == (run.status != "finished")


def test_files_that_cannot_be_read_count_as_missing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [], [learning(0.5)])
    (run / "outcome.json").write_text('{"status": "fini')
    (run / "resolved.yaml").write_text("{: [")
    read = read_run(run, "run")
    assert (read.status, read.reason) == ("unfinished", "no outcome.json that can be read, 100 steps logged")


def test_overrides_are_split_and_places_left_out() -> None:
    words = [
        "experiment=seg",
        "+a.b=c=d",
        "~callbacks.x",
        "run=somewhere",
        "callbacks.pruning.trial=3",
        "hydra.verbose=true",
        "hydra/launcher=joblib",
    ]
    assert split_overrides(words) == {"experiment": "seg", "a.b": "c=d", "callbacks.x": "deleted"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("loss.gamma", "2.0"), ("loss", "default"), ("test", "true"), ("weights", "null"), ("a@b", "default"),
     ("nothing", "default"), ("given", "5")],
)  # fmt: skip
def test_a_key_that_was_not_given_has_its_value_from_the_configuration(tmp_path: Path, key: str, value: str) -> None:
    config = {"loss": {"gamma": 2.0}, "test": True, "weights": None}
    run: Run = read_run(make_run(tmp_path / "run", ["given=5"], config=config), "run")
    assert run.value(key) == value


def test_no_folder_and_no_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        find_runs(tmp_path / "absent", tmp_path / "report")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"has no run; looked for folders with resolved.yaml, outcome.json or"):
        find_runs(tmp_path / "empty", tmp_path / "report")


def test_a_foreign_run_shows_nothing_of_its_readers_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_WORD", "swordfish")
    backslash = chr(92)
    config = {
        "loss": {"gamma": "${oc.env:SECRET_WORD}"},
        "names": [backslash * n + "${oc.env:SECRET_WORD}" for n in range(4)],
    }
    run = read_run(make_run(tmp_path / "run", ["given=5"], config=config), "run")
    assert run.value("loss.gamma") == "${oc.env:SECRET_WORD}"
    assert "swordfish" not in str(run.config) + str(OmegaConf.to_container(run.config, resolve=True))

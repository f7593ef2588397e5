"""A run is gone on with from the checkpoint that was meant, and nothing of it is lost."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from textrm.errors import UserError
from textrm.runs.continuing import find_checkpoint, keep_metrics, whole_checkpoint


def test_missing_checkpoint(tmp_path: Path) -> None:
    assert find_checkpoint(None, tmp_path) is None
    with pytest.raises(UserError, match=r"ckpt_path=last: there is no file .*last\.ckpt; give run="):
        find_checkpoint("last", tmp_path)


def test_metrics_are_kept(tmp_path: Path) -> None:
    (tmp_path / "metrics.3.csv").write_text("3")
    for number in (1, 2, 4):
        (tmp_path / "metrics.csv").write_text(str(number))
        keep_metrics(tmp_path)
        assert (tmp_path / f"metrics.{number}.csv").read_text() == str(number)
    assert (tmp_path / "metrics.3.csv").read_text() == "3"


def test_a_folder_that_holds_a_run_is_gone_on_with_alone(tmp_path: Path) -> None:
    last, other = (tmp_path / name / "checkpoints" / "last.ckpt" for name in ("run", "other"))
    for path in (last, other):
        path.parent.mkdir(parents=True)
        path.touch()
    assert find_checkpoint("last", tmp_path / "run") == last
    assert find_checkpoint(str(other), tmp_path / "new") == other
    for refused in (None, str(other)):
        with pytest.raises(UserError, match=r"run holds a run already: give ckpt_path=last to go on"):
            find_checkpoint(refused, tmp_path / "run")


def test_a_checkpoint_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    assert whole_checkpoint(tmp_path) is None
    for name in ("best", "last"):
        with ZipFile(folder / f"{name}.ckpt", "w") as file:
            file.writestr("data", "weights")
        assert whole_checkpoint(tmp_path) == name
    (folder / "last.ckpt").write_bytes((folder / "last.ckpt").read_bytes()[:30])
    assert whole_checkpoint(tmp_path) == "best"

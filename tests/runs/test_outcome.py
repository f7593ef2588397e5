"""What became of a run is told right, whichever way it ended."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from textrm.errors import UserError
from textrm.runs.outcome import Outcome, Status, alone_in, commit, recorded


def read(folder: Path) -> Outcome:
    outcome = Outcome.read(folder)
    assert outcome is not None
    return outcome


def test_a_finished_run(tmp_path: Path) -> None:
    outcome = Outcome(overrides=["loss.gamma=1"], seed=7, monitor="val/AP")
    with recorded(tmp_path, outcome):
        assert read(tmp_path).status == Status.RUNNING
        outcome.score = 0.5
        time.sleep(0.15)
    found = read(tmp_path)
    assert (found.status, found.overrides, found.seed, found.monitor, found.score, found.error) == (
        Status.FINISHED, ["loss.gamma=1"], 7, "val/AP", 0.5, None,
    )  # fmt: skip
    assert 0.1 <= found.seconds < 10
    assert found.commit == commit()
    assert datetime.fromisoformat(found.started).tzinfo is not None


PEAKS = """
import sys
from pathlib import Path
import numpy as np
from textrm.runs.outcome import Outcome, recorded

folder = Path(sys.argv[1])
np.ones(40_000_000)  # 320 MB, given back before the run begins
for size in (0, 40_000_000):
    with recorded(folder, Outcome()):
        np.ones(size)
    print(Outcome.read(folder).peak_megabytes)
"""


@pytest.mark.slow
def test_the_peak_is_that_of_the_run(tmp_path: Path) -> None:
    # In a process of its own: what other tests have left here comes and goes.
    done = subprocess.run([sys.executable, "-c", PEAKS, str(tmp_path)], capture_output=True, text=True, check=True)
    little, much = (float(line) for line in done.stdout.split())
    assert 250 < much - little < 400  # what a process holds, whatever else the machine does


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (UserError("the loss became nan"), Status.FAILED, "the loss became nan"),
        (ZeroDivisionError(), Status.FAILED, "ZeroDivisionError"),
        (KeyboardInterrupt(), Status.STOPPED, None),
        (SystemExit(143), Status.STOPPED, None),
    ],
)
def test_a_run_that_ends_early(error: BaseException, status: Status, told: str | None, tmp_path: Path) -> None:
    with pytest.raises(type(error)), recorded(tmp_path, Outcome()):
        raise error
    assert (read(tmp_path).status, read(tmp_path).error) == (status, told)


def test_the_parts_of_a_continued_run_are_added(tmp_path: Path) -> None:
    last = tmp_path / "checkpoints" / "last.ckpt"
    last.parent.mkdir()
    last.touch()
    Outcome(Status.STOPPED, seconds=100.0, started="2026-01-01T00:00:00+00:00").write(tmp_path)
    with recorded(tmp_path, Outcome()):
        pass
    assert 100 <= read(tmp_path).seconds < 110
    # Killed: what was done after the last checkpoint is done again.
    started = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    Outcome(Status.RUNNING, seconds=100.0, started=started.isoformat()).write(tmp_path)
    os.utime(last, (started.timestamp() + 50,) * 2)
    with recorded(tmp_path, Outcome()):
        pass
    assert 150 <= read(tmp_path).seconds < 160


def test_a_run_that_begins_anew_counts_from_zero(tmp_path: Path) -> None:
    Outcome(Status.FAILED, seconds=100.0).write(tmp_path)
    with recorded(tmp_path, Outcome()):
        pass
    assert read(tmp_path).seconds < 10


def test_no_outcome_and_a_strange_one(tmp_path: Path) -> None:
    assert Outcome.read(tmp_path) is None
    for content in ('{"state": "done"}', '{"status": "done"}'):
        (tmp_path / "outcome.json").write_text(content)
        assert Outcome.read(tmp_path) is None
    with pytest.raises(ValueError, match="done"):
        Outcome("done")


@pytest.mark.parametrize("word", ["running", "finished", "pruned", "stopped", "failed"])
def test_files_keep_their_words(word: str, tmp_path: Path) -> None:
    Outcome(Status(word)).write(tmp_path)
    assert f'"status": "{word}"' in (tmp_path / "outcome.json").read_text()
    assert read(tmp_path).status is Status(word)


def test_one_process_at_a_time_trains_in_a_folder(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(UserError, match="another process trains there"), alone_in(tmp_path, 0.0):
        pytest.fail("two at once")
    with pytest.raises(KeyError), alone_in(tmp_path):
        raise KeyError
    with alone_in(tmp_path, 0.0):  # freed, although the body raised
        pass


def test_a_folder_that_cannot_be_locked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(UserError, match=rf"^{tmp_path} cannot be locked \(No locks available\): "), alone_in(tmp_path):
        pytest.fail("not locked")

"""How the end of the processes is told: one that hangs is not waited for, and what came first is what is said."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from textrm.errors import UserError
from textrm.training import launch

HANGS = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); time.sleep(600)"


def started(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_the_first_does_not_wait_for_one_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "PATIENCE", 0.1)
    processes = [started(HANGS), started("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")]
    assert processes[0].stdout is not None
    processes[0].stdout.readline()  # deaf from here on
    error = launch._wait(processes, tmp_path / "run", tmp_path / "order.pickle")
    assert isinstance(error, UserError)
    assert str(error) == "process 1 of the training was killed by SIGKILL, so the others were stopped"
    assert processes[0].returncode == -signal.SIGKILL  # not 0, after it slept


def test_nothing_is_said_where_all_end_well(tmp_path: Path) -> None:
    assert launch._wait([started("pass"), started("pass")], tmp_path, tmp_path / "order.pickle") is None


def test_what_came_first_is_told(tmp_path: Path) -> None:
    order = tmp_path / "order.pickle"
    for rank, (when, mistake, error) in enumerate([(5, False, "Trace\nConnection closed"), (3, True, "gamma=-1")]):
        order.with_name(f"{rank}.json").write_text(json.dumps({"time": when, "mistake": mistake, "error": error}))
    first = launch._failure({0: 1, 1: 1}, tmp_path, order)
    assert isinstance(first, UserError)
    assert str(first) == "gamma=-1"
    only = launch._failure({0: 1}, tmp_path, order)
    assert isinstance(only, RuntimeError)
    assert str(only) == "process 0 of the training failed:\nTrace\nConnection closed"
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "last.ckpt").touch()
    gone = launch._failure({0: 1, 2: 3}, tmp_path, order)
    assert str(gone) == (
        "process 2 of the training ended with status 3, so the others were stopped; to go on from the last whole "
        f"epoch: run={tmp_path} ckpt_path=last"
    )

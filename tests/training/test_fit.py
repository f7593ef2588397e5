from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from textrm.training.fit import fit


class TrainerThatLosesAWorker:
    """As Lightning's after what loads data was ended; with ``terminated``, SIGTERM reached the trainer as well."""

    is_global_zero = True

    def __init__(self, terminated: bool) -> None:
        self.received_sigterm = terminated

    def fit(self, *_: object, **__: object) -> None:
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Terminated. ")


def run(terminated: bool, folder: Path) -> None:
    trainer: Any = TrainerThatLosesAWorker(terminated)
    task: Any = None
    fit(trainer, task, task, None, False, folder)


def test_sigterm_to_the_whole_group_is_no_error_of_the_one_that_loads(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for last, told in ((False, "there is nothing to go on from"), (True, f"run={tmp_path} ckpt_path=last")):
        if last:
            (tmp_path / "checkpoints").mkdir()
            (tmp_path / "checkpoints" / "last.ckpt").touch()
        with caplog.at_level(logging.WARNING), pytest.raises(SystemExit) as stopped:
            run(True, tmp_path)
        assert stopped.value.code == 143
        assert told in caplog.messages[-1]


def test_a_worker_that_dies_alone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="pid 7"):
        run(False, tmp_path)

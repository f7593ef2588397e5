"""Processes of a training that are forked from one which has imported what they need: that takes longer than they do.

They stand for those of :func:`textrm.training.launch._start`. What a start itself is about is tested with real ones.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.reduction import DupFd
from types import SimpleNamespace
from typing import Any

import pytest
from ending import STARTER

from textrm.training import launch

CONTEXT = multiprocessing.get_context("forkserver")
# What a training asks for by name comes along; the tests have imported it, mostly.
IMPORTED = ["textrm.training.rank", "textrm.data.datamodule", "textrm.data.transforms", "textrm.tasks.segmentation",
            "pytorch_lightning.loggers", "torch.utils.tensorboard"]  # fmt: skip


def forking() -> ForkServerContext:
    """What starts processes that have imported what they need."""
    with pytest.MonkeyPatch.context() as here:
        here.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        CONTEXT.set_forkserver_preload(IMPORTED)
        forkserver.ensure_running()
    return CONTEXT


def fork_ranks(patch: pytest.MonkeyPatch) -> None:
    """Until ``patch`` is undone, trainings on several devices take forked processes."""
    forking()
    instead = SimpleNamespace(Popen=Forked, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired)
    patch.setattr(launch, "subprocess", instead)


class Forked:
    """As far as it is needed, what ``subprocess.Popen`` is for ``python -m textrm.training.rank ORDER``."""

    def __init__(self, words: Sequence[str], env: Mapping[str, str], **_: Any) -> None:
        assert list(words[:3]) == [sys.executable, "-m", "textrm.training.rank"]
        read, write = os.pipe()
        self.stdin = os.fdopen(write, "wb")
        told = dict(env) | {STARTER: str(os.getpid())}
        self._process = CONTEXT.Process(target=_run, args=(words[2:], told, DupFd(read)))
        self._process.start()
        os.close(read)

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("textrm.training.rank", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()


def _run(words: Sequence[str], env: Mapping[str, str], stdin: Any) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # as in a real one, until it can end without a traceback
    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    os.dup2(stdin.detach(), 0)
    sys.argv = list(words)
    from pytorch_lightning.utilities import rank_zero_only

    from textrm.training import rank

    rank_zero_only.rank = int(env["RANK"])  # found out when Lightning is imported
    rank.main()

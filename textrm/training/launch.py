"""Starts the processes of a training on several devices of this machine, and ends with them.

Lightning's own launcher repeats the whole command line in each further process, a sweep's ``-m`` included, and waits
for half an hour where one of them was killed. Here each is handed one composed configuration, so that a sweep runs its
jobs one after another on all devices, and the end of one is the end of all.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from torch.distributed import TCPStore

from textrm.command_line import Terminated, sigterm_interrupts
from textrm.errors import UserError
from textrm.runs.outcome import Outcome, Status

PATIENCE = 15.0  # seconds for a process that was told to stop
HERE = "127.0.0.1"


class Order(NamedTuple):
    """What the processes are to train; ``hydra`` is Hydra's own configuration, where it began this one."""

    config: DictConfig
    hydra: Any
    run: Path
    outcome: Outcome


def train_on(ranks: int, config: DictConfig, run: Path, outcome: Outcome) -> float | None:
    """Train in ``ranks`` processes, as :func:`textrm.train.train` does in one; the first of them writes the run folder.

    ``outcome`` becomes what it recorded. Returns the score.

    Raises:
        UserError: what the first one that failed had to say, or that it was killed.
        RuntimeError: the traceback of an error that is no mistake of the user.
        KeyboardInterrupt, SystemExit: after Ctrl-C and SIGTERM, when all have stopped.
    """
    before = _written_at(run)
    with TemporaryDirectory(prefix="textrm-") as folder, sigterm_interrupts(), _store() as port:
        order = Path(folder) / "order.pickle"
        order.write_bytes(pickle.dumps(Order(config, HydraConfig.instance().cfg, run, outcome)))
        processes = [_start(rank, ranks, port, order) for rank in range(ranks)]
        try:
            failure = _wait(processes, run, order)
        except BaseException as error:
            _stop(processes)
            _record(run, outcome, before, Status.STOPPED, None)
            if isinstance(error, Terminated):
                raise SystemExit(143) from error
            raise
    _record(run, outcome, before, None if failure is None else Status.FAILED, failure)
    if failure is not None:
        raise failure
    return outcome.score


def _start(rank: int, ranks: int, port: int, order: Path) -> subprocess.Popen[bytes]:
    """One of the processes, in the environment that torchrun gives. Ctrl-C reaches it from here alone, once.

    It begins deaf to that, and listens when it can end without a traceback.
    """
    told = {
        "RANK": rank, "LOCAL_RANK": rank, "GROUP_RANK": 0, "WORLD_SIZE": ranks, "LOCAL_WORLD_SIZE": ranks,
        "MASTER_ADDR": HERE, "MASTER_PORT": port, "TORCHELASTIC_RUN_ID": "textrm",
        "TORCHELASTIC_USE_AGENT_STORE": True, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }  # fmt: skip
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # which it takes over
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "textrm.training.rank", str(order)],
            env={"TORCH_CPP_LOG_LEVEL": "ERROR", **os.environ, **{name: str(value) for name, value in told.items()}},
            stdin=subprocess.PIPE,  # closed when this process is gone: then they end too
            start_new_session=True,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextmanager
def _store() -> Iterator[int]:
    """Where they meet: a free port, which nobody can take before they do."""
    store = TCPStore(HERE, 0, is_master=True, wait_for_workers=False)
    yield store.port


def _wait(processes: Sequence[subprocess.Popen[bytes]], run: Path, order: Path) -> Exception | None:
    """Wait for all, or for the first that fails, which ends the others; returns why."""
    while None in (codes := [process.poll() for process in processes]) and not any(codes):
        time.sleep(0.05)
    failed = {rank: code for rank, code in enumerate(codes) if code}
    _stop(processes)
    return _failure(failed, run, order) if failed else None


def _failure(failed: dict[int, int], run: Path, order: Path) -> Exception:
    """What began it: one that was killed, else the first that told of an error."""
    reports = {rank: order.with_name(f"{rank}.json") for rank in failed}
    for rank, path in reports.items():
        if not path.exists():
            code = failed[rank]
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
            last = run / "checkpoints" / "last.ckpt"
            hint = f"; to go on from the last whole epoch: run={run} ckpt_path=last" if last.exists() else ""
            return UserError(f"process {rank} of the training {how}, so the others were stopped{hint}")
    told = min((json.loads(path.read_text()) | {"rank": rank} for rank, path in reports.items()), key=_when)
    if told["mistake"]:
        return UserError(told["error"])
    return RuntimeError(f"process {told['rank']} of the training failed:\n{told['error']}")


def _when(report: dict[str, Any]) -> int:
    return report["time"]


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End those that still run: told to as by Ctrl-C, then killed. Lightning's way with SIGTERM waits for all ranks."""
    for process in processes:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
    until = time.monotonic() + PATIENCE
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


def _record(run: Path, outcome: Outcome, before: int, status: Status | None, error: Exception | None) -> None:
    """Take what the first process wrote into ``outcome``, with the end that this one knows better."""
    written = Outcome.read(run)
    if written is None or _written_at(run) == before:
        return  # it ended before there was a run to record
    for field in fields(Outcome):
        setattr(outcome, field.name, getattr(written, field.name))
    if status is not None:
        outcome.status, outcome.error = status, None if error is None else str(error).strip().splitlines()[-1]
        outcome.write(run)


def _written_at(run: Path) -> int:
    path = run / "outcome.json"
    return path.stat().st_mtime_ns if path.exists() else 0

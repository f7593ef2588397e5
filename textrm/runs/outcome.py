"""Records what became of a run: ``outcome.json`` in its folder, for sweeps that go on and for reports."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from textrm.errors import UserError
from textrm.files import write_whole
from textrm.runs.config import explain
from textrm.runs.memory import peak, reset_peak

CODE = ("textrm", "conf", "hydra_plugins")  # what a run's figures follow from


class Status(StrEnum):
    """How far a run came; the values are the words in ``outcome.json``."""

    RUNNING = "running"  # or killed
    FINISHED = "finished"
    PRUNED = "pruned"  # by a search
    STOPPED = "stopped"  # by whoever began it
    FAILED = "failed"


ENDED = (Status.FINISHED, Status.PRUNED)  # a sweep need not train these again


@dataclass(slots=True)
class Outcome:
    """``status`` is ``running`` until the end.

    ``overrides`` are those given to Hydra, ``shared`` the keys among them that all jobs of a sweep have alike,
    ``commit`` the code that ran ("+" where it was changed, "" where unknown), ``started`` the beginning of the last
    part of a continued run, ``seconds`` the length of all its parts together, ``peak_megabytes`` the process's largest
    resident set while it trained, or of the GPU's memory where one was used. ``score`` is the best value of the figure
    ``monitor``, ``error`` the line that a failed run ended with. What the net costs is None where it was not measured:
    ``cpu_seconds_per_megapixel`` is the time of ONNX Runtime on ``cpu_threads`` threads, see
    :class:`textrm.callbacks.costs.Costs`.
    """

    status: Status = Status.RUNNING
    overrides: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    seed: int = 0
    commit: str = ""
    started: str = ""
    seconds: float = 0.0
    peak_megabytes: float = 0.0
    pictures_per_second: float | None = None
    parameters: int | None = None
    gmac_per_megapixel: float | None = None
    cpu_seconds_per_megapixel: float | None = None
    cpu_threads: int | None = None
    monitor: str | None = None
    score: float | None = None
    error: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a word that is no status."""
        self.status = Status(self.status)

    @classmethod
    def read(cls, folder: Path) -> Outcome | None:
        """The outcome of the run in ``folder``; None where none was written, or by another version."""
        try:
            return cls(**json.loads((folder / "outcome.json").read_text()))
        except (OSError, ValueError, TypeError, RecursionError):
            return None

    def write(self, folder: Path) -> None:
        """Replace what was written before."""
        write_whole(folder / "outcome.json", (json.dumps(asdict(self), indent=2) + "\n").encode())


@contextmanager
def recorded(folder: Path, outcome: Outcome) -> Iterator[None]:
    """Record in ``folder`` how the body ends; what the body raises goes on.

    The caller fills ``overrides``, ``shared``, ``seed`` and ``monitor``, the body ``score``, the costs where they were
    measured, and ``status`` where a search pruned it.
    """
    begun = time.perf_counter()
    outcome.commit, outcome.seconds = commit(), seconds_before(folder)
    outcome.started = datetime.now(UTC).isoformat(timespec="seconds")
    reset_peak()
    outcome.write(folder)
    try:
        yield
        if outcome.status == Status.RUNNING:
            outcome.status = Status.FINISHED
    except Exception as error:
        outcome.status, outcome.error = Status.FAILED, explain(error) or type(error).__name__
        raise
    except BaseException:
        outcome.status = Status.STOPPED
        raise
    finally:
        outcome.seconds = round(outcome.seconds + time.perf_counter() - begun, 1)
        outcome.peak_megabytes = outcome.peak_megabytes or round(peak() / 1e6, 1)  # measured before the net was timed
        outcome.write(folder)


@contextmanager
def alone_in(folder: Path, timeout: float = 10.0) -> Iterator[None]:
    """Hold the lock of a run's folder. It ends with the process, however that ends, and its workers a little later.

    Raises:
        UserError: when another process still has it after ``timeout`` seconds, or there can be no lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "outcome.lock", timeout=timeout)
    try:
        lock.acquire()
    except Timeout:
        raise UserError(f"{folder}: another process trains there: wait for its end, or stop it") from None
    except OSError as error:  # ENOLCK: a network's file system whose lock service is down
        raise UserError(f"{folder} cannot be locked ({error.strerror}): give a folder elsewhere") from error
    try:
        yield
    finally:
        lock.release()


def seconds_before(folder: Path) -> float:
    """How long the earlier parts of a run took; of one that was killed, what led to its last checkpoint."""
    earlier, last = Outcome.read(folder), folder / "checkpoints" / "last.ckpt"
    if earlier is None or not last.exists():
        return 0.0
    if earlier.status != Status.RUNNING:
        return earlier.seconds
    return earlier.seconds + max(0.0, last.stat().st_mtime - datetime.fromisoformat(earlier.started).timestamp())


def commit() -> str:
    """The commit of the code that runs, "+" where files of it were changed since; "" where it is not in a checkout."""
    here = Path(__file__)

    def git(*words: str) -> str:
        command = ["git", "--no-optional-locks", "-C", str(here.parents[2]), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", str(here))  # else it is installed inside somebody else's checkout
        return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "-uno", "--", *CODE) else "")
    except (OSError, subprocess.CalledProcessError):
        return ""

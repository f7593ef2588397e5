"""Records what became of a run: ``outcome.json`` in its folder, for sweeps that go on and for reports."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from textrm.errors import UserError
from textrm.files import write_whole
from textrm.runs.config import explain

CODE = ("textrm", "conf", "hydra_plugins")  # what a run's figures follow from


@dataclass(slots=True)
class Outcome:
    """``status`` is ``running`` until the end, then ``finished``, ``pruned`` (by a search), ``stopped`` or ``failed``.

    ``overrides`` are those given to Hydra, ``shared`` the keys among them that all jobs of a sweep have alike,
    ``commit`` the code that ran ("+" where it was changed, "" where unknown), ``started`` the beginning of the last
    part of a continued run, ``seconds`` the length of all its parts together, ``peak_megabytes`` the process's largest
    resident set, or of the GPU's memory where one was used. ``score`` is the best value of the figure ``monitor``;
    ``error`` the line that a failed run ended with.
    """

    status: str = "running"
    overrides: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    seed: int = 0
    commit: str = ""
    started: str = ""
    seconds: float = 0.0
    peak_megabytes: float = 0.0
    monitor: str | None = None
    score: float | None = None
    error: str | None = None

    @classmethod
    def read(cls, folder: Path) -> Outcome | None:
        """The outcome of the run in ``folder``; None where none was written, or by another version."""
        try:
            return cls(**json.loads((folder / "outcome.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Replace what was written before."""
        write_whole(folder / "outcome.json", (json.dumps(asdict(self), indent=2) + "\n").encode())


@contextmanager
def recorded(folder: Path, outcome: Outcome) -> Iterator[None]:
    """Record in ``folder`` how the body ends; what the body raises goes on.

    The caller fills ``overrides``, ``shared``, ``seed`` and ``monitor``, the body ``score``, and ``status`` where a
    search pruned it.
    """
    begun = time.perf_counter()
    outcome.commit, outcome.seconds = commit(), seconds_before(folder)
    outcome.started = datetime.now(UTC).isoformat(timespec="seconds")
    _reset_peak()
    outcome.write(folder)
    try:
        yield
        if outcome.status == "running":
            outcome.status = "finished"
    except Exception as error:
        outcome.status, outcome.error = "failed", explain(error) or type(error).__name__
        raise
    except BaseException:
        outcome.status = "stopped"
        raise
    finally:
        outcome.seconds = round(outcome.seconds + time.perf_counter() - begun, 1)
        outcome.peak_megabytes = round(_peak() / 1e6, 1)
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
    if earlier.status != "running":
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


def _cuda() -> Any:
    """``torch.cuda`` where the run uses it. Torch is not imported for it: reports and sweeps read outcomes too."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None


def _reset_peak() -> None:
    # Jobs of a sweep share a process, and each has a peak of its own.
    if (cuda := _cuda()) is not None:
        cuda.reset_peak_memory_stats()
    with suppress(OSError):  # elsewhere than on Linux
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """Bytes."""
    if (cuda := _cuda()) is not None and cuda.max_memory_allocated():
        return float(cuda.max_memory_allocated())
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024.0 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    with suppress(ImportError):  # on Windows
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)
    return 0.0

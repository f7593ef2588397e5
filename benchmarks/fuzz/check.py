"""What must hold of every file, whatever was done to it and whatever it is."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MAX_PIXELS = 400_000
SECONDS = 20.0  # of the processor; a file that takes more hangs
MEGABYTES = 300  # that a file may cost beyond what is there already

Inside = Callable[[bytes, Path], tuple[bool, list[str]]]
"""Reads what a file holds, in a folder that is empty, and says whether it was read, and what came of it wrongly."""


def check(data: bytes, folder: Path, inside: Inside) -> tuple[bool, list[str]]:
    """What ``inside`` says of a file; another error than ours, words of others, much time and memory are wrong too."""
    start, memory = time.process_time(), _peak()
    with tempfile.TemporaryDirectory(dir=folder) as own, _printed(folder / "printed") as printed:
        try:
            was_read, faults = inside(data, Path(own))
        except Exception as error:
            was_read, faults = False, [f"{type(error).__name__} instead of our error: {str(error)[:200]}"]
    faults += [f"is printed: {words[:200]}"] if (words := printed.read_text(errors="replace").strip()) else []
    if (seconds := time.process_time() - start) > SECONDS:
        faults.append(f"{seconds:.0f} s of the processor")
    if _peak() - memory > MEGABYTES:
        faults.append(f"{_peak() - memory:.0f} MB")
    return was_read, faults


def refused(error: Exception) -> tuple[bool, list[str]]:
    """What is said of a file that ended in our error."""
    return False, ["a message of several lines"] * ("\n" in str(error))


@contextmanager
def _printed(path: Path) -> Iterator[Path]:
    """What is written to file descriptor 2 within this, by libraries too, is in the file ``path`` then."""
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with path.open("wb") as file:
            os.dup2(file.fileno(), 2)
            yield path
            sys.stderr.flush()
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def _peak() -> float:
    """Megabytes that this process has held at once so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for files, in memory where there is such."""
    shared = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)

"""Works through pages under a progress bar; pages that fail are listed at the end, the others are done."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from textrm.errors import UserError
from textrm.printable import printable

_FULL = (errno.ENOSPC, errno.EDQUOT)


def messages() -> Console:
    """Where the user is told what goes on: standard error, as plain text."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)


@dataclass(slots=True)
class Ending:
    """What a command tells at its end: ``done`` is what it did, in words; ``failures`` are paths with their reasons."""

    done: str = ""
    failures: list[tuple[Path, str]] = field(default_factory=list)


@contextmanager
def ended(
    console: Console,
    stopped: str = "stopped; all files written so far are whole, and the same command goes on from here",
) -> Iterator[Ending]:
    """Carry the body of a command, which fills in the report; then print what failed and a last line, and exit.

    Args:
        console: where that is printed.
        stopped: the last line after Ctrl-C.

    Raises:
        SystemExit: with 0, 1 where anything failed or the body raised UserError, or 130 after Ctrl-C.
    """
    ending = Ending()
    try:
        yield ending
        failed = len(ending.failures)
        status, last = int(failed > 0), ending.done + f", {failed} failed" * (failed > 0)
    except UserError as error:
        status, last = 1, f"error: {error}"
    except KeyboardInterrupt:
        status, last = 130, stopped
    for path, reason in ending.failures:
        console.print(printable(f"failed: {path}: {reason}"))
    console.print(printable(last))
    sys.exit(status)


def work_through(
    tasks: Sequence[tuple[Path, Callable[[], list[str]]]],
    doing: str,
    failures: list[tuple[Path, str]],
    console: Console,
    bar: bool,
    memory_hint: str = "",
) -> int:
    """Do task after task; what fails is noted, and the next is taken.

    Args:
        tasks: pages, each with what is to be done with it, which returns what the user should know about the page.
        doing: the word beside the bar.
        failures: takes the pages that failed, with their reasons.
        console: for the bar and the notes.
        bar: whether the bar is shown.
        memory_hint: what to do where there is too little memory.

    Returns:
        How many did not fail.

    Raises:
        UserError: when the disk is full, which no other page can mend.
        BrokenPipeError: when nobody reads what is printed any more.
    """
    before = len(failures)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), _Speed(), TimeRemainingColumn())
    # Standard output is left alone: Progress would send what is printed there to its own console.
    with Progress(*columns, console=console, transient=True, disable=not bar, redirect_stdout=False) as progress:
        for path, task in progress.track(tasks):
            try:
                for note in task():
                    console.print(printable(f"note: {path}: {note}"))
            except UserError as error:
                failures.append((path, str(error)))
            except BrokenPipeError:
                raise
            except OSError as error:
                if error.errno in _FULL:
                    raise UserError(f"the disk is full: the result of {path} was not written; make room and give the "
                                    "same command again") from error  # fmt: skip
                failures.append((path, f"its result cannot be written: {error.strerror or error}"))
            except MemoryError:
                failures.append((path, f"there is not enough memory{memory_hint}"))
            except Exception as error:  # a fault of ours with one page must not cost the others
                reason = str(error).partition("\n")[0]
                failures.append((path, f"unexpected {type(error).__name__}: {reason}; please report it"))
    return len(tasks) - (len(failures) - before)


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if not task.speed else f"{task.speed:.2f} pages/s")

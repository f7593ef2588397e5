"""Works through pages under a progress bar; pages that fail are listed at the end, the others are done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from textrm.command_line import Terminated, sigterm_interrupts
from textrm.errors import UserError
from textrm.page.files.attempt import Attempt, attempt
from textrm.page.planning.clashes import REPLACING
from textrm.printable import printable

T = TypeVar("T")


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
        stopped: the last line after Ctrl-C or SIGTERM.

    Raises:
        SystemExit: with 0, 1 where anything failed or the body raised UserError, 130 after Ctrl-C, or 143 after
            SIGTERM, which ends it in the same way.
    """
    ending = Ending()
    try:
        with sigterm_interrupts():
            yield ending
        failed = len(ending.failures)
        status, last = int(failed > 0), ending.done + f", {failed} failed" * (failed > 0)
    except UserError as error:
        status, last = 1, f"error: {error}"
    except KeyboardInterrupt as error:
        status, last = 143 if isinstance(error, Terminated) else 130, stopped
    for line in _failed(ending.failures):
        console.print(printable(line))
    console.print(printable(last))
    sys.exit(status)


def _failed(failures: Sequence[tuple[Path, str]]) -> Iterator[str]:
    """What failed, in lines. What is wrong with the place of results is told of one page in each folder.

    That they would replace the pages is told once: it is one mistake, wherever they lie.
    """
    alike: dict[tuple[str, Path | None], list[Path]] = {}
    for path, reason in failures:
        where = None if reason == REPLACING else path.parent
        alike.setdefault((reason, where if reason.startswith("its result ") else path), []).append(path)
    for (reason, _), (path, *others) in alike.items():
        yield f"failed: {path}: {reason}" + f" (the same of {len(others)} more)" * bool(others)


def work_through(
    tasks: Sequence[tuple[Path, Callable[[], list[str]]]],
    doing: str,
    failures: list[tuple[Path, str]],
    console: Console,
    bar: bool,
) -> int:
    """Do task after task; what fails is noted, and the next is taken.

    Args:
        tasks: pages, each with what is to be done with it, which returns what the user should know about the page.
        doing: the word beside the bar.
        failures: takes the pages that failed, with their reasons.
        console: for the bar and the notes.
        bar: whether the bar is shown.

    Returns:
        How many did not fail.

    Raises:
        UserError: when the disk is full, which no other page can mend.
        BrokenPipeError: when nobody reads what is printed any more.
    """
    done = 0
    attempts = (attempt(path, task) for path, task in tasks)
    for notes in done_of(attempts, lambda: len(tasks), doing, failures, console, bar):
        done += 1
        for note in notes.value or []:
            console.print(printable(f"note: {notes.path}: {note}"))
    return done


def done_of(
    attempts: Iterable[Attempt[T]],
    total: Callable[[], int | None],
    doing: str,
    failures: list[tuple[Path, str]],
    console: Console,
    bar: bool,
) -> Iterator[Attempt[T]]:
    """Those of the attempts that succeeded, while a bar shows how many were made.

    ``total`` tells of how many; None while that is not known. The other arguments and errors are those of
    :func:`work_through`.
    """
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), _Speed(), TimeRemainingColumn())
    # Standard output is left alone: Progress would send what is printed there to its own console.
    with Progress(*columns, console=console, transient=True, disable=not bar, redirect_stdout=False) as progress:
        task = progress.add_task(doing, total=total())
        for one in attempts:
            progress.update(task, total=total(), advance=1)
            if one.disk_full:
                raise UserError(one.reason)
            if one.reason:
                failures.append((one.path, one.reason))
            else:
                yield one


def lasting(seconds: float) -> str:
    """A time as people write it: 8 s, 2 min 5 s, 1 h 3 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if not task.speed else f"{60 * task.speed:.0f} pages/min")

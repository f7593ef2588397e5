"""Cleans what is to be done, tells how it goes, and what came of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from rich.console import Console

from textrm.page.files.attempt import Attempt
from textrm.page.files.clean_books import Written
from textrm.page.files.clean_file import Cleaned
from textrm.page.files.progress import Ending, done_of
from textrm.page.files.record import Record
from textrm.page.files.summary import Summary, counted
from textrm.page.planning.to_do import ToDo, targets
from textrm.page.planning.waiting import Waiting
from textrm.printable import printable

Attempts = Generator[Attempt[Cleaned | Written], None, None]


@dataclass(slots=True)
class _Results:
    """What is in hand, in its order, and where the results are that were written: names by folders, to be small."""

    in_hand: dict[Path, list[tuple[int, Path | None]]] = field(default_factory=dict)
    pages: dict[Path, list[str]] = field(default_factory=dict)
    books: list[Path] = field(default_factory=list)

    def passing(self, parts: Iterable[Waiting]) -> Iterator[Waiting]:
        """The parts, as they are taken."""
        numbers = count()
        for part in parts:
            for source, target in targets(part):
                self.in_hand.setdefault(source, []).append((next(numbers), target))
            yield part

    def done(self, path: Path, value: Cleaned | Written | None) -> tuple[int, Path | None]:
        """Take a source out of hand, which was written or, with None, failed; returns its number and its result."""
        its = self.in_hand[path]
        number, target = its.pop(0)
        if not its:
            del self.in_hand[path]
        if isinstance(value, Written) and target is not None:
            self.books.append(target)
        elif value is not None and target is not None:
            self.pages.setdefault(target.parent, []).append(target.name)
        return number, target

    def taken_away(self) -> tuple[list[Path], list[Path]]:
        """The results of pages and of books that are not there any more."""
        pages = [folder / name for folder, names in self.pages.items() for name in names
                 if not os.path.lexists(folder / name)]  # fmt: skip
        return pages, [path for path in self.books if not os.path.lexists(path)]


def clean_all(
    to_do: ToDo,
    work: Callable[[Iterable[Waiting]], Attempts],
    model: Path,
    record: Record | None,
    console: Console,
    ending: Ending,
) -> None:
    """Do it, under a bar where ``console`` is a terminal; ``ending`` gets what failed, and what was done in words.

    Args:
        to_do: begun.
        work: cleans the pages of parts and writes their books.
        model: what looks at the pages.
        record: gets a row for each page and book.
        console: for what the user should know.
        ending: written to, also when the run is stopped.
    """
    failed: list[tuple[int, Path, str]] = []
    results, summary, start = _Results(), Summary(), time.monotonic()

    def noted(attempts: Attempts) -> Iterator[Attempt[Cleaned | Written]]:
        for one in attempts:
            number, target = results.done(one.path, one.value)
            if record is not None and not one.disk_full:
                record.add(one, target)
            reasons = one.value.lost if isinstance(one.value, Cleaned) else [one.reason] if one.reason else []
            failed.extend((number, one.path, reason) for reason in reasons if not one.disk_full)
            yield one

    try:
        with closing(work(results.passing(to_do.parts()))) as attempts:
            for done in done_of(noted(attempts), to_do.total, "cleaning", [], console, console.is_terminal):
                assert done.value is not None
                summary.add(done.value)
                for note in done.value.notes:
                    console.print(printable(f"note: {done.path}: {note}"))
    finally:
        ending.failures += [(path, reason) for _, path, reason in sorted(failed)]
    if summary.lacks:
        console.print(printable(f"note: {model} {summary.lacks}"))
    for line in summary.lines(time.monotonic() - start):
        console.print(line)
    pages_taken, books_taken = results.taken_away()
    if taken := pages_taken + books_taken:
        reason = f"{counted(len(taken), 'result')} taken away while others were made: give the same command again"
        ending.failures.append((taken[0], reason))
    ending.done = f"{counted(summary.pages - len(pages_taken), 'page')} cleaned"
    if to_do.books:
        ending.done += f", {counted(summary.books - len(books_taken), 'book')} written"

"""What is to be done of a plan, part by part, and how much that is as far as it is known."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textrm.page.planning.books import BookPage, with_pages_of_books
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.plan import Plan
from textrm.page.planning.strips import in_order, with_neighbours
from textrm.page.planning.waiting import Waiting

_FIRST = 500  # pages that are looked for before the first is cleaned
_FASTER = 4  # times as many are found, while some are cleaned
_MOST = 20_000  # pages that are found and not yet cleaned: some 30 MB


@dataclass(slots=True)
class ToDo:
    """What is waiting in the parts of a plan.

    Attributes:
        extras: which files are wished beside each page.
        with_masks: gives the pages of a part their masks; returns notes.
        waiting: says what of some pages is to be done.
        tell: takes notes for the user.
        failures: takes what cannot be done, with the reasons.
        pages: how many were found so far.
        left: how many of them are to be done; ``books``: how many are to be written.
        otherwise: how many results were made otherwise before; ``changed`` were changed by somebody since.
        all_found: whether these are all.
        kept: all pages, where they are wanted at the end; else None.
    """

    extras: Sequence[str]
    with_masks: Callable[[Plan], list[str]]
    waiting: Callable[[Sequence[PageFiles]], Waiting]
    tell: Callable[[str], None]
    failures: list[tuple[Path, str]]
    kept: list[PageFiles] | None = None
    pages: int = 0
    left: int = 0
    books: int = 0
    otherwise: int = 0
    changed: int = 0
    keeps_formats: bool = False
    all_found: bool = False
    _ahead: deque[Waiting] = field(default_factory=deque)
    _rest: Iterator[Waiting] = field(default_factory=lambda: iter(()))
    _is_ahead: bool = True

    def begin(self, parts: Iterable[Plan], ahead: bool = True) -> None:
        """Look for the first pages: all, where they are not many; for one where none is to be looked for ``ahead``."""
        self._rest, self._is_ahead = self._of(parts), ahead
        self._look_ahead(_FIRST)

    def parts(self) -> Iterator[Waiting]:
        """What is to be done; it is looked for ahead of what is asked for, so that the number of all is known soon."""
        given = 0
        while self._ahead:
            part = self._ahead.popleft()
            given += len(part.pages)
            yield part
            self._look_ahead(min(given * _FASTER, _MOST))

    def _look_ahead(self, pages: int) -> None:
        ahead, pages = sum(len(part.pages) for part in self._ahead), pages * self._is_ahead
        while (not self._ahead or ahead < pages) and (part := next(self._rest, None)) is not None:
            self._ahead.append(part)
            ahead += len(part.pages)

    def total(self) -> int | None:
        """How many pages and books are to be done; None while that is not known."""
        return self.left + self.books if self.all_found else None

    def _of(self, parts: Iterable[Plan]) -> Iterator[Waiting]:
        for plan, before, after in in_order(parts):
            books, notes = with_pages_of_books(plan, self.extras)
            self.keeps_formats |= any(book.book.keeps_formats for book in books)
            for note in notes + self.with_masks(plan):
                self.tell(note)
            self.failures += plan.failures
            plan.pages = with_neighbours(plan.pages, before, after)
            part = self.waiting(plan.pages)
            self.pages += len(plan.pages)
            self.left += len(part.pages)
            self.books += len(part.books)
            self.otherwise += part.otherwise
            self.changed += part.changed
            if self.kept is not None:
                self.kept += plan.pages
            if part.pages or part.books or part.replaced:
                yield part
        self.all_found = True


def targets(part: Waiting) -> Iterator[tuple[Path, Path | None]]:
    """What is told of each page and book of a part: its source, and its result where that lies in a folder."""
    for page in part.pages:
        yield page.source, None if isinstance(page, BookPage) else page.target
    for todo in part.books:
        yield todo.files.source, todo.files.target

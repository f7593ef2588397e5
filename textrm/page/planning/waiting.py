"""Which pages and books of a plan are to be done, and which are done already."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from textrm.page.planning.books import BookFiles, BookPage
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.remembered import Remembered, stamp


@dataclass(frozen=True, slots=True)
class BookToDo:
    """A book to be written: ``pages`` are all that it has, ``made`` tells how they are made, of which ``state`` of it.

    That is its :func:`~textrm.page.planning.remembered.stamp`; None where it cannot be told: reading will say why.
    """

    files: BookFiles
    pages: list[BookPage]
    made: str
    state: tuple[int, int] | None


@dataclass(slots=True)
class Waiting:
    """The ``pages`` to be cleaned, and the ``books`` to be put together of them and of such as were cleaned before.

    ``otherwise`` counts the pages among them whose results were made otherwise, ``changed`` the results that somebody
    has changed since, which are kept. ``replaced`` are the folders of pages that take their own places, done or not.
    """

    pages: list[PageFiles] = field(default_factory=list)
    books: list[BookToDo] = field(default_factory=list)
    otherwise: int = 0
    changed: int = 0
    replaced: set[Path] = field(default_factory=set)

    def folders(self) -> set[Path]:
        """All that files are written into."""
        books = {folder for todo in self.books for folder in (todo.files.target.parent, todo.files.work)}
        return (
            books
            | self.replaced
            | {path.parent for page in self.pages for path in (page.target, *page.extras.values())}
        )


def find_waiting(
    pages: Sequence[PageFiles], made: Callable[[PageFiles], str], remembered: Remembered, overwrite: bool
) -> Waiting:
    """What is to be done: results are missing, older, of another source, or were made otherwise.

    With ``overwrite`` all, but for those that were replaced by their results: these are clean.

    Args:
        pages: of the plan.
        made: what tells a page's result from one with other options or masks.
        remembered: loaded; how results were made.
        overwrite: whether all is done anew.
    """
    waiting = Waiting()
    books: dict[BookFiles, list[BookPage]] = {}
    for page in pages:
        how = made(page)
        if isinstance(page, BookPage):
            books.setdefault(page.book, []).append(replace(page, how=how))
        elif page.in_place:
            waiting.replaced.add(page.target.parent)
            if not _is_clean(remembered, page.target, how, page.extras):
                waiting.pages.append(page)
        elif overwrite or not page.is_done():
            waiting.pages.append(page)
        else:
            verdict = remembered.made_otherwise(page.target, how, page.extras, stamp(page.source))
            waiting.changed += verdict is None
            if verdict:
                waiting.pages.append(page)
                waiting.otherwise += 1
    for book, its in books.items():
        _add_book(waiting, book, its, remembered, overwrite)
    return waiting


def _add_book(
    waiting: Waiting, book: BookFiles, pages: Sequence[BookPage], remembered: Remembered, overwrite: bool
) -> None:
    state = stamp(book.source) if os.path.exists(book.source) else None
    how = hashlib.sha256("\n".join(page.how for page in pages).encode()).hexdigest()
    itself = book.replaces_itself()
    if itself:
        if _is_clean(remembered, book.target, how, book.extras):
            return
    elif not overwrite and book.is_done() and all(page.has_extras() for page in pages):
        verdict = remembered.made_otherwise(book.target, how, book.extras, state)
        waiting.changed += verdict is None
        if not verdict:
            return
        waiting.otherwise += len(pages) * (not os.path.exists(book.work))  # else pages of it had failed
    todo = BookToDo(book, [page.of_state(state) for page in pages], how, state)
    waiting.books.append(todo)
    waiting.pages += [page for page in todo.pages if (overwrite and not itself) or not page.is_done()]


def _is_clean(remembered: Remembered, path: Path, how: str, extras: Collection[str]) -> bool:
    """Whether what lies in its own place is a result of ours, made in this way."""
    note = remembered.found(path)
    return note is not None and note.how == how and set(extras) <= set(note.extras)

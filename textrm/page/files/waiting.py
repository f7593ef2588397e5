"""Which pages and books of a plan are to be done, and which are done already."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from textrm.page.files.books import BookFiles, BookPage
from textrm.page.files.plan import PageFiles
from textrm.page.files.remembered import Remembered


@dataclass(frozen=True, slots=True)
class BookToDo:
    """A book to be written: ``pages`` are all that it has, ``made`` tells how they are made."""

    files: BookFiles
    pages: list[BookPage]
    made: str


@dataclass(slots=True)
class Waiting:
    """The ``pages`` to be cleaned, and the ``books`` to be put together of them and of such as were cleaned before.

    ``otherwise`` counts the pages among them whose results were made otherwise, ``changed`` the results that somebody
    has changed since, which are kept.
    """

    pages: list[PageFiles] = field(default_factory=list)
    books: list[BookToDo] = field(default_factory=list)
    otherwise: int = 0
    changed: int = 0


def find_waiting(
    pages: Sequence[PageFiles], made: Callable[[PageFiles], str], remembered: Remembered, overwrite: bool
) -> Waiting:
    """What is to be done: results are missing, older, or were made otherwise; with ``overwrite`` all.

    Args:
        pages: of the plan.
        made: what tells a page's result from one with other options or masks.
        remembered: loaded; how results were made.
        overwrite: whether all is done anew.
    """
    waiting = Waiting()
    books: dict[BookFiles, list[tuple[BookPage, str]]] = {}
    for page in pages:
        how = made(page)
        if isinstance(page, BookPage):
            books.setdefault(page.book, []).append((page.made_as(how), how))
        elif overwrite or not page.is_done():
            waiting.pages.append(page)
        else:
            verdict = remembered.made_otherwise(page.target, how, page.extras)
            waiting.changed += verdict is None
            if verdict:
                waiting.pages.append(page)
                waiting.otherwise += 1
    for book, its in books.items():
        how = hashlib.sha256("\n".join(how for _, how in its).encode()).hexdigest()
        if not overwrite and book.is_done() and all(page.has_extras() for page, _ in its):
            verdict = remembered.made_otherwise(book.target, how, book.extras)
            waiting.changed += verdict is None
            if not verdict:
                continue
            waiting.otherwise += len(its) * (not os.path.exists(book.work))  # else pages of it had failed
        waiting.books.append(BookToDo(book, [page for page, _ in its], how))
        waiting.pages += [page for page, _ in its if overwrite or not page.is_done()]
    return waiting

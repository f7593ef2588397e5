"""Puts books together, as soon as the last page of each is cleaned."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from textrm.errors import UserError
from textrm.files import back_up, replacing, write_whole
from textrm.page.files.attempt import Attempt, attempt
from textrm.page.files.clean_file import Cleaned
from textrm.page.planning.books import BookFiles, BookPage
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.remembered import Remembered
from textrm.page.planning.waiting import BookToDo, Waiting

NOT_REMEMBERED = "that it is clean now cannot be remembered: given again, it is cleaned once more"
"""What is told of what was replaced by its result, where :class:`~textrm.page.planning.remembered.Remembered` fails."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is told of a book that was written."""

    notes: list[str] = field(default_factory=list)


def clean_with_books(
    parts: Iterable[Waiting],
    clean: Callable[[Iterable[PageFiles]], Iterable[Attempt[Cleaned]]],
    write: Callable[[BookToDo, int], Written],
) -> Generator[Attempt[Cleaned | Written], None, None]:
    """Clean the pages and write the books; what came of each, a book after its pages.

    A book that cannot be made ready costs its pages, which are told of together.

    Args:
        parts: what is to be done; each is taken when something is left to do of none before it.
        clean: cleans pages one after the other, each of which it takes when it can begin with it.
        write: puts a book together, of whose pages so many failed.
    """
    books = _Books(write)
    for one in clean(books.ready(parts)):
        yield Attempt(one.path, one.value, one.reason, one.disk_full, one.seconds)
        books.after(one)
        yield from books.done()
    yield from books.done()


class _Books:
    """The books of which pages are still to be cleaned."""

    def __init__(self, write: Callable[[BookToDo, int], Written]) -> None:
        self._write = write
        self._to_do: dict[BookFiles, BookToDo] = {}
        self._left: Counter[BookFiles] = Counter()
        self._failed: Counter[BookFiles] = Counter()
        self._of_page: dict[Path, BookFiles] = {}
        self._done: list[Attempt[Cleaned | Written]] = []

    def ready(self, parts: Iterable[Waiting]) -> Iterator[PageFiles]:
        """The pages of the parts; those of a book once it is ready, and of one that cannot be none."""
        for part in parts:
            left = Counter(page.book for page in part.pages if isinstance(page, BookPage))
            for todo in part.books:
                if not left[todo.files]:
                    self._done.append(attempt(todo.files.source, partial(_prepared, todo, self._write)))
            to_do = {todo.files: todo for todo in part.books}
            for page in part.pages:
                if not isinstance(page, BookPage):
                    yield page
                    continue
                if page.book in to_do:
                    self._prepare(to_do.pop(page.book), left[page.book])
                if page.book in self._to_do:
                    self._of_page[page.source] = page.book
                    yield page

    def _prepare(self, todo: BookToDo, pages: int) -> None:
        one: Attempt[None] = attempt(todo.files.source, todo.files.book.prepare)
        if one.reason:
            self._done.append(Attempt(one.path, None, one.reason, one.disk_full))
        else:
            self._to_do[todo.files], self._left[todo.files] = todo, pages

    def after(self, one: Attempt[Cleaned]) -> None:
        """Write the book whose last page this was."""
        book = self._of_page.pop(one.path, None)
        if book is None:
            return
        self._left[book] -= 1
        self._failed[book] += bool(one.reason)
        if not self._left[book]:
            todo, failed = self._to_do.pop(book), self._failed.pop(book)
            del self._left[book]
            self._done.append(attempt(book.source, partial(self._write, todo, failed)))

    def done(self) -> Iterator[Attempt[Cleaned | Written]]:
        """What came of books since this was asked last."""
        while self._done:
            yield self._done.pop(0)


def write_book(todo: BookToDo, failures: int, remembered: Remembered, backup: bool) -> Written:
    """Put a book together; pages that could not be cleaned, ``failures`` of them, stay as they are in it.

    Its cleaned pages are kept while there are such, for the next run to go on with: in a book that takes the place of
    its source, they are not cleaned twice.

    Raises:
        UserError: when no page could be cleaned, cleaned ones were taken away, or the book cannot be read any more.
        OSError: when it cannot be written.
    """
    files = todo.files
    failed = [page for page in todo.pages if not os.path.exists(page.target)]
    if len(failed) > failures:
        raise UserError(f"{len(failed) - failures} of its cleaned pages were taken away while others were made: give "
                        "the same command again")  # fmt: skip
    if len(failed) == len(todo.pages):
        raise UserError("none of its pages could be cleaned: it is not written")
    cleaned = [page for page in todo.pages if page not in failed]
    results = {page.member.number: page.target for page in cleaned if page.target.stat().st_size}
    itself = files.replaces_itself()
    made = f"{todo.made} {len(failed)} failed" if failed else todo.made
    with replacing(files.target, durable=itself) as file:
        notes = list(files.book.write(file, results))
        if backup:
            back_up(files.target, file)
        noted = remembered.note(files.target, made, files.extras, file, None if itself else todo.state)
        if itself and failed:
            file.flush()
            facts = os.fstat(file.fileno())
            for page in cleaned:  # which stay as they are from now on
                write_whole(page.of_state((facts.st_size, facts.st_mtime_ns)).target, b"")
    if itself and failed:
        for page in cleaned:
            page.target.unlink(missing_ok=True)
    if itself and not noted:
        notes.append(NOT_REMEMBERED)
    if failed:
        notes = [*notes, f"{len(failed)} of its {len(todo.pages)} pages stay as they are"]
    else:
        shutil.rmtree(files.work, ignore_errors=True)
    return Written(notes)


def _prepared(todo: BookToDo, write: Callable[[BookToDo, int], Written]) -> Written:
    todo.files.book.prepare()
    return write(todo, 0)

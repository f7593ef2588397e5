"""Puts books together, as soon as the last page of each is cleaned."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from textrm.errors import UserError
from textrm.files import back_up, replacing, write_whole
from textrm.page.files.attempt import Attempt, attempt
from textrm.page.files.books import BookFiles, BookPage
from textrm.page.files.clean_file import Cleaned
from textrm.page.files.plan import PageFiles
from textrm.page.files.remembered import Remembered
from textrm.page.files.waiting import BookToDo, Waiting

NOT_REMEMBERED = "that it is clean now cannot be remembered: given again, it is cleaned once more"
"""What is told of what was replaced by its result, where :class:`~textrm.page.files.remembered.Remembered` fails."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is told of a book that was written."""

    notes: list[str] = field(default_factory=list)


def clean_with_books(
    waiting: Waiting,
    clean: Callable[[Iterable[PageFiles]], Iterable[Attempt[Cleaned]]],
    write: Callable[[BookToDo, int], Written],
) -> Generator[Attempt[Cleaned | Written], None, None]:
    """Clean the pages and write the books; what came of each, a book after its pages.

    A book that cannot be made ready costs its pages, which are told of together.

    Args:
        waiting: what is to be done.
        clean: cleans pages one after the other, each of which it takes when it can begin with it.
        write: puts a book together, of whose pages so many failed.
    """
    failed: Counter[BookFiles] = Counter()
    left = Counter(page.book for page in waiting.pages if isinstance(page, BookPage))
    books = {todo.files: todo for todo in waiting.books}
    of_page = {page.source: page.book for page in waiting.pages if isinstance(page, BookPage)}
    lost: list[Attempt[Cleaned | Written]] = []
    for todo in waiting.books:
        if not left[todo.files]:
            yield attempt(todo.files.source, partial(_prepared, todo, write))
    for one in clean(_ready(waiting.pages, lost)):
        yield Attempt(one.path, one.value, one.reason, one.disk_full)
        book = of_page.get(one.path)
        if book is not None:
            left[book] -= 1
            failed[book] += bool(one.reason)
            if not left[book]:
                yield attempt(book.source, partial(write, books[book], failed[book]))
    yield from lost


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


def _ready(pages: Iterable[PageFiles], lost: list[Attempt[Cleaned | Written]]) -> Iterator[PageFiles]:
    """The pages; those of a book once it is ready, and of one that cannot be none."""
    ready: dict[BookFiles, bool] = {}
    for page in pages:
        if isinstance(page, BookPage):
            if page.book not in ready:
                one: Attempt[None] = attempt(page.book.source, page.book.book.prepare)
                ready[page.book] = not one.reason
                lost += [Attempt(one.path, None, one.reason, one.disk_full)] if one.reason else []
            if not ready[page.book]:
                continue
        yield page

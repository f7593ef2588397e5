"""Which pages are in the books of a plan, and where they wait until their book is whole."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path, PurePosixPath

from textrm.errors import UserError
from textrm.page.books.book import Book, Member
from textrm.page.books.opening import open_book
from textrm.page.books.pages import alike_but_for_case
from textrm.page.planning.named_beside import file_beside
from textrm.page.planning.page_files import PageFiles, is_at, located, none_older, size_of
from textrm.page.planning.plan import Plan
from textrm.pictures.page import Page
from textrm.pictures.read import SUFFIXES, read_open

_MARK = 32  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class BookFiles:
    """One book: ``source`` becomes ``target``; its cleaned pages wait in the hidden folder ``work``.

    ``extras`` names the files that are wished beside each page.
    """

    source: Path
    target: Path
    work: Path
    book: Book
    extras: tuple[str, ...]

    def replaces_itself(self) -> bool:
        """Whether its result takes the place of the book."""
        return is_at(located(self.target), self.source)

    def is_done(self) -> bool:
        """Whether it is there, and not older than the source."""
        return none_older([self.target], self.source)


@dataclass(frozen=True, slots=True)
class BookPage(PageFiles):
    """A page of a book: ``source`` is BOOK/NAME and no file; ``target`` waits to be put into the book.

    ``place`` names what is beside it: NAME, in a folder called as the book without its suffix. ``how`` tells how it is
    made, once that is known.
    """

    _: KW_ONLY
    book: BookFiles
    member: Member
    place: Path
    how: str = ""

    @property
    def title(self) -> str:
        """Its name in the book."""
        return self.member.name

    @property
    def named(self) -> Path:
        """As of PageFiles."""
        return self.place

    @property
    def keeps_format(self) -> bool:
        """As its book says."""
        return self.book.book.keeps_formats

    @property
    def keeps_untouched(self) -> bool:
        """It stays as it is in the book."""
        return True

    def read(self, max_pixels: int) -> Page:
        """The picture, out of the book."""
        return read_open(io.BytesIO(self.book.book.read(self.member)), max_pixels, self.member.orientation)

    def size(self) -> tuple[int, int] | None:
        """As of PageFiles, out of the book."""
        try:
            return size_of(io.BytesIO(self.book.book.read(self.member)))
        except UserError:
            return None

    def is_done(self) -> bool:
        """Whether it is cleaned and waits: its name says of what and how."""
        return os.path.exists(self.target) and self.has_extras()

    def has_extras(self) -> bool:
        """Whether what is wished beside it is there, and not older than the book."""
        if self.book.replaces_itself():  # and was written after it
            return all(map(os.path.exists, self.extras.values()))
        return none_older(list(self.extras.values()), self.book.source)

    def of_state(self, state: tuple[int, int] | None) -> BookPage:
        """The same page, its target named by how it is made, and of which ``state`` of the book, its stamp."""
        mark = hashlib.sha256(f"{self.how} {sorted(self.extras)} {state}".encode()).hexdigest()[:_MARK]
        return replace(self, target=self.book.work / f"{self.member.number}-{mark}")


def with_pages_of_books(plan: Plan, extras: Sequence[str], alone: bool = False) -> tuple[list[BookFiles], list[str]]:
    """Put the pages of a plan's books into it; returns the books, and what the user should know.

    Books that cannot be read become failures, as do pages in formats that are not read.

    Args:
        plan: written to; it may be a part of a plan.
        extras: which files are wished beside each page.
        alone: whether nothing of other pages than the plan's is ever written where its results go.
    """
    books, notes = [], []
    writers = {path: one.source for one in plan.pages for path in one.files()} if plan.books and extras else {}
    for files in plan.books:
        mark = hashlib.sha256(os.fsencode(files.target.name)).hexdigest()[:_MARK]
        work = files.target.with_name(f".textrm-{mark}")
        try:
            book = BookFiles(files.source, files.target, work, open_book(files.source, work), tuple(extras))
            contents = book.book.contents()
        except UserError as error:
            plan.failures.append((files.source, str(error)))
            continue
        books.append(book)
        notes += [f"{book.source}: {note}" for note in contents.notes]
        plan.failures += [(book.source / name, reason) for name, reason in contents.unread]
        named: list[str] = []  # what begins the names of files beside pages
        for member in contents.pages:
            place = book.target.with_suffix("") / PurePosixPath(member.name)
            wished = {name: file_beside(place, name) for name in extras}
            source, target = book.source / member.name, work / str(member.number)
            plan.pages.append(BookPage(source, target, wished, book=book, member=member, place=place))
            page = _page_of_folder(book.source, member.name) if extras and not alone else None
            for path in map(located, wished.values()):
                if writers.setdefault(path, page or source) != source:
                    reason = f"it and {writers[path]} would both be written to {path}; rename one of them"
                    plan.failures.append((source, reason))
                    plan.pages.pop()
                    break
            else:
                named += [str(PurePosixPath(member.name).with_suffix(""))] if extras else []
        if told := alike_but_for_case(named):
            notes.append(f"{book.source}: {told}: where upper and lower case count the same, what is written beside "
                         "these pages has one name, and only the last of it is kept")  # fmt: skip
    return books, notes


def _page_of_folder(book: Path, name: str) -> Path | None:
    """A page of this name, but for its suffix, in the folder beside a book that is called as the book is."""
    page = book.with_suffix("") / name
    try:
        names = sorted(os.listdir(page.parent))
    except OSError:
        return None
    others = (page.with_name(other) for other in names if Path(other).stem == page.stem)
    return next((other for other in others if other.suffix.lower() in SUFFIXES), None)

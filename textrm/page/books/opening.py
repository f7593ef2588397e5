"""Tells books by what they are, not by their names, and opens them."""

from __future__ import annotations

from pathlib import Path

from textrm.errors import UserError
from textrm.files import open_file
from textrm.page.books.book import Book
from textrm.page.books.zipped import ZipBook

BOOKS = frozenset((".cbz", ".zip", ".epub"))
"""Suffixes of books."""

_ZIPS = frozenset((".cbz", ".zip", ".epub"))
_ZIP = (b"PK\3\4", b"PK\5\6")


def suffix_of_result(path: Path) -> str:
    """The suffix of the book that comes of one: of archives that become ZIP another one."""
    try:
        start = _start(path)
    except UserError:  # opening it will say why
        return path.suffix
    if start.startswith(_ZIP):
        return path.suffix if path.suffix.lower() in _ZIPS else ".cbz"
    return path.suffix


def open_book(path: Path, work: Path) -> Book:
    """The book at ``path``; what it needs while it is cleaned lies in the folder ``work``, which it makes then.

    Raises:
        UserError: when it cannot be read or is no book.
    """
    start = _start(path)
    if start.startswith(_ZIP):
        return ZipBook(path)
    raise UserError(f"it is no book, whatever its name says; expected one of {', '.join(sorted(BOOKS))}")


def _start(path: Path) -> bytes:
    try:
        with open_file(path) as file:
            return file.read(8)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}") from error

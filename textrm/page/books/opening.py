"""Tells books by what they are, not by their names, and opens them.

Formats that need an extra are imported here when a book of theirs is opened.
"""

from __future__ import annotations

from pathlib import Path

from textrm.errors import UserError
from textrm.extras import import_extra
from textrm.files import open_file
from textrm.page.books.book import Book
from textrm.page.books.zipped import ZipBook

BOOKS = frozenset((".cbz", ".zip", ".epub", ".cb7", ".cbr", ".pdf"))
"""Suffixes of books."""

_ZIPS = frozenset((".cbz", ".zip", ".epub"))
_ZIP = (b"PK\3\4", b"PK\5\6")
_PDF = b"%PDF"
_OTHER_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


def suffix_of_result(path: Path) -> str:
    """The suffix of the book that comes of one: of archives that become ZIP another one."""
    try:
        start = _start(path)
    except UserError:  # opening it will say why
        return path.suffix
    if start.startswith(_ZIP):
        return path.suffix if path.suffix.lower() in _ZIPS else ".cbz"
    if start.startswith(_OTHER_ARCHIVES):
        return path.suffix if path.suffix.lower() in (".cbz", ".zip") else ".cbz"
    return ".pdf" if start.startswith(_PDF) and path.suffix.lower() != ".pdf" else path.suffix


def open_book(path: Path, work: Path) -> Book:
    """The book at ``path``; what it needs while it is cleaned lies in the folder ``work``, which it makes then.

    Raises:
        UserError: when it cannot be read or is no book, or an extra is not installed.
    """
    start = _start(path)
    if start.startswith(_ZIP):
        return ZipBook(path)
    if start.startswith(_OTHER_ARCHIVES):
        return _archive(path, work)
    if start.startswith(_PDF):
        return _pdf(path)
    raise UserError(f"it is no book, whatever its name says; expected one of {', '.join(sorted(BOOKS))}")


def _archive(path: Path, work: Path) -> Book:
    try:
        module = import_extra("archives", "textrm.page.books.archive")
    except (AttributeError, OSError, TypeError) as error:  # libarchive-c finds no library to load
        raise UserError("this needs the library libarchive, which is not installed: on Debian and Ubuntu apt install "
                        "libarchive13, on macOS brew install libarchive") from error  # fmt: skip
    book: Book = module.ArchiveBook(path, work)
    return book


def _pdf(path: Path) -> Book:
    book: Book = import_extra("pdf", "textrm.page.books.pdf.book").PdfBook(path)
    return book


def _start(path: Path) -> bytes:
    try:
        with open_file(path) as file:
            return file.read(8)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}") from error

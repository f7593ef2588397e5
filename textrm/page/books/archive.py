"""Books that are RAR or 7z archives: CBR and CB7. They are read by libarchive, and come back as ZIP archives.

RAR can be read by anybody and written by its owner only. 7z packs many members into one stream, of which no page can be
read by itself, and pictures gain nothing by it: both become the archive that every reader of comics knows.
"""

from __future__ import annotations

import locale
import logging
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import libarchive

from textrm.errors import UserError
from textrm.files import replacing
from textrm.page.books.book import Contents, Member
from textrm.page.books.limits import Entry, check_entries
from textrm.page.books.pages import pages_among
from textrm.page.books.zipped import ZipBook
from textrm.printable import printable

_PACKED = frozenset((".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif", ".jp2", ".j2k", ".jxl"))
"""Suffixes of what gains nothing by packing."""
_FIRST, _LAST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)  # times that a ZIP can tell

logging.getLogger("libarchive").setLevel(logging.CRITICAL)  # what matters is raised


@dataclass(frozen=True, slots=True)
class ArchiveBook:
    """A RAR or 7z archive. It is copied into a ZIP in the folder ``work``, in one pass, and cleaned there.

    Of members of one name the last counts, as when the archive is unpacked.
    """

    path: Path
    work: Path
    keeps_formats: ClassVar[bool] = True

    def contents(self) -> Contents:
        """As of :class:`~textrm.page.books.book.Book`."""
        entries = [_entry(member) for member in self._members() if not member.isdir]
        check_entries(entries, self.path.stat().st_size)
        return pages_among([entries[number] for number in _counting(entries)])

    def prepare(self) -> None:
        """Copy the archive into a ZIP, unless it was copied before."""
        if self._zip.exists():
            return
        entries = [_entry(member) for member in self._members() if not member.isdir]
        counting = set(_counting(entries))
        with _told(), replacing(self._zip) as file, zipfile.ZipFile(file, "w") as archive:
            files = (member for member in self._members() if not member.isdir)
            for number, member in enumerate(files):
                if number in counting:
                    _copy(member, entries[number], archive)

    def read(self, member: Member) -> bytes:
        """As of :class:`~textrm.page.books.book.Book`."""
        return ZipBook(self._zip).read(member)

    def write(self, target: BinaryIO, results: Mapping[int, Path]) -> list[str]:
        """As of :class:`~textrm.page.books.book.Book`."""
        ZipBook(self._zip).write(target, results)
        return ["it was a RAR or 7z archive and is written as a ZIP archive"]

    @property
    def _zip(self) -> Path:
        """Named by the state of the archive: another one of its name is another book."""
        try:
            facts = os.stat(self.path)
        except OSError as error:
            raise UserError(f"cannot be read: {error.strerror}") from error
        return self.work / f"archive-{facts.st_size}-{facts.st_mtime_ns}.zip"

    def _members(self) -> Iterator[Any]:
        with _told(), _any_letters(), libarchive.file_reader(str(self.path)) as archive:
            yield from archive


def _entry(member: Any) -> Entry:
    name = member.pathname
    if name is None:
        here = locale.setlocale(locale.LC_CTYPE)
        raise UserError(f"the names of its members have letters that the locale {here} lacks: set LC_ALL=C.UTF-8")
    return Entry(name.decode(errors="replace") if isinstance(name, bytes) else name, member.size or 0,
                 is_link=bool(member.issym or member.islnk or not member.isfile))  # fmt: skip


def _counting(entries: list[Entry]) -> list[int]:
    """The numbers of the members that are left when they are unpacked."""
    return sorted({entry.name: number for number, entry in enumerate(entries)}.values())


def _copy(member: Any, entry: Entry, archive: zipfile.ZipFile) -> None:
    when = _FIRST if member.mtime is None else tuple(time.localtime(member.mtime)[:6])
    info = zipfile.ZipInfo(entry.name, min(max(when, _FIRST), _LAST))  # type: ignore[arg-type]
    info.external_attr = 0o100644 << 16
    info.compress_type = zipfile.ZIP_STORED if entry.suffix in _PACKED else zipfile.ZIP_DEFLATED
    left = entry.size
    with archive.open(info, "w") as file:
        for part in member.get_blocks():
            left -= len(part)
            if left < 0:
                # The library hands a warning, that a checksum is wrong, on as the length of one more part.
                raise UserError(f"its member {printable(entry.name)} is damaged, or larger than it says")
            file.write(part)
    if left:
        raise UserError(f"its member {printable(entry.name)} is damaged: {left} of {entry.size} bytes are missing")


@contextmanager
def _any_letters() -> Iterator[None]:
    """The library turns names into letters of the process's locale, and a name with others into nothing."""
    before = locale.setlocale(locale.LC_CTYPE)
    if before in ("C", "POSIX"):
        with suppress(locale.Error):  # where there is none of this name
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    try:
        yield
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except libarchive.ArchiveError as error:
        words = str(error.msg or "")
        if "ncrypt" in words or "rypto" in words or "assphrase" in words:
            raise UserError("it is encrypted: unpack it with its password, and give the folder") from error
        raise UserError(f"the archive is cut short or damaged ({words or 'it ends too early'})") from error

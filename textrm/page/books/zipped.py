"""Books that are ZIP archives: CBZ, ZIP and EPUB."""

from __future__ import annotations

import errno
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import unquote

from textrm.errors import UserError
from textrm.page.books.book import Contents, Member
from textrm.page.books.limits import MAX_MEMBER, Entry, check_entries
from textrm.page.books.pages import pages_among
from textrm.page.books.zip_copy import copy_zip
from textrm.printable import printable

_ENCRYPTED = 1  # bit of a member's flags
_PROTECTION = "META-INF/encryption.xml"  # of EPUB
_LARGEST_LIST = 1 << 20  # bytes of that


@dataclass(frozen=True, slots=True)
class ZipBook:
    """A ZIP archive. What is not replaced keeps its packed bytes, and members keep names, order, dates and remarks."""

    path: Path
    keeps_formats: ClassVar[bool] = True

    def contents(self) -> Contents:
        """As of :class:`~textrm.page.books.book.Book`."""
        with opened(self.path) as archive:
            entries = [_entry(info) for info in archive.infolist()]
            check_entries(entries, self.path.stat().st_size)
            contents = pages_among(entries)
            protected = _protected(archive)
        if locked := next((page.name for page in contents.pages if page.name in protected), ""):
            raise UserError(f"its picture {printable(locked)} is protected by its publisher: it cannot be read")
        return contents

    def prepare(self) -> None:
        """Nothing: any member of the archive can be read by itself."""

    def read(self, member: Member) -> bytes:
        """As of :class:`~textrm.page.books.book.Book`."""
        with opened(self.path) as archive:
            info = archive.infolist()[member.number]
            if info.file_size > MAX_MEMBER:
                raise UserError(f"it has {info.file_size} bytes; expected at most {MAX_MEMBER}")
            return archive.read(info)

    def write(self, target: BinaryIO, results: Mapping[int, Path]) -> list[str]:
        """As of :class:`~textrm.page.books.book.Book`."""
        with opened(self.path) as archive, self.path.open("rb") as source:
            copy_zip(archive, source, target, results)
        return []


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive; what is wrong with it is told in one line.

    Raises:
        UserError: when it cannot be read or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, UnicodeDecodeError) as error:
        if "not a zip file" in str(error):
            raise UserError("the archive is cut short: the list of its members, at its end, is missing") from error
        raise UserError(f"it is damaged in the archive: {error}") from error
    except (NotImplementedError, RuntimeError) as error:  # ways of packing, or encryption, that zipfile has not
        raise UserError(f"it is packed in a way that is not read ({error}): pack the book anew") from error
    except OSError as error:
        if error.filename is not None:
            raise UserError(f"cannot be read: {error.strerror}") from error
        if error.errno not in (None, errno.EINVAL):  # of bzip2, and of a place before the start of the file
            raise
        raise UserError(f"it is damaged in the archive: {error}") from error


def _entry(info: zipfile.ZipInfo) -> Entry:
    # What another than Unix wrote says nothing of links; no mode at all is a file.
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    return Entry(info.orig_filename, info.file_size, info.compress_size, is_link, bool(info.flag_bits & _ENCRYPTED))


def _protected(archive: zipfile.ZipFile) -> set[str]:
    """What an EPUB says to be encrypted; its fonts often are, which does not matter here."""
    if _PROTECTION not in archive.namelist() or archive.getinfo(_PROTECTION).file_size > _LARGEST_LIST:
        return set()
    listed = archive.read(_PROTECTION).decode("utf-8", "replace")
    return {unquote(name) for name in re.findall(r'URI="([^"]+)"', listed)}

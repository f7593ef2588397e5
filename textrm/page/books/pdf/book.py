"""A PDF as a book: its pages are the scans in it."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

import pikepdf

from textrm.errors import UserError
from textrm.page.books.book import Contents, Member
from textrm.page.books.pdf.bounds import DAMAGE, bounded
from textrm.page.books.pdf.pictures import read_image, reason_to_skip, replace_image
from textrm.page.books.pdf.scans import Scan, find_scan

_LISTED = 6  # pages

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # what matters is raised


@dataclass(frozen=True, slots=True)
class PdfBook:
    """A PDF. Image objects of scans are replaced at their own size; all other streams keep their bytes."""

    path: Path
    keeps_formats: ClassVar[bool] = True

    def contents(self) -> Contents:
        """As of :class:`~textrm.page.books.book.Book`; a scan that several pages share counts once."""
        contents, told, seen = Contents([]), dict[str, list[int]](), set()
        with _opened(self.path) as pdf:
            if pdf.get_warnings():
                contents.notes.append(_note_of_damage(pdf))
            for number, page in enumerate(pdf.pages):
                try:
                    scan, note = find_scan(page)
                    skip = reason_to_skip(scan.image) if scan else ""
                except DAMAGE:
                    scan, note, skip = None, "is damaged: it stays as it is", ""
                if skip:
                    scan, note = None, f"stays as it is, for {skip}"
                if note:
                    told.setdefault(note, []).append(number + 1)
                if scan and scan.image.objgen not in seen:
                    seen.add(scan.image.objgen)
                    contents.pages.append(Member(number, f"page-{number + 1:04}", scan.orientation))
        contents.notes.extend(_listed(numbers, note) for note, numbers in told.items())
        if not contents.pages:
            raise UserError(f"it holds no scan: {contents.notes[0] if contents.notes else 'it has no page'}")
        return contents

    def prepare(self) -> None:
        """Nothing: any page can be read by itself."""

    def read(self, member: Member) -> bytes:
        """As of :class:`~textrm.page.books.book.Book`."""
        with _opened(self.path) as pdf:
            return read_image(_scan(pdf, member.number).image)

    def write(self, target: BinaryIO, results: Mapping[int, Path]) -> list[str]:
        """As of :class:`~textrm.page.books.book.Book`."""
        others: dict[str, list[int]] = {}
        with _opened(self.path) as pdf:
            for number, path in results.items():
                if note := replace_image(_scan(pdf, number).image, path.read_bytes()):
                    others.setdefault(note, []).append(number + 1)
            pdf.save(target, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none,
                     fix_metadata_version=False)  # fmt: skip
        _check(target, results)
        return [_listed(numbers, note) for note, numbers in others.items()]


def _note_of_damage(pdf: pikepdf.Pdf) -> str:
    """What to say of a PDF in which qpdf had to look for what is where; it takes lost objects for null.

    Raises:
        UserError: when objects are lost: it would be written without them, as if it had never had them.
    """
    objects = list(pdf.objects)
    if lost := sum(one is None for one in objects):
        raise UserError(f"the PDF is cut short or damaged: {lost} of its {len(objects)} objects are lost; get it whole")
    return "it is cut short or damaged, but all its objects were found: what is written is mended"


def _check(written: BinaryIO, results: Mapping[int, Path]) -> None:
    """Of a damaged PDF, of which objects were guessed, others may be written than were read."""
    try:
        written.seek(0)
        with _opened(written) as pdf:
            for number in results:
                _scan(pdf, number)
    except UserError as error:
        raise UserError(
            "it is damaged, and what would be written could not be read again: it is not written"
        ) from error


def _scan(pdf: pikepdf.Pdf, number: int) -> Scan:
    scan, _ = find_scan(pdf.pages[number])
    if scan is None:
        raise UserError("it has changed while it was cleaned")
    return scan


def _listed(numbers: list[int], note: str) -> str:
    told = ", ".join(map(str, numbers[:_LISTED])) + f" and {len(numbers) - _LISTED} more" * (len(numbers) > _LISTED)
    return f"page {told}: {note}"


@contextmanager
def _opened(path: Path | BinaryIO) -> Iterator[pikepdf.Pdf]:
    try:
        with bounded(), warnings.catch_warnings(action="ignore"), pikepdf.open(path) as pdf:
            if pdf.is_encrypted:
                raise UserError("it is encrypted: take its password or its restrictions off")
            yield pdf
    except pikepdf.PasswordError as error:
        raise UserError("it is encrypted: take its password off") from error
    except DAMAGE as error:
        raise UserError(f"the PDF is damaged: {' '.join(str(error).split())}") from error
    except OSError as error:
        if error.filename is None:
            raise
        raise UserError(f"cannot be read: {error.strerror}") from error

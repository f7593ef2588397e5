"""Opens pages as they were left, or else cleans them, and keeps the work on them in files."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from textrm.errors import UserError
from textrm.files import FULL, open_file
from textrm.page.planning.books import BookFiles, BookPage
from textrm.page.planning.page_files import PageFiles
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.pictures.colour import to_srgb
from textrm.pictures.formats.planes import planes
from textrm.pictures.page import Page
from textrm.review.entry import WAITING, Entry
from textrm.review.held import Held
from textrm.review.kept import read_work, write_work
from textrm.review.opened import OpenPage
from textrm.review.words import found_words


@dataclass(slots=True)
class Desk:
    """Where pages are worked on.

    ``out`` is the folder for all that is written, ``work`` one in it for what is kept; ``cleaning`` finds the lettering
    and fills; pictures larger than ``max_pixels`` are refused. ``held`` holds ``work``, None where nobody does.
    ``news`` is what the user is to be told once.
    """

    out: Path
    work: Path
    cleaning: SegmentAndFill
    max_pixels: int
    held: Held | None = None
    news: str = ""
    _prepared: set[BookFiles] = field(default_factory=set)
    _preparing: threading.Lock = field(default_factory=threading.Lock)

    def source_bytes(self, files: PageFiles) -> bytes:
        """The file of a page, also out of a book.

        Raises:
            UserError: when it cannot be read.
        """
        if isinstance(files, BookPage):
            if not files.book.source.is_file():  # else its members would be told of, one after another
                raise UserError(f"its book is not there any more: put {files.book.source} back")
            self.prepare(files.book)
            return files.book.book.read(files.member)
        try:
            with open_file(files.source) as file:
                return file.read()
        except OSError as error:
            raise UserError(f"cannot be read: {error.strerror}") from error

    def prepare(self, book: BookFiles) -> None:
        """Make a book ready to be read and written, once.

        Raises:
            UserError: when it cannot be read.
            OSError: when what it needs cannot be written.
        """
        with self._preparing:
            if book not in self._prepared:
                book.book.prepare()
                self._prepared.add(book)

    def path_of(self, files: PageFiles) -> Path:
        """The file that keeps the work on a page."""
        name = hashlib.sha256(os.fsencode(files.named.relative_to(self.out))).hexdigest()[:32]
        return self.work / f"{name}.npz"

    def open(self, entry: Entry) -> OpenPage:
        """A page as it was left, or cleaned now.

        What is kept of another file of its name, or is damaged, is put aside, and ``entry.reason`` says so.

        Raises:
            UserError: when it cannot be read or cleaned.
        """
        digest = hashlib.blake2b(self.source_bytes(entry.files), digest_size=16).hexdigest()
        page = entry.files.read(self.max_pixels)
        entry.reason = ""
        opened = self._as_left(entry, page, digest)
        version = entry.version  # no picture is ever another one of the same version
        if opened is None:
            opened = self._cleaned(page, digest)
            version += entry.state != WAITING
            self.keep(entry, opened)
        opened.version = version
        return opened

    def keep(self, entry: Entry, page: OpenPage) -> None:
        """Write the work on a page; where that fails ``entry.unsaved`` says why.

        Where the folder for it was moved or deleted, ``news`` tells that.
        """
        try:
            if self.held is not None and self.held.again():
                self.news = (f"{self.work} was moved or deleted: it is made anew, with what is saved from now on; stop "
                             "the review and put the old one back to have the rest")  # fmt: skip
                with self._preparing:
                    self._prepared.clear()  # what books need lay in it too
            write_work(self.path_of(entry.files), page.work())
            entry.unsaved = ""
        except OSError as error:
            reason = "the disk is full" if error.errno in FULL else error.strerror or str(error)
            entry.unsaved = f"not saved: {reason}; the next stroke, or S, saves it"
        except UserError as error:
            entry.unsaved = f"not saved: {error}"

    def take_news(self) -> str:
        """``news``, which is told by that."""
        news, self.news = self.news, ""
        return news

    def _as_left(self, entry: Entry, page: Page, digest: str) -> OpenPage | None:
        path = self.path_of(entry.files)
        try:
            work = read_work(path)
            if work is None:
                return None
            if work.source != digest:
                raise UserError("it is of another file of this name")
            return OpenPage.of_work(page, planes(page), work, self.cleaning)
        except UserError as error:
            os.replace(path, path.with_suffix(".npz.bak"))
            entry.reason = f"the work on it was put aside as {path.name}.bak: {error}"
            return None

    def _cleaned(self, page: Page, digest: str) -> OpenPage:
        image = planes(page)
        before = image.copy()
        seen = to_srgb(page)
        result = self.cleaning(image, out=image, seen=before if seen is image else seen)
        low = self.cleaning.low or self.cleaning.model.low or self.cleaning.threshold
        words, strokes = found_words(result, low)
        if image is page.image:  # what its colours are looked up with stays as it was
            page.image = before
        return OpenPage(page, digest, self.cleaning, before, image, result.mask, result.filled, strokes, words)

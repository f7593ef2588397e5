"""Writes what is checked, or all: clean pages, books with them, or their layers."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from textrm.errors import UserError
from textrm.files import replacing, write_whole
from textrm.page.files.attempt import attempt
from textrm.page.files.summary import counted
from textrm.page.layers.of_page import as_ora, as_psd
from textrm.page.planning.books import BookFiles, BookPage
from textrm.pictures.formats.planes import srgb_of
from textrm.pictures.write import encode, encode_plain, suffix_of
from textrm.printable import printable
from textrm.review.book import ReviewedBook
from textrm.review.entry import FAILED
from textrm.review.opened import OpenPage

KINDS = ("pages", "book", "psd", "ora", "masks")

BOOK = "book-"
"""What the name of a folder begins with in which the pages of a book wait to be put into it."""

BESIDE = ("mask", "psd", "ora")
"""What lies beside a clean page, of :data:`~textrm.page.planning.named_beside.EXTRAS`."""


class Exporting:
    """One export at a time, while the book stays open."""

    def __init__(self, book: ReviewedBook) -> None:
        self.book, self.changes = book, 0
        self._told: dict[str, Any] = {"kind": "", "busy": False, "done": 0, "of": 0, "said": ""}
        self._lock = threading.Lock()

    def facts(self) -> dict[str, Any]:
        """How far it is, and what came of the last one."""
        return dict(self._told)

    def start(self, kind: str, every: bool = False) -> None:
        """Begin in a thread; with ``every`` also the pages that are not checked, but those that cannot be read.

        Raises:
            UserError: when there is no such kind, no page to write, or one runs already.
        """
        if kind not in KINDS:
            raise UserError(f"there is no export {kind}; expected one of {', '.join(KINDS)}")
        with self._lock:
            if self._told["busy"]:
                raise UserError("an export runs already: wait until it has ended")
            chosen = [number for number, entry in enumerate(self.book.entries)
                      if entry.checked or (every and entry.state != FAILED)]  # fmt: skip
            if not chosen:
                raise UserError("no page is checked: press C on those that are done, or export all of them")
            self._tell(kind=kind, busy=True, done=0, of=len(chosen), said="")
        threading.Thread(target=self._run, args=(kind, chosen), daemon=True).start()

    def run(self, kind: str, chosen: Iterable[int]) -> str:
        """Write these pages; returns what is told of it.

        Raises:
            UserError: when a page cannot be read any more or a package is not installed.
            OSError: when a file cannot be written; it is not there then.
        """
        if kind == "book":
            return self._books(list(chosen))
        written = [self._page(kind, number) for number in chosen]
        return f"{counted(len(written), 'page')} written to {self.book.desk.out}"

    def _run(self, kind: str, chosen: list[int]) -> None:
        done = attempt(self.book.desk.out, lambda: self.run(kind, chosen))
        self._tell(busy=False, said=printable(done.value or f"not exported: {done.reason}"))

    def _tell(self, **facts: Any) -> None:
        self._told |= facts
        self.changes += 1

    def _page(self, kind: str, number: int) -> Path:
        files = self.book.entry(number).files
        content = self._content(kind, number) or self.book.desk.source_bytes(files)
        # Pages of a book go into a folder of the book's name.
        path = files.named if kind == "pages" else files.extras["mask" if kind == "masks" else kind]
        if not path.suffix:  # of a PDF, whose pages have numbers alone
            path = path.with_suffix(suffix_of(content))
        written = write_whole(path, content)
        self._tell(done=self._told["done"] + 1)
        return written

    def _content(self, kind: str, number: int) -> bytes | memoryview:
        """What is written of a page, nothing where its own file serves: no codec loses less."""
        fresh = self.book.entry(number).files.read(self.book.desk.max_pixels)  # writing uses it up

        def made(page: OpenPage) -> bytes | memoryview:
            if kind == "pages":
                return encode(fresh, page.image.copy(), page.filled) if page.filled.any() else b""
            if kind == "masks":
                return encode_plain(page.mask * np.uint8(255))
            if kind == "psd":
                return as_psd(fresh, page.before, page.image, page.result())
            return as_ora(fresh, page.before, page.image, srgb_of(fresh, page.before), page.result())

        try:
            return self.book.read(number, made)
        except ModuleNotFoundError as error:
            raise UserError(str(error)) from error

    def _books(self, chosen: list[int]) -> str:
        books = dict.fromkeys(one.files.book for one in self.book.entries if isinstance(one.files, BookPage))
        written = [self._book(book, chosen) for book in books]
        if any(not isinstance(entry.files, BookPage) for entry in self.book.entries):
            written.append(self._cbz(chosen))
        left = len(self.book.entries) - len(chosen)
        rest = f"; {counted(left, 'other page')} as before" if left else ""
        return f"{', '.join(map(str, written))} written{rest}"

    def _book(self, book: BookFiles, chosen: list[int]) -> Path:
        with TemporaryDirectory(dir=self.book.desk.work, prefix=BOOK) as folder:
            results: dict[int, Path] = {}
            for number in chosen:
                files = self.book.entry(number).files
                if isinstance(files, BookPage) and files.book == book:
                    if content := self._content("pages", number):
                        results[files.member.number] = write_whole(Path(folder, str(files.member.number)), content)
                    self._tell(done=self._told["done"] + 1)
            self.book.desk.prepare(book)
            with replacing(book.target) as file:
                book.book.write(file, results)
        return book.target

    def _cbz(self, chosen: list[int]) -> Path:
        """The loose pages, in their order, as a book of their own."""
        path = self.book.desk.out / f"{self.book.title}.cbz"
        with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
            for number, entry in enumerate(self.book.entries):
                if isinstance(entry.files, BookPage):
                    continue
                name = self.book.name(entry)
                content = self._content("pages", number) if number in chosen else b""
                archive.writestr(zipfile.ZipInfo(name), bytes(content or self.book.desk.source_bytes(entry.files)))
                self._tell(done=self._told["done"] + (number in chosen))
        return path

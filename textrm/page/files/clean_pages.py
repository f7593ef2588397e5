"""Cleans the pages of a plan, in this process or in several."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2

from textrm.files import back_up, replacing, sweep
from textrm.page.cleaning import Cleaning
from textrm.page.files.attempt import Attempt, attempt
from textrm.page.files.clean_books import NOT_REMEMBERED, Written, clean_with_books, write_book
from textrm.page.files.clean_file import Cleaned, clean_file
from textrm.page.files.giving_back import give_back, give_back_large
from textrm.page.files.processes import work_in_processes
from textrm.page.files.sharing import shared
from textrm.page.how_to_clean import HowToClean, content_digest
from textrm.page.planning.books import BookPage
from textrm.page.planning.page_files import MARGINS, PageFiles
from textrm.page.planning.remembered import BESIDE, Remembered, stamp
from textrm.page.planning.waiting import Waiting, find_waiting

HINT = "; a smaller --tile needs less"


@dataclass(frozen=True, slots=True)
class CleanPages:
    """How pages are cleaned and written; called with a number of threads it gives what cleans one after another.

    ``as_png`` and ``max_pixels`` are as of :func:`~textrm.page.files.clean_file.clean_file`; with ``backup`` what is
    replaced is kept; ``remembered`` is told of each result.
    """

    how: HowToClean
    as_png: bool
    max_pixels: int
    backup: bool
    remembered: Remembered

    def __call__(self, threads: int | None) -> Callable[[PageFiles], Cleaned]:
        """Open the models.

        Raises:
            UserError: as :meth:`~textrm.page.how_to_clean.HowToClean.open`.
        """
        cv2.setNumThreads(1)  # its work is many small calls, which wait longer for threads than they gain
        give_back_large()
        return partial(self._clean, self.how.open(threads), self.how.digest())

    def made(self, page: PageFiles, digest: str) -> str:
        """What tells this page's result from one with other options or masks; ``digest`` is that of ``how``."""
        masks = [f"{role} {content_digest(path)}" for role, path in sorted(page.masks.items())]
        others = [other.source for other in (page.above, page.below) if other is not None and not other.in_place]
        joins = [f"beside {stamp(other)}" for other in others if other.exists()]
        return " ".join([digest, *["png"] * self._as_png(page), *masks, *joins])

    def _as_png(self, page: PageFiles) -> bool:
        return self.as_png and not page.keeps_format

    def finding_waiting(self, overwrite: bool) -> Callable[[Sequence[PageFiles]], Waiting]:
        """What says of pages which are to be done, as :func:`~textrm.page.planning.waiting.find_waiting` does."""
        made = partial(self.made, digest=self.how.digest())
        return partial(find_waiting, made=made, remembered=self.remembered, overwrite=overwrite)

    def work(
        self, parts: Iterable[Waiting], clean: Callable[[Iterable[PageFiles]], Iterable[Attempt[Cleaned]]]
    ) -> Generator[Attempt[Cleaned | Written], None, None]:
        """Let ``clean`` clean the pages, as :meth:`in_processes` does, and write the books.

        What runs that were killed have left half written in the folders of the results is taken away first; what is
        kept of strips that are replaced, also by a run before, when all are done.
        """
        write = partial(write_book, remembered=self.remembered, backup=self.backup)
        replaced: set[Path] = set()
        yield from clean_with_books(_swept(parts, replaced), clean, write)
        for folder in replaced:
            shutil.rmtree(folder / MARGINS, ignore_errors=True)

    def in_processes(
        self, pages: Iterable[PageFiles], jobs: int, threads: int
    ) -> Generator[Attempt[Cleaned], None, None]:
        """Clean pages in ``jobs`` processes, which share the threads, with one in this process.

        Raises:
            UserError: as :meth:`__call__`.
        """
        if jobs > 1:
            named = ((page.source, page) for page in pages)
            yield from work_in_processes(self, named, shared(threads, jobs), HINT)
            return
        clean = None
        for page in pages:
            clean = clean or self(threads)
            yield attempt(page.source, partial(clean, page), HINT)

    def _clean(self, cleaning: Cleaning, digest: str, page: PageFiles) -> Cleaned:
        made, itself = self.made(page, digest), page.in_place
        source = None if itself or isinstance(page, BookPage) or not page.source.exists() else stamp(page.source)
        noted = True

        def write(path: Path, content: bytes | memoryview) -> None:
            nonlocal noted
            if self.backup:
                back_up(path, content)
            with replacing(path, durable=itself) as file:
                file.write(content)
                if path != page.target:
                    self.remembered.note(path, BESIDE, (), file)
                elif not isinstance(page, BookPage):  # whose name says it
                    noted = self.remembered.note(path, made, page.extras, file, source)

        cleaned = clean_file(page, cleaning, self._as_png(page), self.max_pixels, write)
        give_back()
        if itself and not noted:
            cleaned.notes.append(NOT_REMEMBERED)
        return cleaned


def _swept(parts: Iterable[Waiting], replaced: set[Path]) -> Iterator[Waiting]:
    """The parts, the folders of each swept once; ``replaced`` gets the folders of pages that take their own places."""
    swept: set[Path] = set()
    for part in parts:
        folders = part.folders() - swept
        sweep(folders)
        swept |= folders
        replaced |= part.replaced
        for page in part.pages:
            if page.in_place and (page.above or page.below):
                page.margins.unlink(missing_ok=True)  # of a page that was not replaced after all
        yield part

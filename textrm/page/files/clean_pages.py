"""Cleans the pages of a plan, in this process or in several."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2

from textrm.files import back_up, sweep, write_whole
from textrm.page.cleaning import Cleaning
from textrm.page.files.attempt import Attempt, attempt
from textrm.page.files.clean_file import Cleaned, clean_file
from textrm.page.files.plan import PageFiles
from textrm.page.files.processes import work_in_processes
from textrm.page.files.remembered import BESIDE, Remembered, stamp
from textrm.page.files.sharing import shared
from textrm.page.how_to_clean import HowToClean, content_digest

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
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # no warnings of its codecs between our lines
        return partial(self._clean, self.how.open(threads), self.how.digest())

    def made(self, page: PageFiles, digest: str) -> str:
        """What tells this page's result from one with other options or masks; ``digest`` is that of ``how``."""
        masks = [f"{role} {content_digest(path)}" for role, path in sorted(page.masks.items())]
        return " ".join([digest, *["png"] * self.as_png, *masks])

    def waiting(self, pages: Sequence[PageFiles], overwrite: bool) -> tuple[list[PageFiles], int, int]:
        """The pages that are to be cleaned: results are missing, older, of another page, or were made otherwise.

        With ``overwrite`` all, but for those that were replaced by their results: these are clean. Also how many were
        made otherwise, and how many results somebody has changed since, which are kept.
        """
        digest = self.how.digest()
        waiting, otherwise, changed = [], 0, 0
        for page in pages:
            made = self.made(page, digest)
            if page.replaces_itself():
                note = self.remembered.found(page.target)
                if note is None or note.how != made or not set(page.extras) <= set(note.extras):
                    waiting.append(page)
                continue
            if overwrite or not page.is_done():
                waiting.append(page)
                continue
            verdict = self.remembered.made_otherwise(page.target, made, page.extras, stamp(page.source))
            changed += verdict is None
            if verdict:
                waiting.append(page)
                otherwise += 1
        return waiting, otherwise, changed

    def work(self, pages: Sequence[PageFiles], jobs: int, threads: int) -> Generator[Attempt[Cleaned], None, None]:
        """Clean pages in ``jobs`` processes, which share the threads; with one in this process.

        What runs that were killed have left half written in the pages' folders is taken away first.

        Raises:
            UserError: as :meth:`__call__`.
        """
        if not pages:
            return
        sweep({path.parent for page in pages for path in page.files()})
        if jobs > 1:
            named = [(page.source, page) for page in pages]
            yield from work_in_processes(self, named, shared(threads, jobs), HINT)
            return
        clean = self(threads)
        for page in pages:
            yield attempt(page.source, partial(clean, page), HINT)

    def _clean(self, cleaning: Cleaning, digest: str, page: PageFiles) -> Cleaned:
        made, itself = self.made(page, digest), page.replaces_itself()
        source = None if itself or not page.source.exists() else stamp(page.source)
        noted = True

        def write(path: Path, content: bytes | memoryview) -> None:
            nonlocal noted
            if self.backup:
                back_up(path, content)
            if path == page.target:
                noted = self.remembered.note(path, made, page.extras, content, source)
            else:
                self.remembered.note(path, BESIDE, (), content)
            write_whole(path, content, durable=itself)

        cleaned = clean_file(page, cleaning, self.as_png, self.max_pixels, write)
        if itself and not noted:
            cleaned.notes.append("that it is clean now cannot be remembered: given again, it is cleaned once more")
        return cleaned

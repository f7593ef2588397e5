"""The pages under review: their list, those that are open, and one change after another."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from textrm.errors import UserError
from textrm.page.files.attempt import attempt
from textrm.page.filling.breaking_off import BrokenOff, broken_off_when
from textrm.page.group import Box
from textrm.page.planning.page_files import PageFiles
from textrm.printable import printable
from textrm.review.desk import Desk
from textrm.review.entry import FAILED, WAITING, Entry, Request
from textrm.review.opened import OpenPage
from textrm.review.strokes import Stroke, lie_over
from textrm.review.thumbnail import thumbnail

T = TypeVar("T")

OPEN = 3  # pages in memory: a strip of 8 megapixels takes 80 MB
_TOGETHER = 12  # strokes that are filled whatever comes
_PAUSE = 1.0  # seconds after a change in which no page is cleaned that nobody looks at: strokes come first


class ReviewedBook:
    """Pages that are looked over and mended; safe to use from several threads.

    Args:
        title: what the book is called.
        pages: its pages, or those of several books.
        desk: opens them, and keeps the work on them.
    """

    def __init__(self, title: str, pages: Sequence[PageFiles], desk: Desk) -> None:
        self.title, self.desk = printable(title), desk
        self.entries = [Entry(files) for files in pages]
        self.changes = 1  # grows with all that a browser should know
        self.changed = -_PAUSE  # when a page was changed last, by the clock that only goes on
        self._open: OrderedDict[int, OpenPage] = OrderedDict()
        self._lock = threading.Lock()

    def name(self, entry: Entry) -> str:
        """What a page is called in the list; bytes of a file's name that are no text are escaped."""
        return printable(entry.files.named.relative_to(self.desk.out).as_posix())

    def facts(self) -> dict[str, Any]:
        """The list, for a browser."""
        pages = [{"number": number, "name": self.name(entry)} | entry.facts()
                 for number, entry in enumerate(self.entries)]  # fmt: skip
        return {"title": self.title, "out": printable(str(self.desk.out)), "changes": self.changes, "pages": pages}

    def entry(self, number: int) -> Entry:
        """The page of this number, from 0.

        Raises:
            UserError: when there is none.
        """
        if not 0 <= number < len(self.entries):
            raise UserError(f"there is no page {number}; expected 0 to {len(self.entries) - 1}")
        return self.entries[number]

    def opened(self, number: int) -> OpenPage:
        """A page, opened as it was left or else cleaned now.

        Raises:
            UserError: when it cannot be read or cleaned.
        """
        entry = self.entry(number)
        if page := self._among_open(number):
            return page
        with entry.lock:
            if page := self._among_open(number):
                return page
            page = self._loaded(entry)
            self._hold(number, page)
            return page

    def look_at(self, number: int) -> None:
        """Clean a page that waits, and keep what came of it; it is not held open.

        Raises:
            UserError: as :meth:`opened`.
        """
        entry = self.entry(number)
        with entry.lock:
            if entry.state == WAITING:
                page = self._loaded(entry)
                if entry.unsaved:
                    self._hold(number, page)

    def ask(self, number: int, strokes: Sequence[Stroke]) -> Request:
        """Put strokes into the row of a page, in which they are done in this order.

        Raises:
            UserError: when there is no such page.
        """
        request = Request(strokes)
        self.entry(number).requests.append(request)
        return request

    def paint(self, number: int, request: Request) -> Box | None:
        """Do the strokes, together with all that wait by then; returns and raises as :meth:`change`.

        Strokes that come meanwhile and lie over them break it off, and are done with them.
        """
        entry = self.entry(number)
        with entry.lock:
            while not request.done:
                waiting, entry.requests = entry.requests, []
                strokes = [stroke for one in waiting for stroke in one.strokes]
                try:
                    with broken_off_when(partial(_is_overtaken, strokes, entry.requests)):
                        box = self.change(number, partial(_painted, strokes))
                except BrokenOff:
                    entry.requests[:0] = waiting
                    continue
                for one in waiting:
                    one.done, one.box = True, box
            return request.box

    def change(self, number: int, how: Callable[[OpenPage], Box | None]) -> Box | None:
        """Change a page, one change after another, and write the work on it; returns what ``how`` does.

        Where it cannot be written the page stays open, and its entry says why.

        Raises:
            UserError: as :meth:`opened`, and as ``how`` does.
        """
        entry = self.entry(number)
        with entry.lock:
            page = self.opened(number)
            box = how(page)
            self.desk.keep(entry, page)
            if entry.unsaved:
                self._hold(number, page)
            entry.look(page)
            self.changes, self.changed = self.changes + 1, time.monotonic()
            return box

    def read(self, number: int, how: Callable[[OpenPage], T]) -> T:
        """What ``how`` says of a page, while nobody changes it; it need not be open.

        Raises:
            UserError: as :meth:`opened`, and as ``how`` does.
        """
        entry = self.entry(number)
        with entry.lock:
            return how(self._among_open(number) or self._loaded(entry))

    def picture_of(self, number: int) -> bytes:
        """The small picture of a page, as JPEG.

        Raises:
            UserError: as :meth:`opened`.
        """
        entry = self.entry(number)
        page = self._among_open(number) if entry.thumbnail else self.opened(number)
        if page is not None:
            entry.thumbnail = thumbnail(page)
        return entry.thumbnail

    def close(self) -> None:
        """Wait for what is being done to pages; nothing is begun any more.

        A process must not end while a net works in one of its threads.
        """
        for entry in self.entries:
            entry.lock.acquire()

    def _among_open(self, number: int) -> OpenPage | None:
        with self._lock:
            if number in self._open:
                self._open.move_to_end(number)
            return self._open.get(number)

    def _hold(self, number: int, page: OpenPage) -> None:
        """Keep it in memory, and of the others the latest; what is not on the disk stays."""
        with self._lock:
            self._open[number] = page
            for other in [one for one in self._open if one != number and not self.entries[one].unsaved]:
                if len(self._open) <= OPEN:
                    return
                del self._open[other]

    def _loaded(self, entry: Entry) -> OpenPage:
        done = attempt(entry.files.source, lambda: self.desk.open(entry))
        if done.value is None:
            entry.state, entry.reason = FAILED, done.reason
            self.changes += 1
            raise UserError(f"{self.name(entry)}: {done.reason}")
        entry.look(done.value)
        entry.thumbnail = thumbnail(done.value)
        self.changes += 1
        return done.value


def _painted(strokes: Sequence[Stroke], page: OpenPage) -> Box | None:
    return page.paint(strokes)


def _is_overtaken(strokes: Sequence[Stroke], later: Sequence[Request]) -> bool:
    """Whether strokes that came later lie over these; not where these are many: something is to be seen at last."""
    newer = [stroke for one in later for stroke in one.strokes]
    return bool(newer) and len(strokes) < _TOGETHER and lie_over(strokes, newer)


def clean_all(book: ReviewedBook, stop: threading.Event) -> None:
    """Clean one page after another, so that all can be put into an order; ends early with ``stop``."""
    for number in range(len(book.entries)):
        while not stop.is_set() and time.monotonic() - book.changed < _PAUSE:
            stop.wait(_PAUSE / 4)
        if stop.is_set():
            return
        try:
            book.look_at(number)
        except UserError:  # which the list tells
            continue

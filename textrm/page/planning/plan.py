"""Which files are read and where their results go, a folder at a time wherever no other can have to do with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textrm.errors import UserError
from textrm.page.books.opening import BOOKS
from textrm.page.planning.clashes import Candidate, candidates, without_clashes
from textrm.page.planning.listing import Listed, is_book, list_pages, places
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.remembered import Remembered
from textrm.pictures.read import SUFFIXES

_AT_ONCE = 500  # pages of a part, where nothing has to be known of the others in their folder


@dataclass(slots=True)
class Plan:
    """The pages and books to work on, and the inputs that cannot be, each with its reason."""

    pages: list[PageFiles] = field(default_factory=list)
    books: list[PageFiles] = field(default_factory=list)
    failures: list[tuple[Path, str]] = field(default_factory=list)

    def add(self, part: Plan) -> None:
        """Take in what is in a part of it."""
        self.pages += part.pages
        self.books += part.books
        self.failures += part.failures


@dataclass(frozen=True, slots=True)
class Planning:
    """How results are named and checked.

    Attributes:
        out: the folder for the results.
        extras: which files are wished beside each result, of EXTRAS.
        suffix: what the name of a result has instead of its page's suffix; empty for the same.
        overwrite: whether a page may be replaced by its result.
        passed_over: folders that hold no pages, where they lie inside an input.
        remembered: tells what earlier runs have written among the pages, which is no page then.
        books: whether books are looked for too; they have nothing beside them.
    """

    out: Path
    extras: Sequence[str] = ()
    suffix: str = ""
    overwrite: bool = False
    passed_over: Sequence[Path] = ()
    remembered: Remembered | None = None
    books: bool = False

    def check_out(self) -> None:
        """Refuse an ``out`` that is no folder.

        Raises:
            UserError: saying what it is.
        """
        if os.path.lexists(self.out) and not os.path.isdir(self.out):
            raise UserError(f"{self.out} is no folder; -o expects one")
        if self.out.suffix.lower() in SUFFIXES | BOOKS and not os.path.exists(self.out):
            raise UserError(f"{self.out} looks like a picture or a book; -o expects a folder")

    def parts(self, inputs: Sequence[Path]) -> Iterator[Plan]:
        """Find the pages as :func:`~textrm.page.planning.listing.list_pages` does, and where their results go.

        Folders keep their tree in ``out``; of several each keeps its own name there too, as
        :func:`~textrm.page.planning.listing.places` says. Each folder is a part or several, unless pages of different
        ones may get into each other's way: then there is one part.

        Raises:
            UserError: when ``out`` is no folder.
        """
        self.check_out()
        failures: list[tuple[Path, str]] = []
        found = list_pages(inputs, [self.out, *self.passed_over], failures, places(inputs), self.books)
        if self._apart(inputs):
            folders = _Folders(self.out, inputs)
            for listed in found:
                if reason := folders.obstacle(listed):
                    failures.append((listed.folder, reason))
                else:
                    yield from self._of_folder(listed, _taken(failures))
        else:
            yield self.checked([one for listed in found for one in self.candidates(listed)], _taken(failures))
        yield Plan(failures=_taken(failures))

    def _apart(self, inputs: Sequence[Path]) -> bool:
        """Whether pages of different folders cannot get into each other's way, but for links within ``out``."""
        out = os.path.realpath(self.out)
        roots = [os.path.realpath(path) for path in inputs]
        if not all(os.path.isdir(root) and not root.startswith(os.path.join(out, "")) for root in roots):
            return False
        if len(set(roots)) < len(roots):
            return False
        return out not in roots or not (len(roots) > 1 or self.extras or self.suffix)

    def candidates(self, listed: Listed) -> Iterator[Candidate]:
        """The pages of a folder with their files."""
        return candidates(listed, self.out, self.extras, self.suffix, self.books)

    def _of_folder(self, listed: Listed, failures: list[tuple[Path, str]]) -> Iterator[Plan]:
        """The parts of a folder; of one in which every result has its page's own name, while they are made."""
        out = os.path.realpath(self.out / listed.below)
        plain = not (self.extras or self.suffix or listed.links or out == listed.real)
        if not plain or (self.books and any(map(is_book, listed.names))):
            yield self.checked(list(self.candidates(listed)), failures, os.path.realpath(self.out))
            return
        target = self.out / listed.below
        for start in range(0, len(listed.names), _AT_ONCE):
            names = listed.names[start : start + _AT_ONCE]
            yield Plan([PageFiles(listed.folder / name, target / name, {}) for name in names], [], failures)
            failures = []

    def checked(self, found: Sequence[Candidate], failures: Sequence[tuple[Path, str]] = (), out: str = "") -> Plan:
        """A part of pages that may get into each other's way; ``out`` is as of ``without_clashes``."""
        plan = Plan(failures=list(failures))
        for one, obstacle in without_clashes(found, self.overwrite, self.remembered, out):
            if obstacle is None:
                (plan.books if self.books and is_book(one.source) else plan.pages).append(one)
            else:
                plan.failures.append((one.source, obstacle))
        return plan


def make_plan(
    inputs: Sequence[Path],
    out: Path,
    extras: Sequence[str] = (),
    suffix: str = "",
    overwrite: bool = False,
    passed_over: Sequence[Path] = (),
    remembered: Remembered | None = None,
    books: bool = False,
) -> Plan:
    """The whole plan, put together of the parts of a :class:`Planning`, which has the arguments and errors."""
    plan = Plan()
    for part in Planning(out, extras, suffix, overwrite, passed_over, remembered, books).parts(inputs):
        plan.add(part)
    return plan


def _taken(failures: list[tuple[Path, str]]) -> list[tuple[Path, str]]:
    """What has been added since, taken out."""
    taken = failures[:]
    failures.clear()
    return taken


class _Folders:
    """The folders that results go to, where each folder of pages has its own."""

    def __init__(self, out: Path, inputs: Sequence[Path]) -> None:
        self._out = out
        self._real = os.path.realpath(out)
        self._roots = [os.path.join(os.path.realpath(path), "") for path in inputs]
        self._used: dict[str, Path] = {}

    def obstacle(self, listed: Listed) -> str | None:
        """Why the pages of this folder must not be cleaned, if so: a link leads their results among others."""
        folder = self._out / listed.below
        real = os.path.realpath(folder)
        other = self._used.setdefault(real, listed.folder)
        if other != listed.folder:
            return f"its results and those of {other} would both go to {real}; choose another folder with -o"
        within = (real + os.sep).startswith(tuple(self._roots))
        if real != os.path.normpath(os.path.join(self._real, listed.below)) and within:
            return f"its results would go to {real}, among the pages; choose another folder with -o"
        return None

"""Cleans the pages of a plan in actors of Ray."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from textrm import __version__
from textrm.errors import UserError
from textrm.page.files.attempt import Attempt
from textrm.page.files.clean_file import Cleaned
from textrm.page.files.clean_pages import HINT, CleanPages
from textrm.page.files.on_ray import work_on_ray
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.remembered import Gathered

_Done = tuple[Cleaned, list[str]]  # with what is to be remembered of it


def clean_on_ray(
    pages: Iterable[PageFiles], how: CleanPages, out: Path, jobs: int, threads: int
) -> Generator[Attempt[Cleaned], None, None]:
    """Clean pages in ``jobs`` actors of so many ``threads`` each; what is remembered of them is kept on this machine.

    Raises:
        UserError: as of :func:`~textrm.page.files.on_ray.work_on_ray`; a page would be replaced by its result.
    """
    out.mkdir(parents=True, exist_ok=True)
    opening = _Opening(replace(how, remembered=Gathered(out)), os.path.abspath(out), os.getcwd(), __version__)
    mark = f"textrm-{hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()[:16]}"
    for one in work_on_ray(opening, _named(pages), jobs, threads, mark, HINT):
        cleaned, lines = one.value or (None, [])
        for line in lines:
            how.remembered.keep(line)
        yield Attempt(one.path, cleaned, one.reason, one.disk_full, one.seconds)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What an actor opens, in the ``folder`` of the command, if it is there.

    ``out`` is to be seen from its machine, whose textrm is to be of the same ``version``.
    """

    how: CleanPages
    out: str
    folder: str
    version: str

    def __call__(self, threads: int) -> Callable[[PageFiles], _Done]:
        if self.version != __version__:
            raise UserError(f"{socket.gethostname()} has textrm {__version__}, this machine {self.version}; expected "
                            "the same on all")  # fmt: skip
        if not os.path.isdir(self.out):
            raise UserError(f"{socket.gethostname()} sees no folder {self.out}; expected folders that all machines of "
                            "the cluster see under the same paths")  # fmt: skip
        with suppress(OSError):  # paths that are not absolute are those of the command
            os.chdir(self.folder)
        gathered = self.how.remembered
        assert isinstance(gathered, Gathered)
        return partial(_clean, self.how(threads), gathered)


def _clean(clean: Callable[[PageFiles], Cleaned], gathered: Gathered, page: PageFiles) -> _Done:
    gathered.lines = []
    return clean(page), gathered.lines


def _named(pages: Iterable[PageFiles]) -> Iterator[tuple[Path, PageFiles]]:
    for page in pages:
        if page.in_place:
            raise UserError(f"{page.source} would be replaced by its result, which --engine ray does not do; choose "
                            "another folder with -o")  # fmt: skip
        yield page.source, page

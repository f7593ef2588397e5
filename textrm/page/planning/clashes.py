"""Finds pages whose results would get into the way of each other, or of pages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textrm.page.books.opening import suffix_of_result
from textrm.page.planning.listing import Listed, is_book
from textrm.page.planning.named_beside import file_beside
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.remembered import Remembered
from textrm.pictures.read import SUFFIXES

REPLACING = "its result would replace it; choose another folder with -o, or give --overwrite"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that was found: ``here`` is where it lies, or the link to it, and ``real`` what that leads to.

    ``written`` is where its files are made, its result first. All three are real paths.
    """

    files: PageFiles
    here: str
    real: str
    written: tuple[str, ...]


def candidates(listed: Listed, out: Path, extras: Sequence[str], suffix: str, books: bool) -> Iterator[Candidate]:
    """The pages of a folder with their files; arguments are those of :class:`~textrm.page.planning.plan.Planning`."""
    target = out / listed.below
    there = os.path.realpath(target)
    for name in listed.names:
        source, here = listed.folder / name, os.path.join(listed.real, name)
        real = os.path.realpath(source) if name in listed.links else here
        ending, wished = suffix, extras
        if books and is_book(name):
            ending, wished = suffix_of_result(source), ()
        result = target / (source.stem + ending if ending else name)
        beside = {extra: file_beside(result, extra) for extra in wished}
        path = os.path.join(there, result.name)
        written = [path]
        for extra in beside.values():
            folder = there if extra.parent == target else os.path.realpath(extra.parent)
            written.append(os.path.join(folder, extra.name))
        yield Candidate(PageFiles(source, result, beside, in_place=path in (here, real)), here, real, tuple(written))


def without_clashes(
    found: Sequence[Candidate], overwrite: bool, remembered: Remembered | None, out: str = ""
) -> Iterator[tuple[PageFiles, str | None]]:
    """Each page once, with the reason why its files must not be written, if so; results of earlier runs are no pages.

    Args:
        found: pages, among which those are that may get into each other's way.
        overwrite: whether a page may be replaced by its result.
        remembered: tells what earlier runs have written.
        out: where results of other pages go, really, which are not among these; empty where there are none.
    """
    pages = {(one.real, one.written[0]): one for one in reversed(found)}  # of two the first counts
    ordered = list(reversed(pages.values()))
    if remembered is not None:
        results = {path for one in ordered if not one.files.in_place for path in one.written}
        ordered = [one for one in ordered if not _is_result(one, results, remembered)]
    sources = {one.real for one in ordered} | {one.here for one in ordered}
    writers: dict[str, list[Path]] = {}  # of each file, the pages whose result it would be
    for one in ordered:
        for path in one.written:
            writers.setdefault(path, []).append(one.files.source)
    for one in ordered:
        yield one.files, _obstacle(one, writers, sources, overwrite, os.path.join(out, "") if out else "")


def _is_result(one: Candidate, results: set[str], remembered: Remembered) -> bool:
    """Whether an earlier run has written it, beside a page or as one of ``results``, and it is unchanged."""
    source = one.files.source
    return remembered.is_beside(source) or (one.here in results and remembered.found(source) is not None)


def _obstacle(
    one: Candidate, writers: dict[str, list[Path]], sources: set[str], overwrite: bool, out: str
) -> str | None:
    """Why the files of ``one`` must not be written, if so."""
    source = one.files.source
    for path in one.written:
        other = next((other for other in writers[path] if other != source), None)
        if other is not None:
            return (f"it and {other} would both be written to {path}; rename one of them, or take them into different "
                    "-o folders")  # fmt: skip
        replaces_itself = path in (one.here, one.real)
        if replaces_itself and not overwrite:
            return REPLACING
        if path in sources and not replaces_itself:
            return f"its result would replace the page {path}; choose another folder with -o"
    if out and (other := _page_above(one.files)):
        return f"it and what lies beside {other} would both be written to {one.written[0]}; rename one of them"
    if out and one.real != one.here and one.real.startswith(out) and not one.files.in_place:
        return f"it is a link to {one.real}, where results go; choose another folder with -o"
    return None


def _page_above(files: PageFiles) -> Path | None:
    """The page of the folder above, beside which a file goes where this one's result does: names are too long."""
    folder = files.source.parent
    if folder.name not in files.extras:
        return None
    for above in (folder.parent / (files.source.stem + suffix) for suffix in SUFFIXES):
        if file_beside(files.target.parent.parent / above.name, folder.name) == files.target and os.path.exists(above):
            return above
    return None

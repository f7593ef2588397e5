"""Which files are read and where their results go."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textrm.errors import UserError
from textrm.page.books.opening import BOOKS, suffix_of_result
from textrm.page.books.pages import UNREAD
from textrm.page.files.named_beside import EXTRAS, LOOKS, REVIEWED, file_beside
from textrm.page.files.remembered import Remembered
from textrm.pictures.page import Page
from textrm.pictures.read import SUFFIXES, read

FOREIGN = UNREAD | {".psd", ".clip", ".kra", ".xcf", ".pdf", ".cbz", ".cbr"}
"""Suffixes of pages in formats that are not read: to be told of, where other files are passed over in silence."""


@dataclass(frozen=True, slots=True)
class PageFiles:
    """One page: ``source`` becomes ``target``; ``extras`` are the files wished beside it, by name in EXTRAS.

    ``masks`` are files of masks that a person made, by name in :class:`~textrm.page.cleaning.ByHand`.
    """

    source: Path
    target: Path
    extras: dict[str, Path]
    masks: dict[str, Path] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is called in its JSON."""
        return self.source.name

    @property
    def named(self) -> Path:
        """The path that names the files beside its result."""
        return self.target

    @property
    def keeps_format(self) -> bool:
        """Whether the result is of the format of the source, whatever is wished."""
        return False

    @property
    def keeps_untouched(self) -> bool:
        """Whether the result of a page without lettering is its own file, which is told by an empty one."""
        return False

    def name_below(self, out: Path) -> str:
        """Its path below the folder for the results, without the suffix."""
        return self.named.relative_to(out).with_suffix("").as_posix()

    def read(self, max_pixels: int) -> Page:
        """The picture; errors are those of :func:`textrm.pictures.read.read`."""
        return read(self.source, max_pixels)

    def replaces_itself(self) -> bool:
        """Whether its result takes the place of the page."""
        return is_at(located(self.target), self.source)

    def is_done(self) -> bool:
        """Whether all its files are there and none is older than the source."""
        return none_older([self.target, *self.extras.values()], self.source)

    def files(self) -> list[Path]:
        """All that it writes; folders that are links are followed, files that are links get replaced."""
        return [located(path) for path in (self.target, *self.extras.values())]


@dataclass(slots=True)
class Plan:
    """The pages and books to work on, and the inputs that cannot be, each with its reason."""

    pages: list[PageFiles] = field(default_factory=list)
    books: list[PageFiles] = field(default_factory=list)
    failures: list[tuple[Path, str]] = field(default_factory=list)


def none_older(paths: Sequence[Path], source: Path) -> bool:
    """Whether all of these files are there, and none is older than the source."""
    try:
        changed = source.stat().st_mtime_ns
        return all(path.stat().st_mtime_ns >= changed for path in paths)
    except OSError:
        return False


def located(path: Path) -> Path:
    """Where a file is made or replaced. Unlike ``resolve`` it raises nothing, whatever the path."""
    return Path(os.path.realpath(path.parent), path.name)


def is_at(target: Path, source: Path) -> bool:
    """Whether what is made at ``target``, a path that is located, takes the place of ``source``."""
    return target in (located(source), Path(os.path.realpath(source)))


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
    """Find the pages as :func:`find_pages` does, and where their results go; folders keep their tree in ``out``.

    Of several folders each keeps its own name there too, as :func:`places` says.

    Args:
        inputs: picture files and folders.
        out: the folder for the results.
        extras: which files are wished beside each result, of EXTRAS.
        suffix: what the name of a result has instead of its page's suffix; empty for the same.
        overwrite: whether a page may be replaced by its result.
        passed_over: folders that hold no pages, where they lie inside an input.
        remembered: tells what earlier runs have written among the pages, which is no page then.
        books: whether books are looked for too; they have nothing beside them.

    Raises:
        UserError: when ``out`` is no folder.
    """
    if os.path.lexists(out) and not os.path.isdir(out):
        raise UserError(f"{out} is no folder; -o expects one")
    if out.suffix.lower() in SUFFIXES | BOOKS and not os.path.exists(out):
        raise UserError(f"{out} looks like a picture or a book; -o expects a folder")
    plan = Plan()
    pages: dict[tuple[Path, Path], PageFiles] = {}  # by page and result: a page that is given twice counts once
    for source, relative in find_pages(inputs, [out, *passed_over], plan.failures, places(inputs), books):
        ending, beside = (suffix_of_result(source), ()) if books and is_book(source) else (suffix, extras)
        target = out / (relative.with_name(relative.stem + ending) if ending else relative)
        one = PageFiles(source, target, {name: file_beside(target, name) for name in beside})
        pages.setdefault((Path(os.path.realpath(source)), located(target)), one)
    if remembered is not None:
        results = {path for one in pages.values() if not one.replaces_itself() for path in one.files()}
        pages = {key: one for key, one in pages.items() if not _is_result(one.source, results, remembered)}
    sources = {page for page, _ in pages} | {located(one.source) for one in pages.values()}
    writers: dict[Path, list[Path]] = {}  # of each file, the pages whose result it would be
    for one in pages.values():
        for path in one.files():
            writers.setdefault(path, []).append(one.source)
    for one in pages.values():
        obstacle = _obstacle(one, writers, sources, overwrite)
        if obstacle is None:
            (plan.books if books and is_book(one.source) else plan.pages).append(one)
        else:
            plan.failures.append((one.source, obstacle))
    return plan


def is_book(path: Path) -> bool:
    """Whether it is a book, by its name."""
    return path.suffix.lower() in BOOKS


def _is_result(source: Path, results: set[Path], remembered: Remembered) -> bool:
    """Whether an earlier run has written it, beside a page or as one of ``results``, and it is unchanged."""
    return remembered.is_beside(source) or (located(source) in results and remembered.found(source) is not None)


def _obstacle(one: PageFiles, writers: dict[Path, list[Path]], sources: set[Path], overwrite: bool) -> str | None:
    """Why the files of ``one`` must not be written, if so."""
    for path in one.files():
        other = next((source for source in writers[path] if source != one.source), None)
        if other is not None:
            return (f"it and {other} would both be written to {path}; rename one of them, or take them into different "
                    "-o folders")  # fmt: skip
        replaces_itself = is_at(path, one.source)
        if replaces_itself and not overwrite:
            what = "book" if is_book(one.source) else "page"
            return f"its result would replace the {what} itself; choose another folder with -o, or give --overwrite"
        if path in sources and not replaces_itself:
            return f"its result would replace the page {path}; choose another folder with -o"
    return None


def places(inputs: Sequence[Path]) -> dict[Path, Path]:
    """Below what each input's pages go: of one folder below nothing, of several below the end of each one's path.

    That is its name, or where these are not all different, as much more of the path as makes them so: ``vol1/pages``
    and ``vol2/pages``. It does not depend on what the folders hold.
    """
    folders = {path: Path(os.path.abspath(path)) for path in inputs if os.path.isdir(path)}
    different = set(folders.values())
    if len(different) < 2:
        return {}
    longest = max(len(folder.parts) for folder in different) - 1
    for length in range(1, longest + 1):
        ends = {folder: Path(*folder.parts[1:][-length:]) for folder in different}
        if len(set(ends.values())) == len(different):
            break
    return {path: ends[folder] for path, folder in folders.items()}


def find_pages(
    inputs: Sequence[Path],
    passed_over: Sequence[Path],
    failures: list[tuple[Path, str]],
    below: Mapping[Path, Path] | None = None,
    books: bool = False,
) -> Iterator[tuple[Path, Path]]:
    """Each page in files and folders, with its path below the input; folders are searched to the bottom.

    Hidden files and folders, reviews, pages with looks drawn in, pictures of sheets, and the folders ``passed_over``
    are left out; ``below`` has what comes before the paths of an input's pages; with ``books`` they count as pages.
    What cannot be a page is added to ``failures`` with its reason. A page that is given twice comes twice.
    """
    suffixes = SUFFIXES | BOOKS if books else SUFFIXES
    for path in inputs:
        if os.path.isdir(path):
            found = False
            for page in _walk(path, {os.path.realpath(folder) for folder in passed_over}, failures, suffixes):
                found = True
                yield page, (below or {}).get(path, Path()) / page.relative_to(path)
            if not found and not any(failed.is_relative_to(path) for failed, _ in failures):
                failures.append((path, f"the folder holds no picture ({', '.join(sorted(suffixes))})"))
        elif os.path.exists(path):
            yield path, Path(path.name)
        else:
            failures.append((path, "there is no such file or folder"))


def _walk(
    folder: Path, passed_over: set[str], failures: list[tuple[Path, str]], suffixes: frozenset[str]
) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        failures.append((Path(error.filename), f"cannot be read: {error.strerror}"))

    for where, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(where)
        folders[:] = sorted(
            name for name in folders
            if not name.startswith(".") and not name.endswith(REVIEWED)
            and os.path.realpath(here / name) not in passed_over
        )  # fmt: skip
        for name in sorted(files):
            passed = name.startswith(".") or name.endswith((LOOKS, EXTRAS["sheet"]))
            suffix = "" if passed else Path(name).suffix.lower()
            if suffix in suffixes:
                yield here / name
            elif suffix in FOREIGN:
                reason = f"{suffix} is not read; save it in one of {', '.join(sorted(SUFFIXES))}"
                failures.append((here / name, reason))

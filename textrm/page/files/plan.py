"""Which files are read and where their results go."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textrm.errors import UserError
from textrm.page.files.remembered import Remembered
from textrm.pictures.read import SUFFIXES

FOREIGN = frozenset(
    (".avif", ".heic", ".heif", ".jp2", ".jxl", ".psd", ".clip", ".kra", ".xcf", ".pdf", ".cbz", ".cbr")
)
"""Suffixes of pages in formats that are not read: to be told of, where other files are passed over in silence."""

LOOKS = ".looks.png"
"""What the name of a page with its looks drawn in ends with. Folders may hold them beside the pages."""

_LONGEST = 255  # bytes of a name, on most file systems

EXTRAS = {"mask": ".mask.png", "prob": ".prob.png", "overlay": ".overlay.png", "json": ".json"}


@dataclass(frozen=True, slots=True)
class PageFiles:
    """One page: ``source`` becomes ``target``; ``extras`` are the files wished beside it, by name in EXTRAS.

    ``masks`` are files of masks that a person made, by name in :class:`~textrm.page.cleaning.ByHand`.
    """

    source: Path
    target: Path
    extras: dict[str, Path]
    masks: dict[str, Path] = field(default_factory=dict)

    def name_below(self, out: Path) -> str:
        """Its path below the folder for the results, without the suffix."""
        return self.target.relative_to(out).with_suffix("").as_posix()

    def replaces_itself(self) -> bool:
        """Whether its result takes the place of the page."""
        return located(self.target) in (located(self.source), Path(os.path.realpath(self.source)))

    def is_done(self) -> bool:
        """Whether all its files are there and none is older than the source."""
        try:
            changed = self.source.stat().st_mtime_ns
            return all(path.stat().st_mtime_ns >= changed for path in (self.target, *self.extras.values()))
        except OSError:
            return False

    def files(self) -> list[Path]:
        """All that it writes; folders that are links are followed, files that are links get replaced."""
        return [located(path) for path in (self.target, *self.extras.values())]


@dataclass(slots=True)
class Plan:
    """The pages to work on, and the inputs that cannot be, each with its reason."""

    pages: list[PageFiles] = field(default_factory=list)
    failures: list[tuple[Path, str]] = field(default_factory=list)


def located(path: Path) -> Path:
    """Where a file is made or replaced. Unlike ``resolve`` it raises nothing, whatever the path."""
    return Path(os.path.realpath(path.parent), path.name)


def make_plan(
    inputs: Sequence[Path],
    out: Path,
    extras: Sequence[str] = (),
    suffix: str = "",
    overwrite: bool = False,
    passed_over: Sequence[Path] = (),
    remembered: Remembered | None = None,
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

    Raises:
        UserError: when ``out`` is no folder.
    """
    if os.path.lexists(out) and not os.path.isdir(out):
        raise UserError(f"{out} is no folder; -o expects one")
    if out.suffix.lower() in SUFFIXES and not os.path.exists(out):
        raise UserError(f"{out} looks like a picture; -o expects a folder")
    plan = Plan()
    pages: dict[tuple[Path, Path], PageFiles] = {}  # by page and result: a page that is given twice counts once
    for source, relative in find_pages(inputs, [out, *passed_over], plan.failures, places(inputs)):
        target = out / (relative.with_name(relative.stem + suffix) if suffix else relative)
        one = PageFiles(source, target, {name: file_beside(target, name) for name in extras})
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
            plan.pages.append(one)
        else:
            plan.failures.append((one.source, obstacle))
    return plan


def file_beside(target: Path, name: str) -> Path:
    """The file of a result that has its ``name`` in EXTRAS: NAME.mask.png, or mask/NAME.png where that is too long.

    A name that is too long even there is cut, and ends in a mark that is made from the whole of it.
    """
    path = target.with_name(target.stem + EXTRAS[name])
    if len(os.fsencode(path.name)) <= _LONGEST:
        return path
    suffix, stem, mark = path.suffix, target.stem, ""
    while len(os.fsencode(stem + mark + suffix)) > _LONGEST:
        mark = f"~{hashlib.sha256(os.fsencode(target.stem)).hexdigest()[:8]}"
        stem = stem[:-1]  # a letter at a time: half of one is none
    return target.with_name(name) / (stem + mark + suffix)


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
        replaces_itself = path in (located(one.source), Path(os.path.realpath(one.source)))
        if replaces_itself and not overwrite:
            return "its result would replace the page itself; choose another folder with -o, or give --overwrite"
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
) -> Iterator[tuple[Path, Path]]:
    """Each page in files and folders, with its path below the input; folders are searched to the bottom.

    Hidden files and folders, pages with looks drawn in, and the folders ``passed_over`` where they lie inside an input,
    are left out; ``below`` has what comes before the paths of an input's pages. What cannot be a page is added to
    ``failures`` with its reason. A page that is given twice comes twice.
    """
    for path in inputs:
        if os.path.isdir(path):
            found = False
            for page in _walk(path, {os.path.realpath(folder) for folder in passed_over}, failures):
                found = True
                yield page, (below or {}).get(path, Path()) / page.relative_to(path)
            if not found and not any(failed.is_relative_to(path) for failed, _ in failures):
                failures.append((path, f"the folder holds no picture ({', '.join(sorted(SUFFIXES))})"))
        elif os.path.exists(path):
            yield path, Path(path.name)
        else:
            failures.append((path, "there is no such file or folder"))


def _walk(folder: Path, passed_over: set[str], failures: list[tuple[Path, str]]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        failures.append((Path(error.filename), f"cannot be read: {error.strerror}"))

    for where, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(where)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and os.path.realpath(here / name) not in passed_over
        )  # fmt: skip
        for name in sorted(files):
            suffix = "" if name.startswith(".") or name.endswith(LOOKS) else Path(name).suffix.lower()
            if suffix in SUFFIXES:
                yield here / name
            elif suffix in FOREIGN:
                reason = f"{suffix} is not read; save it in one of {', '.join(sorted(SUFFIXES))}"
                failures.append((here / name, reason))

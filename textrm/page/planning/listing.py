"""Finds pages and books in files and folders, a folder at a time: the first are there before the last is looked at."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textrm.page.books.opening import BOOKS
from textrm.page.books.pages import UNREAD
from textrm.page.planning.named_beside import EXTRAS, LOOKS, REVIEWED
from textrm.pictures.read import SUFFIXES

FOREIGN = UNREAD | {".psd", ".clip", ".kra", ".xcf", ".pdf", ".cbz", ".cbr"}
"""Suffixes of pages in formats that are not read: to be told of, where other files are passed over in silence."""

_PASSED = (LOOKS, EXTRAS["sheet"])  # ends of names


@dataclass(frozen=True, slots=True)
class Listed:
    """Pages that lie side by side: ``names`` in ``folder``, which really lies at ``real``.

    ``below`` is where their results go, below the folder for all results; ``links`` are those of the names that are
    links.
    """

    folder: Path
    real: str
    below: Path
    names: list[str]
    links: frozenset[str]


def is_book(path: Path | str) -> bool:
    """Whether it is a book, by its name."""
    name = os.fspath(path)
    return name[name.rfind(".") :].lower() in BOOKS


def find_pages(
    inputs: Sequence[Path], passed_over: Sequence[Path], failures: list[tuple[Path, str]]
) -> Iterator[tuple[Path, Path]]:
    """Each page that :func:`list_pages` finds, with its path below the input."""
    for listed in list_pages(inputs, passed_over, failures):
        for name in listed.names:
            yield listed.folder / name, listed.below / name


def list_pages(
    inputs: Sequence[Path],
    passed_over: Sequence[Path],
    failures: list[tuple[Path, str]],
    below: Mapping[Path, Path] | None = None,
    books: bool = False,
) -> Iterator[Listed]:
    """The pages of files and folders; folders are searched to the bottom.

    Hidden files and folders, reviews, pages with looks drawn in, pictures of sheets, and the folders ``passed_over``
    where they lie inside an input, are left out; ``below`` has what comes before the paths of an input's pages; with
    ``books`` they count as pages. What cannot be a page is added to ``failures`` with its reason. A page that is given
    twice comes twice.
    """
    suffixes = SUFFIXES | BOOKS if books else SUFFIXES
    passed = {os.path.realpath(folder) for folder in passed_over}
    for path in inputs:
        if os.path.isdir(path):
            found = False
            for listed in _walk(path, (below or {}).get(path, Path()), passed, failures, suffixes):
                found = True
                yield listed
            if not found and not any(failed.is_relative_to(path) for failed, _ in failures):
                failures.append((path, f"the folder holds no picture ({', '.join(sorted(suffixes))})"))
        elif os.path.exists(path):
            links = frozenset([path.name] if os.path.islink(path) else [])
            yield Listed(path.parent, os.path.realpath(path.parent), Path(), [path.name], links)
        else:
            failures.append((path, "there is no such file or folder"))


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


def _walk(
    top: Path, place: Path, passed_over: Collection[str], failures: list[tuple[Path, str]], suffixes: frozenset[str]
) -> Iterator[Listed]:
    """Each folder that holds pages, before the folders in it; folders that are links are not entered."""
    waiting = [(top, os.path.realpath(top), place)]
    while waiting:
        folder, real, below = waiting.pop()
        names: list[str] = []
        links: list[str] = []
        folders: list[str] = []
        foreign: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    if _is_folder(entry):
                        passed = name.endswith(REVIEWED) or os.path.join(real, name) in passed_over
                        if not (passed or entry.is_symlink()):
                            folders.append(name)
                        continue
                    suffix = name[name.rfind(".") :].lower()
                    if suffix in suffixes and not name.endswith(_PASSED):
                        names.append(name)
                        if entry.is_symlink():
                            links.append(name)
                    elif suffix in FOREIGN and suffix not in suffixes:
                        foreign.append(name)
        except OSError as error:
            failures.append((folder, f"cannot be read: {error.strerror}"))
        for name in sorted(foreign):
            suffix = os.path.splitext(name)[1].lower()
            reason = f"{suffix} is not read; save it in one of {', '.join(sorted(SUFFIXES))}"
            failures.append((folder / name, reason))
        if names:
            yield Listed(folder, real, below, sorted(names), frozenset(links))
        folders.sort(reverse=True)
        waiting += [(folder / name, os.path.join(real, name), below / name) for name in folders]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads nowhere
        return False

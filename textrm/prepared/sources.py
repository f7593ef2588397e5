"""Finds the pictures to prepare, in folders or in a manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from textrm.data.manifest import Row, read_manifest
from textrm.data.tables.arrow_table import SUFFIXES
from textrm.errors import UserError
from textrm.page.planning.listing import find_pages


@dataclass(frozen=True, slots=True)
class Source:
    """A picture to prepare: its row, and its files by role: image and, where the row has them, clean and mask.

    The results are named by the row's id.
    """

    row: Row
    files: Mapping[str, Path]


def find_sources(
    inputs: Sequence[Path], out: Path, failures: list[tuple[Path, str]]
) -> tuple[list[Source], list[Source]]:
    """The pictures of folders and files, or the rows of one manifest.

    A picture of a folder gets its path without suffix as id, the folder it lies in as group and the split ``test``.
    What cannot be prepared is added to ``failures`` with its reason: so is each of those that share an id.

    Returns:
        Those that can be prepared, and those that are refused for their ids.

    Raises:
        UserError: for a manifest beside other inputs, one that cannot be read, an input that lies in ``out``, or a
            folder that ``out`` lies in.
    """
    target = Path(os.path.realpath(out))
    for path in inputs:
        real_path = Path(os.path.realpath(path))
        if real_path.is_relative_to(target):
            raise UserError(f"{path} lies in {out}, where the results go; choose another folder for them")
        if real_path.is_dir() and target.is_relative_to(real_path):
            raise UserError(f"{out} lies in {path}, so that later runs would take the results for inputs; choose a "
                            "folder outside it")  # fmt: skip
    if any(map(_is_manifest, inputs)) and len(inputs) > 1:
        raise UserError("a manifest is given beside other inputs; prepare it alone, into a folder of its own")
    found = _rows(inputs[0]) if _is_manifest(inputs[0]) else _pictures(inputs, failures)
    sources: dict[tuple[str, str], Source] = {}  # by id and file: a picture that is given twice counts once
    owners: dict[str, list[Path]] = {}
    for source in found:
        key = source.row.id, os.path.realpath(source.files["image"])
        if key not in sources:
            sources[key] = source
            owners.setdefault(source.row.id, []).append(source.files["image"])
    usable, refused = [], []
    for source in sources.values():
        image = source.files["image"]
        problem = _problem(source.row.id, [owner for owner in owners[source.row.id] if owner != image])
        if problem:
            failures.append((image, problem))
            refused.append(source)
        else:
            usable.append(source)
    return usable, refused


def _is_manifest(path: Path) -> bool:
    return path.suffix.lower() in (".csv", *SUFFIXES) and not path.is_dir()


def _rows(path: Path) -> Iterator[Source]:
    manifest = read_manifest(path)
    for row in manifest.rows:
        yield Source(row, manifest.paths(row))


def _pictures(inputs: Sequence[Path], failures: list[tuple[Path, str]]) -> Iterator[Source]:
    for picture, below in find_pages(inputs, [], failures):
        group = below.parent.as_posix() if below.parent != Path() else Path(os.path.abspath(picture)).parent.name
        # Cells of a manifest lose the spaces around them.
        name = below.with_suffix("").as_posix().strip()
        yield Source(Row(name, "test", group.strip(), picture.as_posix()), {"image": picture})


def _problem(name: str, others: Sequence[Path]) -> str:
    if others:
        return (f"it and {others[0]} would both be prepared as {name}.png; rename one of them, or prepare it into "
                "another folder")  # fmt: skip
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or any(part.startswith(".") for part in parts):
        return f"its id {name!r} cannot name a file; expected a path without leading dots"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "its name is not text in UTF-8, which a manifest is; rename it"
    return ""

"""Writes the pictures of a manifest into tars, byte for byte as they are, and the manifest that finds them there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from textrm.data.manifest import SPLITS, BadRow, Manifest, Row, extra_columns, numbers_of, read_manifest, write_rows
from textrm.data.shards.read import LIST, ROLES, SHARD, Listed, list_bytes
from textrm.data.shards.tar import Tar, placed
from textrm.errors import UserError
from textrm.files import open_file, replacing, write_whole
from textrm.importers.workers import in_order, progress_bar

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


class Task(NamedTuple):
    """A tar to write: its name, the number of its first sample in the set, and the rows of the manifest it holds."""

    shard: str
    first: int
    rows: list[int]


@dataclass(slots=True)
class Packed:
    """What became of a task: its rows as the new manifest has them, rows that were left out, the tar's line."""

    rows: list[Row]
    bad: list[BadRow]
    line: Listed


def pack(path: Path, out: Path, samples: int, seed: int | None, workers: int) -> tuple[list[Listed], list[BadRow]]:
    """Write the pictures of the manifest ``path`` into tars of the folder ``out``, and their manifest last.

    Rows of which a file cannot be read are left out.

    Args:
        path: of the manifest.
        out: the folder; it is made where it does not exist.
        samples: in a tar.
        seed: that the order of the rows follows from, within a split; None leaves them in theirs.
        workers: processes.

    Returns:
        The tars, and the rows that were left out.

    Raises:
        UserError: for a bad manifest, and where ``out`` holds a set already.
    """
    manifest = read_manifest(path)
    if (out / "manifest.csv").exists():
        raise UserError(f"{out}: has a manifest.csv already; give another folder")
    tasks = plan(manifest, samples, seed)
    lines: list[Listed] = []
    bad: list[BadRow] = []
    out.mkdir(parents=True, exist_ok=True)
    labels = path.with_name("labels.txt")
    if labels.is_file():
        shutil.copyfile(labels, out / "labels.txt")

    def rows() -> Iterator[Row]:
        with progress_bar("writing tars", len(tasks)) as show:
            for _, packed in in_order(partial(_pack, path.resolve(), out), tasks, min(workers, len(tasks) or 1)):
                bad.extend(packed.bad)
                lines.append(packed.line)
                yield from packed.rows
                show(len(lines))
        write_whole(out / LIST, list_bytes(lines))

    extras = [name for name in extra_columns(manifest.rows) if name != SHARD]
    write_rows(out / "manifest.csv", rows(), [*extras, SHARD])
    return lines, bad


def plan(manifest: Manifest, samples: int, seed: int | None) -> list[Task]:
    """The tars of a set: each holds rows of one split."""
    tasks, first = [], 0
    for split in SPLITS:
        numbers = numbers_of(manifest, split)
        if seed is not None:
            numbers = np.random.default_rng(seed).permutation(numbers)
        for count, begin in enumerate(range(0, len(numbers), samples)):
            rows = numbers[begin : begin + samples].tolist()
            tasks.append(Task(f"{split}-{count:05d}.tar", first, rows))
            first += len(rows)
    return tasks


def pack_row(tar: Tar, manifest: Manifest, row: Row, key: str, shard: str) -> Row:
    """Append the files of ``row`` under the name ``key``; returns its row in the new manifest. Raises BadRow."""
    contents: dict[str, bytes] = {}
    for role in ROLES:
        name = manifest.cell(row, role)
        if name and name not in contents:  # one file may be both image and clean picture
            contents[name] = _read(manifest, row, role)
    places: dict[str, str] = {}
    cells = dict.fromkeys(ROLES, "")
    for role in ROLES:
        name = manifest.cell(row, role)
        if name and name not in places:
            suffix = manifest.path(row, role).suffix.lower()
            named = f"{key}.{role}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
            places[name] = str(tar.add(named, contents[name]))
        cells[role] = places.get(name, "")
    return placed(row, cells, shard)


def _pack(path: Path, out: Path, task: Task) -> Packed:
    manifest = _manifest(path)
    rows, bad = [], []
    with replacing(out / task.shard) as file:
        tar = Tar(file)
        for number, row in enumerate(map(manifest.rows.__getitem__, task.rows), task.first):
            try:
                rows.append(pack_row(tar, manifest, row, f"{number:09d}", task.shard))
            except BadRow as error:
                bad.append(error)
        line = tar.end(task.shard, len(rows))
    return Packed(rows, bad, line)


@lru_cache(1)
def _manifest(path: Path) -> Manifest:
    return read_manifest(path)  # once in each process


def _read(manifest: Manifest, row: Row, role: str) -> bytes:
    if (held := manifest.content(row, role)) is not None:
        return held.read()
    path = manifest.path(row, role)
    try:
        with open_file(path) as file:
            return file.read()
    except (OSError, UserError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BadRow(row.id, f"{path}: {reason}") from error

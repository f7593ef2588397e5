"""Manifests: the one description of a data set, a table with one row per picture, and the reader of one row.

It is longer than other files, since what reads and what writes a manifest has to agree, and both are here.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from textrm.data.masks import mask_of_levels
from textrm.data.sample import Sample
from textrm.data.shards.read import SHARD, Shards, place_of
from textrm.data.tables.arrow_table import SUFFIXES, ArrowTable, write_arrow
from textrm.data.tables.csv_table import Irregular, Table
from textrm.data.tables.row import COLUMNS, SPLITS, Row, to_row
from textrm.errors import UserError
from textrm.files import replacing
from textrm.pictures.plain import read_grey, read_srgb

LARGE = 4 << 20  # bytes; of larger files rows are parsed when they are asked for


class BadRow(Exception):
    """A row whose files cannot be used; it carries the row's ``id`` and a one-line ``reason``."""

    def __init__(self, id: str, reason: str) -> None:
        super().__init__(id, reason)  # both in args, so that the exception survives the way out of a worker process
        self.id, self.reason = id, reason

    def __str__(self) -> str:
        return f"{self.id}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Rows, and the folder that their paths start from; where the pictures lie in tars, ``shards`` reads them."""

    rows: Sequence[Row]
    folder: Path
    shards: Shards | None = None

    def paths(self, row: Row) -> dict[str, Path]:
        """The files of ``row`` by role: ``image`` and, where the row has them, ``mask`` and ``clean``.

        Raises:
            UserError: where the pictures lie in tars.
        """
        if self.shards is not None:
            raise UserError(f"{self.folder}: its pictures lie in tars; expected files; unpack them with tar")
        return {role: self.folder / name for role in ("image", "mask", "clean") if (name := getattr(row, role))}

    def cell(self, row: Row, role: str) -> str:
        """What names the file of a role, ``words`` among them; "" where the row has none."""
        return row.extra.get(role, "").strip() if role == "words" else getattr(row, role)

    def path(self, row: Row, role: str) -> Path:
        """The file of a role, which the row has, as messages name it: in a tar it is no file of its own."""
        cell = self.cell(row, role)
        if self.shards is None:
            return self.folder / cell
        place = place_of(cell)
        return self.folder / row.extra[SHARD] / (cell if place is None else place.name)

    def content(self, row: Row, role: str) -> BinaryIO | None:
        """What the file of a role holds where it lies in a tar, else None.

        Raises:
            UserError: when the tar is not as the manifest says: no fault of the row.
        """
        return None if self.shards is None else self.shards.open(row.extra[SHARD], self.cell(row, role))


def read_manifest(path: Path | str) -> Manifest:
    """Read a manifest; the pictures are not opened.

    It is a CSV, or by its suffix a Parquet (.parquet, .pq) or an Arrow file (.arrow, .feather).

    Raises:
        UserError: the file is missing or no such table, a column is missing, an id is empty or occurs twice, a split is
            none of train, val and test, a row has no image, or a size is no positive whole number; where the pictures
            lie in tars, as of :class:`~textrm.data.shards.read.Shards`.
    """
    rows, folder = read_rows(path), Path(path).resolve().parent
    named = rows.columns if isinstance(rows, Table | ArrowTable) else rows[0].extra if rows else ()
    return Manifest(rows, folder, Shards(folder) if SHARD in named else None)


def read_rows(path: Path | str) -> Sequence[Row]:
    """The rows of a manifest alone, as :func:`read_manifest` reads them."""
    path = Path(path)
    if path.is_dir():
        raise UserError(f"{path} is a folder: give the manifest itself, {path / 'manifest.csv'}")
    if not path.is_file():
        raise UserError(f"{path}: no such manifest; make one with python -m textrm.importers.pairs")
    if path.suffix.lower() in SUFFIXES:
        return ArrowTable(path.resolve())
    with suppress(Irregular):  # read below, and told what is wrong with it
        if path.stat().st_size > LARGE:
            return Table(path.resolve())
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise UserError(f"{path}: lacks the columns {', '.join(missing)}; expected {', '.join(COLUMNS)}")
            rows = tuple(to_row(f"{path}, line {reader.line_num}", cells) for cells in reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: not a CSV in UTF-8 ({error}); give a manifest.csv") from error
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise UserError(f"{path}: the id {row.id!r} occurs twice; every row needs an id of its own")
        seen.add(row.id)
    return rows


def numbers_of(manifest: Manifest, split: str | None) -> np.ndarray:
    """The numbers of the rows of ``split``, of all rows for None: int64, rising."""
    rows = manifest.rows
    if split is None:
        return np.arange(len(rows))
    if isinstance(rows, Table | ArrowTable):
        return np.flatnonzero(rows.splits == (SPLITS.index(split) if split in SPLITS else -1))
    return np.array([number for number, row in enumerate(rows) if row.split == split], np.int64)


def cells_of(manifest: Manifest, *names: str) -> Iterator[Sequence[str]]:
    """These cells of every row, in order; of the columns that hold text."""
    rows = manifest.rows
    if isinstance(rows, Table | ArrowTable):
        return rows.cells(*names)
    return ([getattr(row, name) if name in COLUMNS else row.extra.get(name, "") for name in names] for row in rows)


def extra_columns(rows: Sequence[Row]) -> list[str]:
    """The columns beside the fixed ones, in order of arrival."""
    if isinstance(rows, Table | ArrowTable):
        return [name for name in rows.columns if name not in COLUMNS]
    return list(dict.fromkeys(name for row in rows for name in row.extra))


def write_manifest(path: Path | str, rows: Iterable[Row]) -> None:
    """Write ``rows`` whole or not at all: the fixed columns, then the extra ones in order of arrival.

    The suffix of ``path`` chooses the kind of table, as in :func:`read_manifest`.

    Raises:
        UserError: for rows that :func:`read_manifest` would refuse: the contract of importers.
    """
    rows = tuple(rows)
    check_rows(path, rows)
    write_rows(Path(path), rows, extra_columns(rows))


def write_rows(path: Path, rows: Iterable[Row], extras: Sequence[str]) -> None:
    """Write rows that are right, one after another, with the columns ``extras`` beside the fixed ones."""
    if path.suffix.lower() in SUFFIXES:
        write_arrow(path, rows, extras)
        return
    with replacing(path) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*COLUMNS, *extras])
        for row in rows:
            cells = [getattr(row, column) for column in COLUMNS]
            extra = [row.extra.get(name, "") for name in extras]
            writer.writerow(["" if cell is None else cell for cell in cells] + extra)


def check_rows(path: Path | str, rows: Sequence[Row]) -> None:
    """Refuse what is no row, an id that is empty or occurs twice, a split that is none, and a row without an image.

    Raises:
        UserError: naming the row and what is wrong with it.
    """
    seen: set[str] = set()
    for number, row in enumerate(rows):
        if not isinstance(row, Row):
            raise UserError(
                f"{path}: row {number} is a {type(row).__name__}; an importer gives textrm.data.manifest.Row"
            )
        wrong = (
            "has no id" if not row.id
            else "occurs twice; every row needs an id of its own" if row.id in seen
            else f"has split {row.split!r}; expected {', '.join(SPLITS)}" if row.split not in SPLITS
            else "has no image" if not row.image
            else ""
        )  # fmt: skip
        if wrong:
            raise UserError(f"{path}: row {number}, {row.id!r}, {wrong}")
        seen.add(row.id)


def split_by_group(rows: Sequence[Row], ratios: tuple[float, float, float], seed: int = 0) -> list[Row]:
    """Give every row the split that the hash of its group falls into; a group is never cut.

    ``ratios`` are the shares of train, val and test. A group keeps its split when others are added. Only where a wanted
    split would stay empty does it take one group from the split that has most.

    Raises:
        UserError: for a negative ratio, or where all are 0.
    """
    if min(ratios) < 0 or sum(ratios) <= 0:
        raise UserError(f"split {ratios}: expected three shares for train, val and test, none negative, not all 0")
    bounds = np.cumsum(ratios) / sum(ratios)
    position = {group: _unit_hash(f"{seed}:{group}") for group in {row.group for row in rows}}
    groups = sorted(position, key=lambda group: position[group])
    split = {group: min(int(np.searchsorted(bounds, position[group], side="right")), 2) for group in groups}
    for wanted, ratio in enumerate(ratios):
        if ratio > 0 and wanted not in split.values():
            members: list[list[str]] = [[g for g in groups if split[g] == s] for s in range(3)]
            largest = max(members, key=len)
            if len(largest) > 1:
                split[largest[-1] if wanted else largest[0]] = wanted
    return [replace(row, split=SPLITS[split[row.group]]) for row in rows]


def load_sample(manifest: Manifest, row: Row, clean: bool = True, need_mask: bool = True) -> Sample:
    """Read the pictures of ``row``.

    The pictures are 8-bit sRGB as :mod:`textrm.pictures.plain` reads them. A mask is what
    :func:`textrm.data.masks.mask_of_levels` makes of its levels. A row without one gets an empty mask and is ignored
    everywhere, since nothing is known. The extra column ``ignore_boxes`` ("x0,y0,x1,y1;…" in pixels, x1 and y1 outside)
    marks regions to ignore. ``clean=False`` saves the reading of the clean picture; ``need_mask=False`` ignores nothing
    for want of a mask, for those who learn from the clean picture.

    Raises:
        BadRow: a file is missing, unreadable, or of another size than the image or the row says.
    """
    roles = ("image", "mask", "clean") if clean else ("image", "mask")
    wanted = {role: manifest.content(row, role) for role in roles if getattr(row, role)}
    try:
        planes = {
            role: (read_grey if role == "mask" else read_srgb)(manifest.path(row, role), content=content)
            for role, content in wanted.items()
        }
    except UserError as error:
        raise BadRow(row.id, str(error)) from error
    image, mask = planes["image"], planes.get("mask")
    height, width = image.shape[:2]
    if (row.width or width, row.height or height) != (width, height):
        raise BadRow(row.id, f"{row.image} is {width}x{height}, the manifest says {row.width}x{row.height}")
    ignore = np.zeros((height, width), np.uint8)
    for x0, y0, x1, y1 in ignore_boxes(row):
        ignore[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = 1
    for role, plane in planes.items():
        if plane.shape[:2] != (height, width):
            raise BadRow(row.id, f"its {role} is {plane.shape[1]}x{plane.shape[0]}, its image {width}x{height}")
    if mask is None and need_mask:
        ignore[:] = 1
    lettering = np.zeros((height, width), np.uint8) if mask is None else mask_of_levels(mask)
    known = ignore if ignore.any() else None
    tags = frozenset(row.tags.split())
    return Sample(row.id, image, lettering, planes.get("clean"), known, tags=tags, masked=mask is not None)


def ignore_boxes(row: Row) -> Iterator[tuple[int, int, int, int]]:
    """The regions of ``row`` that neither loss nor metric counts: x0, y0, x1, y1 in pixels, x1 and y1 outside.

    Raises:
        BadRow: where the column ``ignore_boxes`` holds something else.
    """
    for box in filter(None, (part.strip() for part in row.extra.get("ignore_boxes", "").split(";"))):
        try:
            x0, y0, x1, y1 = (int(float(number)) for number in box.split(","))
        except (ValueError, OverflowError) as error:
            raise BadRow(row.id, f"ignore_boxes has {box!r}; expected x0,y0,x1,y1;x0,y0,x1,y1") from error
        yield x0, y0, x1, y1


def _unit_hash(text: str) -> float:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64


def evenly_spread(rows: Sequence[Row], limit: int | None) -> list[Row]:
    """``limit`` of the rows, evenly spread from the first to the last; all for None or where there are fewer."""
    if limit is None or limit >= len(rows):
        return list(rows)
    return [rows[index] for index in spread(len(rows), limit)]


def spread(count: int, limit: int | None) -> np.ndarray:
    """The numbers of ``limit`` of so many things, as :func:`evenly_spread` has them."""
    if limit is None or limit >= count:
        return np.arange(count)
    return np.linspace(0, count - 1, limit).round().astype(int)

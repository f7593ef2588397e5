"""The columns of a prepared set's manifest: where each picture came from, and where it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from textrm.data.manifest import Row
from textrm.errors import UserError
from textrm.prepared.geometry import Placement

MANIFEST = "manifest.csv"
IMAGES = "image"
ORIGINALS = "originals"
COLUMNS = ("original", "original_hash", "original_width", "original_height", "format", "mode", "icc", "orientation",
           "box", "image_hash", "prepared_with")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One prepared picture.

    ``original`` is the path of the original's copy below the set's folder, ``format``, ``mode`` and ``orientation`` are
    those of :class:`textrm.pictures.page.Page`, ``icc`` is the name of the colour profile or "". ``placement`` counts
    in pixels of the upright original. The hashes are those of the files' bytes; ``prepared_with`` are the settings in
    words.
    """

    original: str
    original_hash: str
    format: str
    mode: str
    icc: str
    orientation: int
    placement: Placement
    image_hash: str
    prepared_with: str

    def columns(self) -> dict[str, str]:
        """The cells, by the names in :data:`COLUMNS`."""
        placement = self.placement
        cells = (self.original, self.original_hash, placement.width, placement.height, self.format, self.mode, self.icc,
                 self.orientation, ",".join(map(str, placement.box)), self.image_hash, self.prepared_with)  # fmt: skip
        return dict(zip(COLUMNS, map(str, cells), strict=True))

    def path_below(self) -> PurePosixPath:
        """The original's path in the tree that it came from."""
        return PurePosixPath(self.original).relative_to(ORIGINALS)


def read_record(row: Row) -> Record:
    """The record in a row of a prepared set.

    Raises:
        UserError: where a column is missing, or holds what preprocessing does not write.
    """
    missing = [name for name in COLUMNS if name not in row.extra]
    if missing:
        raise UserError(
            f"the row {row.id!r} lacks {', '.join(missing)}: the manifest was not made by textrm.preprocess"
        )
    cells = row.extra
    try:
        if row.width is None or row.height is None:
            raise ValueError("no width or height")
        record = Record(cells["original"], cells["original_hash"], cells["format"], cells["mode"], cells["icc"],
                        int(cells["orientation"]), _place(cells, (row.width, row.height)), cells["image_hash"],
                        cells["prepared_with"])  # fmt: skip
    except ValueError as error:
        raise UserError(f"the record of {row.id!r} was changed ({error}); give textrm.preprocess again") from error
    parts = PurePosixPath(record.original).parts
    if len(parts) < 2 or parts[0] != ORIGINALS or ".." in parts:
        raise UserError(f"the record of {row.id!r} was changed: the original is {record.original!r}, "
                        f"expected a path below {ORIGINALS}/; give textrm.preprocess again")  # fmt: skip
    return record


def written_files(row: Row) -> list[str]:
    """The files of a row, as paths below the set's folder: only those at places where preprocessing writes them.

    Args:
        row: of a prepared set; its cells may have been changed.
    """
    original = row.extra["original"]
    names = {f"{role}/{row.id}.png" for role in (IMAGES, "clean", "mask")} & {row.image, row.clean, row.mask}
    names |= {f"{ORIGINALS}/{row.id}{suffix}" for suffix in ("", PurePosixPath(original).suffix)} & {original}
    return [name for name in names if not any(part.startswith(".") for part in PurePosixPath(name).parts)]


def hash_of(content: bytes) -> str:
    """32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def is_intact(path: Path, expected: str) -> bool:
    """Whether a file is there and has this hash."""
    try:
        return hash_of(path.read_bytes()) == expected
    except OSError:
        return False


def _place(cells: Mapping[str, str], canvas: tuple[int, int]) -> Placement:
    width, height = int(cells["original_width"]), int(cells["original_height"])
    x0, y0, x1, y1 = (int(number) for number in cells["box"].split(","))
    if not (0 <= x0 < x1 <= canvas[0] and 0 <= y0 < y1 <= canvas[1] and min(width, height) > 0):
        raise ValueError(f"box {cells['box']} of a canvas of {canvas[0]}x{canvas[1]}")
    return Placement(width, height, (x0, y0, x1, y1), canvas)

"""Prepares one picture: upright sRGB on its canvas, with its truth, its record and a copy of its file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from textrm.data.manifest import BadRow, Row, ignore_boxes
from textrm.data.masks import mask_of_levels
from textrm.errors import UserError
from textrm.files import write_whole
from textrm.pictures.colour import colours, to_srgb
from textrm.pictures.plain import read_grey, read_srgb
from textrm.pictures.read import MAX_PIXELS, read
from textrm.pictures.write import encode_plain
from textrm.prepared.geometry import Placement, placement
from textrm.prepared.record import IMAGES, ORIGINALS, Record, hash_of, is_intact
from textrm.prepared.sources import Source


@dataclass(frozen=True, slots=True)
class Settings:
    """How pictures are put on canvases; the arguments of :func:`~textrm.prepared.geometry.placement` and ``put``."""

    size: int = 512
    padding: str = "reflect"
    multiple: int = 32
    enlarge: bool = False

    def __str__(self) -> str:
        shape = f"size={self.size}" if self.size else f"size=0 multiple={self.multiple}"
        return f"{shape} pad={self.padding}" + " enlarge" * self.enlarge


def prepare(source: Source, out: Path, settings: Settings, max_pixels: int = MAX_PIXELS) -> tuple[Row, list[str]]:
    """Write the files of one picture into ``out``.

    Returns:
        Its row in the new manifest, and what the user should know about it.

    Raises:
        UserError: when a file cannot be read or used.
        OSError: when a result cannot be written.
    """
    original = source.files["image"]
    page = read(original, max_pixels)
    height, width = page.image.shape[:2]
    if (source.row.width or width, source.row.height or height) != (width, height):
        raise UserError(f"it is {width}x{height}, the manifest says {source.row.width}x{source.row.height}")
    where = placement(width, height, settings.size, settings.multiple, settings.enlarge)
    content, known = original.read_bytes(), colours(page)
    png = bytes(encode_plain(where.put(to_srgb(page), settings.padding)))
    record = Record(f"{ORIGINALS}/{source.row.id}{original.suffix}", hash_of(content), page.format, page.mode,
                    known.name, page.orientation, where, hash_of(png), str(settings))  # fmt: skip
    row, truth = prepared_row(source, record), _truth(source, where, settings, max_pixels)
    write_whole(out / record.original, content)
    for role, picture in truth.items():
        write_whole(out / getattr(row, role), encode_plain(picture))
    write_whole(out / row.image, png)
    return row, [note for note in (*page.notes, known.problem) if note]


def is_prepared(source: Source, row: Row, record: Record, out: Path, settings: Settings) -> bool:
    """Whether the files of ``row`` are whole and what :func:`prepare` would make of ``source`` now."""
    if record.prepared_with != str(settings) or not is_intact(source.files["image"], record.original_hash):
        return False
    if not (is_intact(out / row.image, record.image_hash) and is_intact(out / record.original, record.original_hash)):
        return False
    try:
        return all(
            role == "image" or (out / f"{role}/{row.id}.png").stat().st_mtime_ns >= path.stat().st_mtime_ns
            for role, path in source.files.items()
        )
    except OSError:
        return False


def prepared_row(source: Source, record: Record) -> Row:
    """The row of a prepared picture; what surrounds it on its canvas is to be ignored.

    Raises:
        UserError: when the boxes that are to be ignored cannot be read.
    """
    where = record.placement
    try:
        boxes = [*where.bars(), *(where.moved(box) for box in ignore_boxes(source.row))]
    except BadRow as error:
        raise UserError(error.reason) from error
    # The polygons of drawn words count in pixels of the picture as it was.
    kept = {name: cell for name, cell in source.row.extra.items() if name != "words"}
    extra = kept | {"ignore_boxes": ";".join(",".join(map(str, box)) for box in boxes)} | record.columns()
    files = {role: f"{role}/{source.row.id}.png" for role in source.files}
    return replace(source.row, **files, width=where.canvas[0], height=where.canvas[1], extra=extra)


def _truth(source: Source, where: Placement, settings: Settings, max_pixels: int) -> dict[str, np.ndarray]:
    """The canvases of the clean picture and of the mask (0/255), where the source has them."""
    truth = {}
    for role, path in source.files.items():
        if role == IMAGES:
            continue
        try:
            picture = (read_grey if role == "mask" else read_srgb)(path, max_pixels)
        except UserError as error:
            raise UserError(f"its {role}, {path}: {str(error).removeprefix(f'{path}: ')}") from error
        if picture.shape[:2] != (where.height, where.width):
            raise UserError(
                f"its {role} is {picture.shape[1]}x{picture.shape[0]}, the picture {where.width}x{where.height}"
            )
        if role == "mask":
            truth[role] = where.put_mask(mask_of_levels(picture)) * np.uint8(255)
        else:
            truth[role] = where.put(picture, settings.padding)
    return truth

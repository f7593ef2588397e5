"""Text-free pictures to letter, from a folder or a manifest, and how many memes each becomes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from textrm.data.manifest import Row, read_manifest
from textrm.errors import UserError
from textrm.pictures.plain import read_srgb
from textrm.pictures.read import SUFFIXES
from textrm.synth.art import find_art

SMALLEST = 64  # px; pictures with a shorter side are no background for a caption


@dataclass(frozen=True, slots=True)
class Task:
    """A picture, by its absolute path, and the numbers of the memes that are made of it."""

    picture: str
    row: Row
    numbers: tuple[int, ...]


def find_pictures(pictures: Path, out: Path) -> list[tuple[str, Row]]:
    """The text-free pictures of a manifest or below a folder, by absolute path, with what their memes' rows begin with.

    A folder's pictures are groups of their own; of a GIF the first frame is meant. Raises UserError where there is no
    picture, ``pictures`` is neither folder nor manifest, or ``out`` lies among them.
    """
    if pictures.is_file():
        art = [row for split in sorted({row.split for row in _rows(pictures)})
               for row in _art(pictures, split)]  # fmt: skip
        if not art:
            raise UserError(f"{pictures}: has no text-free picture; give rows with a clean picture or without a mask")
        return art
    if not pictures.is_dir():
        raise UserError(f"{pictures}: no such folder or manifest; expected text-free pictures")
    folder = pictures.resolve()
    if out.is_relative_to(folder):
        raise UserError(f"{out} lies in {folder}, which is read: choose an output folder outside of it")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.name[0] != ".")
    found = []
    for path in files:
        stem = path.relative_to(folder).with_suffix("").as_posix()
        found.append((str(path), Row(stem.replace("/", "__"), "train", stem, path.name)))
    if not found:
        raise UserError(f"{folder}: has no picture ({', '.join(sorted(SUFFIXES))})")
    return found


def read_background(path: Path) -> np.ndarray:
    """A picture with or for lettering, H W 3 uint8 RGB; the first frame of a GIF.

    Raises:
        UserError: it cannot be read, or is below 64 px a side.
    """
    picture = read_srgb(path)
    if min(picture.shape[:2]) < SMALLEST:
        raise UserError(f"{path}: is {picture.shape[1]}x{picture.shape[0]}, needs {SMALLEST} px a side")
    return picture


def _rows(manifest: Path) -> tuple[Row, ...]:
    try:
        return tuple(read_manifest(manifest).rows)
    except UserError as error:
        if manifest.suffix.lower() == ".csv":
            raise
        raise UserError(f"{manifest}: is no manifest; expected a folder of pictures or a manifest.csv") from error


def _art(manifest: Path, split: str) -> list[tuple[str, Row]]:
    try:
        art = find_art(manifest, split)
    except UserError:  # this split has only lettered pictures
        return []
    return [(str(art.paths(row)["image"]), row) for row in art.rows]


def share_out(pictures: list[tuple[str, Row]], n: int, seed: int) -> list[Task]:
    """Tasks for ``n`` memes in all, the same number of each picture or one more; those with more follow a hash."""
    order = sorted(pictures, key=lambda item: hashlib.blake2b(f"{seed}:{item[1].id}".encode()).digest())
    numbers = [tuple(range(first_row, n, len(order))) for first_row in range(len(order))]
    return [Task(path, row, own) for (path, row), own in zip(order, numbers, strict=True) if own]

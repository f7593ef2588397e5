"""Decodes every chosen picture: is it there, is it whole, how large is it, and what are its colours?"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from textrm.errors import UserError
from textrm.importers.danbooru.selection import Selection
from textrm.importers.workers import in_order, progress_bar
from textrm.pictures.plain import read_srgb

BATCH = 32  # pictures that a worker takes at a time
MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Checked:
    """One picture: path below the tree, size in px, sums of its 8-bit values and of their squares in R, G and B.

    ``bad`` is why it cannot be used, "missing" if it is not there; then the rest is empty.
    """

    id: int
    bad: str = ""
    path: str = ""
    width: int = 0
    height: int = 0
    sums: tuple[int, ...] = (0, 0, 0)
    squares: tuple[int, ...] = (0, 0, 0)


def picture_path(id: int, suffix: str = "jpg") -> str:
    """Where the picture lies in its tree: the folder is the id modulo 1000."""
    return f"{id % 1000:04d}/{id}.{suffix}"


def find_tree(folder: Path) -> Path:
    """The folder that holds 0000 to 0999: ``folder`` or ``folder/512px``.

    Raises:
        UserError: neither does.
    """
    for tree in (folder, folder / "512px"):
        if tree.is_dir() and any(re.fullmatch(r"0\d{3}", path.name) and path.is_dir() for path in tree.iterdir()):
            return tree.resolve()
    raise UserError(f"{folder}: no picture tree; expected folders 0000 to 0999 in it or in its folder 512px")


def check_pictures(selection: Selection, tree: Path, journal: Path, workers: int) -> Iterator[Checked]:
    """Check the selected pictures by ascending id; what ``journal`` found of the same ones is not read again."""
    suffixes = [selection.suffix(picture) for picture in range(len(selection.ids))]
    asked = list(zip(selection.ids.tolist(), suffixes, strict=True))
    done = _resume(journal, {"tree": str(tree), "selection": hashlib.sha256(repr(asked).encode()).hexdigest()})
    before = done
    batches = [asked[first : first + BATCH] for first in range(done, len(asked), BATCH)]
    with journal.open("a") as entries, progress_bar("pictures", len(asked)) as show:
        for _, batch in in_order(partial(_check_batch, tree), batches, workers):
            entries.write("".join(f"{json.dumps(asdict(checked))}\n" for checked in batch))
            entries.flush()
            done += len(batch)
            show(done)
    with journal.open() as entries:
        next(entries)
        for number, line in enumerate(entries):
            checked = Checked(**json.loads(line))
            # What was missing before may have been fetched since.
            yield _check(tree, *asked[number]) if checked.bad == MISSING and number < before else checked


def mean_and_std(checked: list[Checked]) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of R, G and B over all pixels of all pictures, in [0, 1]."""
    pixels = sum(picture.width * picture.height for picture in checked)
    sums = [sum(picture.sums[channel] for picture in checked) for channel in range(3)]
    squares = [sum(picture.squares[channel] for picture in checked) for channel in range(3)]
    means = [total / pixels / 255 for total in sums]
    # In whole numbers up to the root, so that nothing cancels.
    spreads = [pixels * square - total**2 for total, square in zip(sums, squares, strict=True)]
    return means, [spread**0.5 / (pixels * 255) for spread in spreads]


def _check_batch(tree: Path, batch: list[tuple[int, str]]) -> list[Checked]:
    return [_check(tree, id, suffix) for id, suffix in batch]


def _check(tree: Path, id: int, suffix: str) -> Checked:
    # The 512 px tree has .jpg only, the tree of originals each picture's own suffix.
    paths = [picture_path(id, name) for name in ("jpg", *([suffix] if suffix else ("png", "jpeg", "gif", "webp")))]
    path = next((path for path in paths if (tree / path).is_file()), None)
    if path is None:
        return Checked(id, MISSING)
    try:
        picture = read_srgb(tree / path)
    except UserError as error:
        return Checked(id, str(error), path)
    counts = [np.bincount(picture[..., channel].ravel(), minlength=256) for channel in range(3)]
    values = np.arange(256)
    sums, squares = (tuple(int(count @ power) for count in counts) for power in (values, values**2))
    return Checked(id, "", path, picture.shape[1], picture.shape[0], sums, squares)


def _resume(journal: Path, header: dict[str, str]) -> int:
    """Cut the journal behind its last whole line, or begin it; returns how many pictures it has."""
    first = json.dumps(header).encode() + b"\n"
    lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
    if not lines or lines[0] != first:
        journal.parent.mkdir(parents=True, exist_ok=True)
        journal.write_bytes(first)
        return 0
    whole = [line for line in lines if line.endswith(b"\n")]
    with journal.open("r+b") as file:
        file.truncate(sum(len(line) for line in whole))
    return len(whole) - 1

"""Text-free art: the pictures of a manifest that lettering can be drawn on, and which pages of a set it is drawn on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np

from textrm.data.manifest import BadRow, Manifest, Row, load_sample, read_manifest
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.synth.values import Rng

Letter = Callable[[Row, np.ndarray], Sample]
"""Letters the picture of a row, H W 3 uint8 RGB; raises UserError where no word finds room on it."""


def find_art(path: Path | str, split: str) -> Manifest:
    """The text-free pictures of a split of a manifest, as images without masks.

    That is the clean picture of a row, or the image of a row that has neither mask nor clean picture. Rows whose
    column ``lettering_in_art`` is true are left out.

    Raises:
        UserError: for a bad manifest, and where the split has no such picture.
    """
    manifest = read_manifest(path)
    pictures: dict[str, Row] = {}
    for row in manifest.rows:
        name = row.clean or ("" if row.mask else row.image)
        if name and row.split == split and row.extra.get("lettering_in_art") != "true":
            pictures.setdefault(name, replace(row, image=name, clean="", mask=""))
    if not pictures:
        raise UserError(f"art={path}: has no text-free picture in split {split!r}; give rows with a clean picture")
    return replace(manifest, rows=tuple(pictures.values()))


class Bad(Protocol):
    """Which rows could not be read so far, by their numbers."""

    def __contains__(self, number: int, /) -> bool:
        """Whether it could not be read."""
        ...

    def add(self, number: int, bad: BadRow) -> None:
        """Remember it."""
        ...

    def reasons(self) -> dict[str, str]:
        """Reason by id."""
        ...


class BadArt(dict[int, BadRow]):
    """What one process could not read."""

    def add(self, number: int, bad: BadRow) -> None:
        """Remember a row."""
        self[number] = bad

    def reasons(self) -> dict[str, str]:
        """Reason by id."""
        return {bad.id: bad.reason for bad in self.values()}


def letter_share(rng: Rng, art: Manifest, share: float, bad: Bad, letter: Letter) -> tuple[Row, Sample] | None:
    """Decide whether a page is lettered art, and make it.

    Args:
        rng: what the page follows from; the first number decides, the second chooses the row, ``letter`` has the rest.
        art: what :func:`find_art` gives, or no rows for none.
        share: of the pages that are lettered art.
        bad: rows that could not be read so far. The next that can be takes their place, so that what other pages met
            does not matter; those met now are added.
        letter: makes the page.

    Returns:
        The row and the lettered picture; None where the page is to be drawn, as is one that no word finds room on.

    Raises:
        UserError: where no row can be read.
    """
    if rng.random() >= share or not art.rows:
        return None
    first = int(rng.integers(len(art.rows)))
    for number in chain(range(first, len(art.rows)), range(first)):
        if number in bad:
            continue
        try:
            picture = load_sample(art, art.rows[number]).image
        except BadRow as found:
            bad.add(number, found)
            continue
        with suppress(UserError):
            return art.rows[number], letter(art.rows[number], picture)
        return None
    reason = next(iter(bad.reasons().values()))
    raise UserError(f"{art.folder}: none of {len(art.rows)} text-free pictures can be used, one: {reason}")

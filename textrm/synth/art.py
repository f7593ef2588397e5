"""Reads text-free art: the pictures of a manifest that lettering can be drawn on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textrm.data.manifest import Manifest, Row, read_manifest
from textrm.errors import UserError


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

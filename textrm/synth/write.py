"""Write a set of synthetic pages with its manifest: the same files whatever the number of workers."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from textrm.data.manifest import BadRow, Manifest, Row, load_sample, read_manifest, split_by_group, write_manifest
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.files import sweep_below, write_whole
from textrm.importers.workers import in_order
from textrm.printable import printable
from textrm.synth.arguments import check_folder, check_ranges, height_and_width, split_shares
from textrm.synth.art import find_art
from textrm.synth.faces.library import PACKAGES, FontLibrary, find_fonts
from textrm.synth.letter_art import crop_art, letter_art
from textrm.synth.pages import draw_page
from textrm.synth.sheet import contact_sheet

log = logging.getLogger(__name__)

GROUP = 8  # pages that count as one work, so that splits have something to be cut by
SHEET_PAGES = 24
PAGE_COLOR, ART_COLOR = 0.6, 0.8  # the art given is mostly coloured pictures, and mostly to be learnt as it is


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that page ``index`` of a set follows from; see ``write_set`` for the fields."""

    out: Path
    seed: int
    size: tuple[int, int]
    color: float | None
    empty: float
    pristine: float
    fonts: str | Path | Sequence[str | Path] | None
    art: Path | None
    art_split: str
    art_fraction: float
    marks: float


def write_set(
    out: Path | str,
    n: int,
    *,
    seed: int = 1,
    size: int | Sequence[int] = (512, 512),
    workers: int = 0,
    color: float | None = None,
    empty: float = 0.08,
    pristine: float = 0.35,
    fonts: str | Path | Sequence[str | Path] | None = PACKAGES,
    art: Path | str | None = None,
    art_split: str = "train",
    art_fraction: float = 1.0,
    marks: float = 0.0,
    tags: bool = True,
    split: Sequence[float] = (0.9, 0.1, 0.0),
    sheet: bool = True,
) -> Path:
    """Draw ``n`` pages into the folder ``out`` and return the path of its manifest.

    Writes image/, clean/ and mask/ as PNG (masks 0 and 255), words/ as JSON (a list of ``{"polygon": [[x, y], …],
    "kind": …}``, x and y in pixels, kinds as in :data:`textrm.data.sample.KINDS` or ""), manifest.csv, whose column
    ``faces`` names the families that a page was lettered with, and sheet.png with the first pages. Each file is written
    whole or not at all. Art that cannot be read is reported at the end; the next picture of its manifest is lettered
    instead.

    Args:
        out: the folder; it is made where it does not exist.
        n: number of pages.
        seed: page i of a seed is always the same page.
        size: (height, width) in pixels, or the side of a square.
        workers: processes; 0 = as many as there are CPUs. The files do not depend on it.
        color: share of coloured pages, and of coloured art that stays so; None = 0.6 of pages, 0.8 of art.
        empty: share of pages without lettering.
        pristine: share of pages without blur, paper, noise and JPEG traces.
        fonts: packages, system, a folder with fonts, or a list of them.
        art: a manifest whose text-free pictures are lettered instead of drawn art.
        art_split: the split of that manifest to use.
        art_fraction: share of the pages that is lettered art, where ``art`` is given.
        marks: as of :func:`~textrm.synth.pages.draw_page`, of drawn pages.
        tags: whether the manifest's tags column is filled, and labels.txt written, with every tag on a line.
        split: shares of train, val and test; pages of one work stay together.
        sheet: whether the contact sheet is written.

    Raises:
        UserError: for values out of range, an art manifest without a readable text-free picture, an unwritable
            folder, or one whose manifest describes other pictures.
    """
    height, width = height_and_width(size)
    shares = {"color": color, "empty": empty, "pristine": pristine, "art_fraction": art_fraction,
              "marks": marks}  # fmt: skip
    check_ranges(n, height, width, workers, shares)
    train, val, test = split_shares(split)
    out = Path(out)
    check_folder(out)
    recipe = Recipe(
        out, seed, (height, width), color, empty, pristine, fonts,
        None if art is None else Path(art).resolve(), art_split, art_fraction, marks,
    )  # fmt: skip
    painter = _Painter(recipe)  # mistakes in fonts and art show here, not in a worker
    try:
        for name in ("image", "clean", "mask", "words"):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"out={out}: cannot make this folder ({error.strerror}); give one that can be written"
        ) from error
    sweep_below(out)
    rows: list[Row] = []
    bad: dict[str, str] = {}
    for row, found in track(_rows(painter, n, workers or os.cpu_count() or 1), "drawing pages", total=n):
        rows.append(row if tags else replace(row, tags=""))
        bad |= found
    rows = split_by_group(rows, (train, val, test), seed)
    manifest = out / "manifest.csv"
    write_manifest(manifest, rows)
    if tags:
        names = sorted({tag for row in rows for tag in row.tags.split()})
        _write_file(out / "labels.txt", "".join(f"{name}\n" for name in names).encode())
    if sheet:
        shown = read_manifest(manifest)
        _write_file(out / "sheet.png", _png(contact_sheet(load_sample(shown, row) for row in shown.rows[:SHEET_PAGES])))
    for id, reason in sorted(bad.items()):
        log.warning("bad row %s in %s: %s", *map(printable, (id, art, reason)))
    if bad:
        log.warning("%d rows of %s could not be used; other art was lettered instead", len(bad), art)
    return manifest


class _Painter:
    """Draws and writes pages of one recipe; every process has its own."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.fonts: FontLibrary = find_fonts(recipe.fonts)
        self.art: Manifest | None = None if recipe.art is None else find_art(recipe.art, recipe.art_split)
        self.bad: dict[str, str] = {}  # reason by id of the art that could not be read so far

    def write(self, index: int) -> Row:
        self.fonts.picked()  # by other pages
        sample, group, source, licence = self._draw(index)
        out = self.recipe.out
        pictures = {"image": sample.image, "clean": sample.clean, "mask": sample.mask * 255}
        for folder, picture in pictures.items():
            assert picture is not None
            _write_file(out / folder / f"{sample.id}.png", _png(picture))
        words = json.dumps([
            {"polygon": np.round(word, 2).tolist(), "kind": kind}
            for word, kind in zip(sample.words, sample.kinds, strict=True)
        ])  # fmt: skip
        _write_file(out / "words" / f"{sample.id}.json", words.encode())
        paths = {folder: f"{folder}/{sample.id}.png" for folder in pictures}
        height, width = sample.mask.shape
        return Row(
            sample.id, "train", group, **paths, tags=" ".join(sorted(sample.tags or ())), width=width, height=height,
            source=source, licence=licence,
            extra={"faces": ";".join(self.fonts.picked()), "words": f"words/{sample.id}.json"},
        )  # fmt: skip

    def _draw(self, index: int) -> tuple[Sample, str, str, str]:
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, index, 1])
        if self.art is not None and rng.random() < recipe.art_fraction:
            row, art = self._read_art(self.art, int(rng.integers(len(self.art.rows))))
            color = ART_COLOR if recipe.color is None else recipe.color
            with suppress(UserError):  # no word finds room on it: a page is drawn instead
                sample = letter_art(
                    rng, crop_art(rng, art, *recipe.size), self.fonts, monochrome=1 - color,
                    empty=recipe.empty, pristine=recipe.pristine, name=f"art-{recipe.seed}-{index}",
                )  # fmt: skip
                return sample, row.group, row.source, row.licence
        color = PAGE_COLOR if recipe.color is None else recipe.color
        sample = draw_page(
            recipe.seed, index, self.fonts,
            size=recipe.size, color=color, empty=recipe.empty, pristine=recipe.pristine,
            marks=recipe.marks,
        )  # fmt: skip
        return sample, f"synth-{recipe.seed}-{index // GROUP}", "textrm.synth", ""

    def _read_art(self, art: Manifest, first: int) -> tuple[Row, np.ndarray]:
        """Row ``first`` and its picture, or the next row's that can be read: what other pages met does not matter."""
        for row in (*art.rows[first:], *art.rows[:first]):
            if row.id in self.bad:
                continue
            try:
                return row, load_sample(art, row).image
            except BadRow as bad:
                self.bad[bad.id] = bad.reason
        reason = next(iter(self.bad.values()))
        raise UserError(f"art={self.recipe.art}: none of {len(art.rows)} text-free pictures can be used, one: {reason}")


def _write_file(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}); free some space or give another folder"
        ) from error


_painter: _Painter | None = None  # one per worker process


def _write(recipe: Recipe, index: int) -> tuple[Row, dict[str, str]]:
    global _painter
    if _painter is None:
        _painter = _Painter(recipe)
    return _painter.write(index), _painter.bad


def _rows(painter: _Painter, n: int, workers: int) -> Iterator[tuple[Row, dict[str, str]]]:
    """The row of each page, and the bad rows of the art that its process has met so far."""
    if workers == 1 or n == 1:
        yield from ((painter.write(index), painter.bad) for index in range(n))
        return
    yield from (found for _, found in in_order(partial(_write, painter.recipe), range(n), min(workers, n)))


def _png(picture: np.ndarray) -> bytes:
    source = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    return cv2.imencode(".png", source, [cv2.IMWRITE_PNG_COMPRESSION, 4])[1].tobytes()

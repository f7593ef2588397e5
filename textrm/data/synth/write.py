"""Write a set of synthetic pages with its manifest: the same files whatever the number of workers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from textrm.data.files import write_whole
from textrm.data.manifest import BadRow, Manifest, Row, load_sample, read_manifest, split_by_group, write_manifest
from textrm.data.sample import Sample
from textrm.data.synth.fonts import FontLibrary, find_fonts
from textrm.data.synth.letter_art import crop_art, letter_art
from textrm.data.synth.pages import draw_page
from textrm.data.synth.sheet import contact_sheet
from textrm.errors import UserError

GROUP = 8  # pages that count as one work, so that splits have something to be cut by
SHEET_PAGES = 24


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that page ``index`` of a set follows from; see ``write_set`` for the fields."""

    out: Path
    seed: int
    size: tuple[int, int]
    color: float
    empty: float
    pristine: float
    fonts: tuple[str, ...]
    art: Path | None
    art_split: str
    art_fraction: float


def write_set(
    out: Path | str,
    n: int,
    *,
    seed: int = 1,
    size: int | Sequence[int] = (512, 512),
    workers: int = 0,
    color: float = 0.6,
    empty: float = 0.08,
    pristine: float = 0.35,
    fonts: Sequence[str] = (),
    art: Path | str | None = None,
    art_split: str = "train",
    art_fraction: float = 1.0,
    tags: bool = True,
    split: Sequence[float] = (0.9, 0.1, 0.0),
    sheet: bool = True,
) -> Path:
    """Draw ``n`` pages into the folder ``out`` and return the path of its manifest.

    Writes image/, clean/ and mask/ as PNG (masks 0 and 255), words/ as JSON (a list of polygons, x and y in pixels),
    manifest.csv, and sheet.png with the first pages. Each file is written whole or not at all.

    Args:
        out: the folder; it is made where it does not exist.
        n: number of pages.
        seed: page i of a seed is always the same page.
        size: (height, width) in pixels, or the side of a square.
        workers: processes; 0 = as many as there are CPUs. The files do not depend on it.
        color: share of coloured pages.
        empty: share of pages without lettering.
        pristine: share of pages without blur, paper, noise and JPEG traces.
        fonts: folders with fonts; without any, the installed ones are used.
        art: a manifest whose text-free pictures are lettered instead of drawn art.
        art_split: the split of that manifest to use.
        art_fraction: share of the pages that is lettered art, where ``art`` is given.
        tags: whether the manifest's tags column is filled.
        split: shares of train, val and test; pages of one work stay together.
        sheet: whether the contact sheet is written.

    Raises:
        UserError: for values out of range, an art manifest without text-free pictures, or an unwritable folder.
    """
    height, width = (size, size) if isinstance(size, int) else (int(v) for v in _pair(size))
    _check(
        n, height, width, workers, {"color": color, "empty": empty, "pristine": pristine, "art_fraction": art_fraction}
    )
    if len(split) != 3 or min(split) < 0 or sum(split) <= 0:
        raise UserError(f"split={list(split)}: expected three shares, of train, val and test")
    train, val, test = (float(share) for share in split)
    out = Path(out)
    recipe = Recipe(
        out, seed, (height, width), color, empty, pristine, tuple(str(f) for f in fonts),
        None if art is None else Path(art).resolve(), art_split, art_fraction,
    )  # fmt: skip
    painter = _Painter(recipe)  # mistakes in fonts and art show here, not in a worker
    try:
        for name in ("image", "clean", "mask", "words"):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"out={out}: cannot make this folder ({error.strerror}); give one that can be written"
        ) from error
    rows = list(track(_rows(painter, n, workers or os.cpu_count() or 1), "drawing pages", total=n))
    rows = split_by_group(rows if tags else [replace(row, tags="") for row in rows], (train, val, test), seed)
    manifest = out / "manifest.csv"
    write_manifest(manifest, rows)
    if sheet:
        shown = read_manifest(manifest)
        _write_file(out / "sheet.png", _png(contact_sheet(load_sample(shown, row) for row in shown.rows[:SHEET_PAGES])))
    return manifest


class _Painter:
    """Draws and writes pages of one recipe; every process has its own."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.fonts: FontLibrary = find_fonts(recipe.fonts)
        self.art: Manifest | None = (
            None if recipe.art is None else text_free(read_manifest(recipe.art), recipe.art_split)
        )
        if self.art is not None and not self.art.rows:
            raise UserError(
                f"art={recipe.art}: no text-free picture in split {recipe.art_split!r}; give rows with a clean picture"
            )

    def write(self, index: int) -> Row:
        sample, group, source, licence = self._draw(index)
        out = self.recipe.out
        pictures = {"image": sample.image, "clean": sample.clean, "mask": sample.mask * 255}
        for folder, picture in pictures.items():
            assert picture is not None
            _write_file(out / folder / f"{sample.id}.png", _png(picture))
        words = json.dumps([np.round(word, 2).tolist() for word in sample.words])
        _write_file(out / "words" / f"{sample.id}.json", words.encode())
        paths = {folder: f"{folder}/{sample.id}.png" for folder in pictures}
        height, width = sample.mask.shape
        extra = {"words": f"words/{sample.id}.json"}
        tags = " ".join(sorted(sample.tags))
        return Row(
            sample.id,
            "train",
            group,
            **paths,
            tags=tags,
            width=width,
            height=height,
            source=source,
            licence=licence,
            extra=extra,
        )

    def _draw(self, index: int) -> tuple[Sample, str, str, str]:
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, index, 1])
        if self.art is not None and rng.random() < recipe.art_fraction:
            row = self.art.rows[rng.integers(len(self.art.rows))]
            try:
                art = load_sample(self.art, row).image
            except BadRow as bad:
                raise UserError(f"art={recipe.art}: {bad}; mend or delete this row") from bad
            window = crop_art(rng, art, *recipe.size)
            name = f"art-{recipe.seed}-{index}"
            sample = letter_art(rng, window, self.fonts, empty=recipe.empty, pristine=recipe.pristine, name=name)
            return sample, row.group, row.source, row.licence
        sample = draw_page(
            recipe.seed, index, self.fonts,
            size=recipe.size, color=recipe.color, empty=recipe.empty, pristine=recipe.pristine,
        )  # fmt: skip
        return sample, f"synth-{recipe.seed}-{index // GROUP}", "textrm.data.synth", ""


def text_free(manifest: Manifest, split: str) -> Manifest:
    """The text-free pictures of a split as a manifest of images without masks.

    That is the clean picture of a row, or the image of a row that has neither mask nor clean picture. Rows whose
    column ``lettering_in_art`` is true are left out.
    """
    pictures: dict[str, Row] = {}
    for row in manifest.rows:
        name = row.clean or ("" if row.mask else row.image)
        if name and row.split == split and row.extra.get("lettering_in_art") != "true":
            pictures.setdefault(name, replace(row, image=name, clean="", mask=""))
    return Manifest(tuple(pictures.values()), manifest.folder)


def _write_file(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}); free some space or give another folder"
        ) from error


_painter: _Painter | None = None  # one per worker process, set by its initialiser


def _start(recipe: Recipe) -> None:
    global _painter
    cv2.setNumThreads(1)  # the processes share the work; threads inside them would only compete
    _painter = _Painter(recipe)


def _write(index: int) -> Row:
    assert _painter is not None
    return _painter.write(index)


def _rows(painter: _Painter, n: int, workers: int) -> Iterator[Row]:
    if workers == 1 or n == 1:
        yield from (painter.write(index) for index in range(n))
        return
    # spawn: a forked process would inherit OpenCV's threads in whatever state they are.
    with ProcessPoolExecutor(min(workers, n), get_context("spawn"), _start, (painter.recipe,)) as pool:
        yield from pool.map(_write, range(n), chunksize=max(1, min(8, n // workers // 4)))


def _png(picture: np.ndarray) -> bytes:
    source = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    return cv2.imencode(".png", source, [cv2.IMWRITE_PNG_COMPRESSION, 4])[1].tobytes()


def _pair(size: Sequence[int]) -> Sequence[int]:
    if len(size) != 2:
        raise UserError(f"size={list(size)}: expected height and width, or one number for a square")
    return size


def _check(n: int, height: int, width: int, workers: int, shares: dict[str, float]) -> None:
    if n < 1:
        raise UserError(f"n={n}: expected at least 1 page")
    if not (64 <= height <= 4096 and 64 <= width <= 4096):
        raise UserError(f"size=[{height},{width}]: expected 64 to 4096 pixels")
    if workers < 0:
        raise UserError(f"workers={workers}: expected 0 (all CPUs) or more")
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise UserError(f"{name}={share}: expected a share between 0 and 1")

"""Write a set of synthetic pages with its manifest: the same files whatever the number of workers."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rich.progress import track

from textrm import __version__
from textrm.data.manifest import Row, load_sample, read_manifest, split_by_group, write_manifest
from textrm.data.shards.read import LIST, ROLES, Listed, list_bytes
from textrm.data.shards.tar import Tar, placed
from textrm.errors import UserError
from textrm.files import replacing, sweep_below, write_whole
from textrm.importers.workers import in_order
from textrm.printable import printable
from textrm.synth.arguments import check_folder, check_kind, check_ranges, height_and_width, split_shares
from textrm.synth.faces.library import PACKAGES
from textrm.synth.painter import Painter, Recipe, png
from textrm.synth.share import Parts, Share, share_of
from textrm.synth.sheet import contact_sheet

log = logging.getLogger(__name__)

SHEET_PAGES = 24
SUFFIX = {"image": ".png", "clean": ".png", "mask": ".png", "words": ".json"}


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
    kind: str | None = None,
    tags: bool = True,
    split: Sequence[float] = (0.9, 0.1, 0.0),
    sheet: bool = True,
    shard: str | None = None,
    tar: int | None = None,
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
        kind: the one kind of page that is drawn, of :data:`~textrm.synth.pages.NAMES`; None: all.
        tags: whether the manifest's tags column is filled, and labels.txt written, with every tag on a line.
        split: shares of train, val and test; pages of one work stay together.
        sheet: whether the contact sheet is written.
        shard: i/n: draw the i-th of n shares, from 1. Whoever ends last joins them to the set that one machine would
            have drawn; join/n does nothing else. The path returned is that of a part until then.
        tar: pages in a tar; None writes files.

    Raises:
        UserError: for values out of range, an art manifest without a readable text-free picture, an unwritable
            folder, or one whose manifest describes other pictures.
    """
    height, width = height_and_width(size)
    shares = {"color": color, "empty": empty, "pristine": pristine, "art_fraction": art_fraction,
              "marks": marks}  # fmt: skip
    check_ranges(n, height, width, workers, shares, tar)
    check_kind(kind)
    ratios, share = split_shares(split), share_of(shard)
    out = Path(out)
    check_folder(out)
    recipe = Recipe(
        out, seed, (height, width), color, empty, pristine, fonts,
        None if art is None else Path(art).resolve(), art_split, art_fraction, tar, marks, kind,
    )  # fmt: skip
    painter = Painter(recipe)  # mistakes in fonts and art show here, not in a worker
    try:
        for name in ROLES if tar is None else ("",):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"out={out}: cannot make this folder ({error.strerror}); give one that can be written"
        ) from error
    sweep_below(out)
    units = [range(first, min(first + (tar or 1), n)) for first in range(0, n, tar or 1)]
    drawn = units if share is None else share.units(units)
    rows: list[Row] = []
    lines: list[Listed] = []
    bad: dict[str, str] = {}
    for written in track(_written(painter, drawn, workers or os.cpu_count() or 1), "drawing pages", total=len(drawn)):
        rows += written.rows
        lines += written.lines
        bad |= written.bad
    _tell(bad, art)
    if share is not None:
        source = None if art is None else hashlib.sha256(Path(art).read_bytes()).hexdigest()  # wherever it lies
        parts = Parts(out, share.of, (__version__, n, source, replace(recipe, out=Path(), art=None)))
        if share.number:
            parts.write(share.number, rows, lines)
        if parts.missing():
            return _unfinished(parts, share, out)
        rows, lines = parts.joined(units)
    return _finish(out, rows, lines, ratios, seed, tags, sheet)


def _finish(out: Path, rows: list[Row], lines: list[Listed], ratios: tuple[float, float, float], seed: int, tags: bool,
            sheet: bool) -> Path:  # fmt: skip
    """Write what tells of all pages together; the manifest last but for what is made from it."""
    rows = split_by_group(rows if tags else [replace(row, tags="") for row in rows], ratios, seed)
    if lines:
        _write_file(out / LIST, list_bytes(lines))
    if tags:
        names = sorted({tag for row in rows for tag in row.tags.split()})
        _write_file(out / "labels.txt", "".join(f"{name}\n" for name in names).encode())
    manifest = out / "manifest.csv"
    write_manifest(manifest, rows)
    if sheet:
        shown = read_manifest(manifest)
        _write_file(out / "sheet.png", png(contact_sheet(load_sample(shown, row) for row in shown.rows[:SHEET_PAGES])))
    return manifest


def _unfinished(parts: Parts, share: Share, out: Path) -> Path:
    missing = ", ".join(map(str, parts.missing()))
    told = f"{out}: of {share.of} parts {missing} are not there yet, drawn with these settings"
    if not share.number:
        raise UserError(f"{told}; draw them, or bring them into this folder")
    log.info("%s; whoever ends last writes the manifest", told)
    return parts.rows(share.number)


def _tell(bad: dict[str, str], art: Path | str | None) -> None:
    for id, reason in sorted(bad.items()):
        log.warning("bad row %s in %s: %s", *map(printable, (id, art, reason)))
    if bad:
        log.warning("%d rows of %s could not be used; other art was lettered instead", len(bad), art)


def _write_file(path: Path, content: bytes) -> None:
    with _room(path):
        write_whole(path, content)


@contextmanager
def _room(path: Path) -> Iterator[None]:
    """Write ``path`` within this."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}); free some space or give another folder"
        ) from error


class Written(NamedTuple):
    """The rows of some pages, the line of their tar where they are in one, and bad rows of the art met so far."""

    rows: list[Row]
    lines: list[Listed]
    bad: dict[str, str]


_painter: Painter | None = None  # one per worker process


def _write(recipe: Recipe, unit: range) -> Written:
    global _painter
    if _painter is None:
        _painter = Painter(recipe)
    return _write_pages(_painter, unit)


def _write_pages(painter: Painter, unit: range) -> Written:
    """Draw some pages into files, or all of them into a tar."""
    out, size = painter.recipe.out, painter.recipe.tar
    if size is None:
        return Written([_write_page(out, *painter.page(index)) for index in unit], [], painter.bad.reasons())
    shard, rows = f"pages-{unit[0] // size:05d}.tar", []
    with _room(out / shard), replacing(out / shard) as file:
        tar = Tar(file)
        for index in unit:
            row, files = painter.page(index)
            names = {role: f"{index:09d}.{role}{SUFFIX[role]}" for role in files}
            rows.append(placed(row, {role: str(tar.add(names[role], files[role])) for role in files}, shard))
        return Written(rows, [tar.end(shard, len(rows))], painter.bad.reasons())


def _write_page(out: Path, row: Row, files: dict[str, bytes]) -> Row:
    names = {role: f"{role}/{row.id}{SUFFIX[role]}" for role in files}
    for role, content in files.items():
        _write_file(out / names[role], content)
    return placed(row, names)


def _written(painter: Painter, units: Sequence[range], workers: int) -> Iterator[Written]:
    """What became of each unit of pages."""
    if workers == 1 or len(units) < 2:
        yield from (_write_pages(painter, unit) for unit in units)
        return
    yield from (found for _, found in in_order(partial(_write, painter.recipe), units, min(workers, len(units))))

"""Pages set from single drawings, text-free or with sounds behind them: ``python -m textrm.importers.drawings``."""

from __future__ import annotations

import csv
import functools
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import click
import cv2
import numpy as np

from textrm.command_line import click_command, written_below
from textrm.data.manifest import Row, split_by_group, write_manifest
from textrm.data.masks import mask_of_drawn_pair
from textrm.errors import UserError
from textrm.files import open_file, write_whole
from textrm.importers.rendering import fonts_option
from textrm.importers.splitting import split_options
from textrm.importers.workers import in_order, progress_bar, workers_option
from textrm.pictures.quiet import quiet
from textrm.printable import printable
from textrm.synth.behind import letter_behind, still_read
from textrm.synth.drawing.common import texture
from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, fixed
from textrm.synth.drawing.panel_art import draw_panel, random_style
from textrm.synth.drawing.panels import random_layout
from textrm.synth.drawing.rows import lay_rows, lay_thing
from textrm.synth.faces.library import FontLibrary, find_fonts

Rng = np.random.Generator
RENDERED = 900  # px; the longer side that an SVG is drawn at
ATTEMPTS = 4  # at laying drawings on an effect so that it is still read
_PAPER = np.array((255, 255, 255), np.uint8)


@dataclass(frozen=True, slots=True)
class Page:
    """Page ``number`` of a book that follows from ``seed``, and the drawings it may be set from."""

    number: int
    seed: int
    drawings: tuple[str, ...]
    out: str
    effects: float = 0.0  # share of the panels whose drawings stand before a large sound effect
    fonts: tuple[str, ...] = ()
    rows: float = 0.0  # share of the panels where small things stand in rows


def set_page(page: Page) -> tuple[Row, tuple[str, ...]]:
    """Draw one page, write it, and return its row and the files that could not be read."""
    rng = np.random.default_rng([page.seed, page.number])
    height, width = (int(side) for side in rng.integers(640, 1100, 2))
    bad: list[str] = []
    clean = np.empty((height, width, 3), np.uint8)
    clean[:] = _PAPER if rng.random() < 0.8 else rng.integers(0, 256, 3)
    image = clean.copy()
    layout = random_layout(rng, height, width)
    single = rng.random() < (0.7 if page.effects else 0.4)  # a large effect needs room
    outlines = [np.array([(0, 0), (width, 0), (width, height), (0, height)], float)] if single else layout.panels
    for outline in outlines:
        x0, y0 = np.floor(outline.min(0)).astype(int).clip(0)
        x1, y1 = np.minimum(np.ceil(outline.max(0)).astype(int), (width, height))
        if x1 - x0 < 48 or y1 - y0 < 48:
            continue
        panel = _panel(rng, page, int(y1 - y0), int(x1 - x0), single, bad)
        region = np.zeros((height, width), np.uint8)
        cv2.fillPoly(region, [fixed(outline)], 1, shift=SUBPIXEL_BITS)
        for picture, part in zip((clean, image), panel, strict=True):
            np.copyto(picture[y0:y1, x0:x1], part, where=region[y0:y1, x0:x1, None] != 0)
            if layout.frame and not single:
                cv2.polylines(picture, [fixed(outline)], True, (0, 0, 0), round(layout.frame), cv2.LINE_AA,
                              SUBPIXEL_BITS)  # fmt: skip
    lettered = mask_of_drawn_pair(image, clean)
    planes = {"image": image[..., ::-1], "mask": 255 * lettered}
    if lettered.any():
        planes["clean"] = clean[..., ::-1]
    paths = {folder: f"{folder}/{page.number:06d}.png" for folder in planes}
    for folder, plane in planes.items():
        write_whole(Path(page.out) / paths[folder], cv2.imencode(".png", plane)[1].tobytes())
    row = Row(f"drawings_{page.seed}_{page.number:06d}", "train", f"{page.number}", paths["image"],
              paths.get("clean", paths["image"]), paths["mask"], width=width, height=height)  # fmt: skip
    return row, tuple(bad)


def _panel(rng: Rng, page: Page, height: int, width: int, single: bool, bad: list[str]) -> tuple[np.ndarray, ...]:
    """A panel with drawings on it, text-free and as it is; what could not be read is added to ``bad``."""
    clean = _ground(rng, height, width)
    behind = bool(page.effects) and rng.random() < page.effects
    drawings = []
    for _ in range(1 if single and not behind and rng.random() < 0.7 else int(rng.integers(1, 5))):
        file = page.drawings[rng.integers(len(page.drawings))]
        try:
            drawings.append(read_drawing(Path(file)))
        except UserError as error:
            bad.append(str(error))
    if not behind:
        in_rows = bool(page.rows) and rng.random() < page.rows
        for drawing in drawings[:1] if in_rows else drawings:
            _lay(rng, (clean,), drawing, 1.8)
        if in_rows:
            lay_rows(rng, clean, drawings)
        return clean, clean
    image = letter_behind(rng, clean, _fonts(page.fonts), drawings)
    whole = mask_of_drawn_pair(image, clean)
    for _ in range(ATTEMPTS):
        panels = clean.copy(), image.copy()
        for drawing in drawings:
            _lay(rng, panels, drawing, 0.9)
        if still_read(whole, mask_of_drawn_pair(panels[1], panels[0])):
            return panels
    return panels[0], panels[0]


@functools.cache
def _fonts(sources: tuple[str, ...]) -> FontLibrary:
    return find_fonts(sources)


def read_drawing(path: Path) -> np.ndarray:
    """A drawing as H W 4 uint8 RGBA, cut to what it shows; an SVG is drawn by rsvg-convert, ``RENDERED`` px long.

    Raises:
        UserError: it cannot be read, or shows nothing.
    """
    try:
        with open_file(path) as file:
            data = b"" if path.suffix.lower() == ".svg" else file.read()
    except (UserError, OSError) as error:
        raise UserError(f"{path}: {getattr(error, 'strerror', error)}") from error
    if path.suffix.lower() == ".svg":
        side = str(RENDERED)
        command = ["rsvg-convert", "--keep-aspect-ratio", "-w", side, "-h", side, str(path)]
        try:
            data = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
        except (subprocess.SubprocessError, OSError) as error:
            raise UserError(f"{path}: rsvg-convert cannot draw it") from error
    with quiet():
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if found is None or found.ndim != 3 or found.shape[2] != 4 or found.dtype != np.uint8:
        raise UserError(f"{path}: expected a drawing with an alpha channel")
    left, top, width, height = cv2.boundingRect(found[..., 3])
    if min(width, height) < 16:
        raise UserError(f"{path}: shows nothing")
    return cv2.cvtColor(found[top : top + height, left : left + width], cv2.COLOR_BGRA2RGBA)


def _ground(rng: Rng, height: int, width: int) -> np.ndarray:
    """What a drawing stands on: paper, a colour, a gradient, or a drawn scene without lettering."""
    style = random_style(rng, bool(rng.random() < 0.75))
    choice = rng.random()
    if choice < 0.3:
        return draw_panel(rng, height, width, style)[0]
    first, second = style.palette.pick(rng, 0, 255), style.palette.pick(rng, 0, 255)
    if choice < 0.45:
        return texture.gradient(rng, height, width, first, second)
    ground = np.empty((height, width, 3), np.uint8)
    ground[:] = _PAPER if choice < 0.75 else first
    return ground


def _lay(rng: Rng, panels: tuple[np.ndarray, ...], drawing: np.ndarray, largest: float) -> None:
    """Lay a drawing on the panels, at up to ``largest`` times their size, mirrored and cut by their edge at times."""
    extent, shape = np.array(panels[0].shape[:2]), np.array(drawing.shape[:2])
    factor = float(np.min(extent / shape) * np.exp(rng.uniform(np.log(0.25), np.log(largest))))
    size = np.maximum((shape * factor).astype(int), 8)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    drawing = cv2.resize(drawing, (int(size[1]), int(size[0])), interpolation=how)
    drawing = drawing[:, ::-1] if rng.random() < 0.5 else drawing
    top, left = (int(rng.uniform(-0.2 * own, max(1.0, whole - 0.8 * own)))
                 for own, whole in zip(size, extent, strict=True))  # fmt: skip
    for panel in panels:
        lay_thing(panel, drawing, top, left)


def _drawings(folder: Path, listed: Path | None) -> tuple[str, ...]:
    """The drawings below a folder, or those of them that a CSV names in its column ``file``."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; expected SVG drawings, or PNG with an alpha channel")
    if listed is not None:
        with listed.open(newline="") as file:
            return tuple(str(folder / row["file"]) for row in csv.DictReader(file))
    found = tuple(sorted(str(path) for path in folder.rglob("*") if path.suffix.lower() in (".svg", ".png")))
    if not found:
        raise UserError(f"{folder}: has no drawing (.svg, .png)")
    return found


@click_command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--n", "count", default=1000, show_default=True, type=click.IntRange(1), help="Number of pages.")
@click.option("--list", "listed", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="CSV with a column 'file' that names the drawings to use.")  # fmt: skip
@click.option("--effects", default=0.0, show_default=True, type=click.FloatRange(0, 1),
              help="Share of the panels whose drawings stand before a large sound effect.")  # fmt: skip
@click.option("--rows", default=0.0, show_default=True, type=click.FloatRange(0, 1),
              help="Share of the panels where small drawings or shapes stand in rows, as letters do.")  # fmt: skip
@fonts_option
@split_options("1,0,0", "page")
@click.option("--source", default="", help="Where the drawings are from, for the manifest.")
@click.option("--licence", default="", help="Their licence, for the manifest.")
@workers_option
def main(folder: Path, out: Path, count: int, listed: Path | None, effects: float, rows: float,
         fonts: tuple[str, ...], shares: tuple[float, float, float], seed: int, source: str, licence: str,
         workers: int) -> None:  # fmt: skip
    """Compose text-free pages from the drawings below FOLDER (SVG, or PNG with alpha), and write OUT/manifest.csv.

    The generator can letter these pages (art=OUT/manifest.csv), and a net can learn from them what to leave alone. With
    --effects, drawings stand before large sound effects, so that a net learns to tell the two apart. SVG files need
    rsvg-convert (Debian: librsvg2-bin). The exit status is 1 if any drawing could not be used.
    """
    bad: set[str] = set()
    with written_below(out, "stopped; no manifest was written"):
        drawings = _drawings(folder, listed)
        if any(name.lower().endswith(".svg") for name in drawings) and not shutil.which("rsvg-convert"):
            raise UserError("rsvg-convert is not installed, which draws SVG files: install librsvg2-bin")
        if effects:
            _fonts(fonts)  # what is wrong with them shows here, not in a worker
        pages = [Page(number, seed, drawings, str(out), effects, fonts, rows) for number in range(count)]
        written = []
        with progress_bar("pages", count) as show:
            for _, (row, unread) in in_order(set_page, pages, min(workers, count)):
                written.append(replace(row, source=source, licence=licence))
                bad |= set(unread)
                show(len(written))
        write_manifest(out / "manifest.csv", split_by_group(written, shares, seed))
    for reason in sorted(bad):
        click.echo(printable(reason), err=True)
    click.echo(out / "manifest.csv")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

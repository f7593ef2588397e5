"""Text-free pages set from single drawings: ``python -m textrm.importers.drawings FOLDER OUT``."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import click
import cv2
import numpy as np

from textrm.data.manifest import Row, split_by_group, write_manifest
from textrm.errors import UserError
from textrm.files import write_whole
from textrm.importers.rendering import workers_option
from textrm.importers.splitting import split_options
from textrm.importers.workers import in_order, progress_bar
from textrm.synth.drawing.common import texture
from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, fixed
from textrm.synth.drawing.panel_art import draw_panel, random_style
from textrm.synth.drawing.panels import random_layout

Rng = np.random.Generator
RENDERED = 900  # px; the longer side that an SVG is drawn at
_PAPER = np.array((255, 255, 255), np.uint8)


@dataclass(frozen=True, slots=True)
class Page:
    """Page ``number`` of a book that follows from ``seed``, and the drawings it may be set from."""

    number: int
    seed: int
    drawings: tuple[str, ...]
    out: str


def set_page(page: Page) -> tuple[Row, tuple[str, ...]]:
    """Draw one page, write it, and return its row and the files that could not be read."""
    rng = np.random.default_rng([page.seed, page.number])
    height, width = (int(side) for side in rng.integers(640, 1100, 2))
    bad: list[str] = []
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = _PAPER if rng.random() < 0.8 else rng.integers(0, 256, 3)
    layout = random_layout(rng, height, width)
    single = rng.random() < 0.4
    outlines = [np.array([(0, 0), (width, 0), (width, height), (0, height)], float)] if single else layout.panels
    for outline in outlines:
        x0, y0 = np.floor(outline.min(0)).astype(int).clip(0)
        x1, y1 = np.minimum(np.ceil(outline.max(0)).astype(int), (width, height))
        if x1 - x0 < 48 or y1 - y0 < 48:
            continue
        panel = _ground(rng, int(y1 - y0), int(x1 - x0))
        for _ in range(1 if single and rng.random() < 0.7 else int(rng.integers(1, 5))):
            file = page.drawings[rng.integers(len(page.drawings))]
            try:
                _lay(rng, panel, read_drawing(Path(file)))
            except UserError as error:
                bad.append(str(error))
        region = np.zeros((height, width), np.uint8)
        cv2.fillPoly(region, [fixed(outline)], 1, shift=SUBPIXEL_BITS)
        np.copyto(picture[y0:y1, x0:x1], panel, where=region[y0:y1, x0:x1, None] != 0)
        if layout.frame and not single:
            cv2.polylines(picture, [fixed(outline)], True, (0, 0, 0), round(layout.frame), cv2.LINE_AA, SUBPIXEL_BITS)
    image, mask = (f"{folder}/{page.number:06d}.png" for folder in ("image", "mask"))
    planes = {image: picture[..., ::-1], mask: np.zeros((height, width), np.uint8)}
    for name, plane in planes.items():
        write_whole(Path(page.out) / name, cv2.imencode(".png", plane)[1].tobytes())
    row = Row(f"drawings_{page.seed}_{page.number:06d}", "train", f"{page.number}", image, image, mask,
              width=width, height=height)  # fmt: skip
    return row, tuple(bad)


def read_drawing(path: Path) -> np.ndarray:
    """A drawing as H W 4 uint8 RGBA, cut to what it shows; an SVG is drawn by rsvg-convert, ``RENDERED`` px long.

    Raises:
        UserError: it cannot be read, or shows nothing.
    """
    if path.suffix.lower() == ".svg":
        side = str(RENDERED)
        command = ["rsvg-convert", "--keep-aspect-ratio", "-w", side, "-h", side, str(path)]
        try:
            data = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
        except (subprocess.SubprocessError, OSError) as error:
            raise UserError(f"{path}: rsvg-convert cannot draw it") from error
    else:
        data = path.read_bytes()
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


def _lay(rng: Rng, panel: np.ndarray, drawing: np.ndarray) -> None:
    """Lay a drawing on the panel, at any size, now and then mirrored and cut by the panel's edge."""
    extent, shape = np.array(panel.shape[:2]), np.array(drawing.shape[:2])
    factor = float(np.min(extent / shape) * np.exp(rng.uniform(np.log(0.25), np.log(1.8))))
    size = np.maximum((shape * factor).astype(int), 8)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    drawing = cv2.resize(drawing, (int(size[1]), int(size[0])), interpolation=how)
    drawing = drawing[:, ::-1] if rng.random() < 0.5 else drawing
    top, left = (int(rng.uniform(-0.2 * own, max(1.0, whole - 0.8 * own)))
                 for own, whole in zip(size, extent, strict=True))  # fmt: skip
    rows = slice(max(top, 0), min(top + int(size[0]), int(extent[0])))
    columns = slice(max(left, 0), min(left + int(size[1]), int(extent[1])))
    part = drawing[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    share = part[..., 3:].astype(np.float32) / 255
    below = panel[rows, columns]
    below[:] = np.rint(below * (1 - share) + part[..., :3] * share)


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


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--n", "count", default=1000, show_default=True, type=click.IntRange(1), help="Number of pages.")
@click.option("--list", "listed", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="CSV whose column 'file' names the drawings to use.")  # fmt: skip
@split_options("1,0,0", "page")
@click.option("--source", default="", help="Where the drawings are from, for the manifest.")
@click.option("--licence", default="", help="Their licence, for the manifest.")
@workers_option
def main(folder: Path, out: Path, count: int, listed: Path | None, shares: tuple[float, float, float], seed: int,
         source: str, licence: str, workers: int) -> None:  # fmt: skip
    """Set text-free pages from the drawings below FOLDER (SVG, or PNG with alpha) and write OUT/manifest.csv.

    The pages are for the generator to letter (art=OUT/manifest.csv) and for training to leave alone. SVG files need
    rsvg-convert (Debian: librsvg2-bin). Exit status 1 if any drawing could not be used.
    """
    bad: set[str] = set()
    try:
        drawings = _drawings(folder, listed)
        if any(name.lower().endswith(".svg") for name in drawings) and not shutil.which("rsvg-convert"):
            raise UserError("rsvg-convert is not installed, which draws SVG files: install librsvg2-bin")
        pages = [Page(number, seed, drawings, str(out)) for number in range(count)]
        rows = []
        with progress_bar("pages", count) as show:
            for _, (row, unread) in in_order(set_page, pages, min(workers, count)):
                rows.append(replace(row, source=source, licence=licence))
                bad |= set(unread)
                show(len(rows))
        write_manifest(out / "manifest.csv", split_by_group(rows, shares, seed))
    except (UserError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for reason in sorted(bad):
        click.echo(reason, err=True)
    click.echo(out / "manifest.csv")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

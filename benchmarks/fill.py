"""Decibels in holes on artwork: ``python -m benchmarks.fill --manifest <manifest.csv> [--split val]``.

Every page with a clean version is given lettering-shaped holes twice: its own lettering, on the lettered page, and the
same lettering mirrored, on the clean page, where it falls on any art. Both are grown as the tool grows them. Holes
whose surroundings are flat (balloons, captions) are left out: measured is what ``--fill auto`` does not fill flat.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from textrm.command_line import click_command
from textrm.data.manifest import BadRow, Manifest, Row, load_sample, read_manifest
from textrm.evaluate.scoring import part_of
from textrm.metrics import hole_psnr
from textrm.page import InpaintingModel
from textrm.page.filling.fill import fill_holes, flat_rest
from textrm.page.filling.holes import Holes
from textrm.page.finding.mask import widen
from textrm.page.segment_and_fill import suitable_growth

# Fills a page H W 3 uint8 where the hole H W uint8 is 1; returns the filled page.
Fill = Callable[[np.ndarray, np.ndarray], np.ndarray]
LEAST = 50  # pixels of hole on art; pages with fewer are not counted


@click_command()
@click.option("--manifest", type=click.Path(path_type=Path), required=True, help="manifest.csv with clean pages")
@click.option("--split", default="val", show_default=True)
@click.option("--by", help="column whose values get a line of their own, as style")
@click.option("--model", type=click.Path(path_type=Path), multiple=True, help="more inpainting nets; may be repeated")
@click.option("--threads", default=2, show_default=True)
def main(manifest: Path, split: str, by: str | None, model: tuple[Path, ...], threads: int) -> None:
    """Compare Telea, Navier-Stokes, the net alone and the tool's own way."""
    cv2.setNumThreads(threads)
    source = read_manifest(manifest)
    rows = [row for row in source.rows if row.split == split and row.clean and row.mask]
    released = InpaintingModel(threads=threads)
    fillings: dict[str, Fill] = {
        "telea": lambda page, hole: cv2.inpaint(page, hole, 3, cv2.INPAINT_TELEA),
        "navier_stokes": lambda page, hole: cv2.inpaint(page, hole, 3, cv2.INPAINT_NS),
        **{path.name: partial(_fill, "network", InpaintingModel(path, threads)) for path in model},
        "network": partial(_fill, "network", released),
        "auto": partial(_fill, "auto", released),
    }
    people: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    seconds: dict[str, list[float]] = defaultdict(list)
    for row in track(rows, description="pages"):
        for holes, page, clean, hole, art in cases(source, row):
            for name, filling in fillings.items():
                start = time.perf_counter()
                filled = filling(page, hole)
                seconds[name].append(time.perf_counter() - start)
                for part in dict.fromkeys(("all", part_of(row, by) or "all")):
                    people[holes, part, name].append(hole_psnr(filled, clean, art))
    table = Table("holes", "pages of", "pages", *fillings, title=f"mean decibels in holes on art, {manifest}, {split}")
    for holes, part in dict.fromkeys(key[:2] for key in people):
        values = [people[holes, part, name] for name in fillings]
        table.add_row(holes, part, str(len(values[0])), *(f"{np.mean(found):.2f}" for found in values))
    table.add_row("median seconds", "", "", *(f"{np.median(seconds[name]):.2f}" for name in fillings))
    console = Console()
    console.width = max(console.width, 110)
    console.print(table)


def cases(source: Manifest, row: Row) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """What kind of holes, page, truth, all holes, and those of them that lie on art."""
    try:
        sample = load_sample(source, row)
    except BadRow as error:
        print(f"not measured: {error}")
        return
    assert sample.clean is not None
    mirrored = np.ascontiguousarray(sample.mask[:, ::-1])
    for holes, page, mask in (("own", sample.image, sample.mask), ("mirrored", sample.clean, mirrored)):
        hole = widen(mask, suitable_growth(page))
        art = flat_rest(page.copy(), Holes(hole.copy()))
        if np.count_nonzero(art) >= LEAST:
            yield holes, page, sample.clean, hole, art


def _fill(filling: str, model: InpaintingModel, page: np.ndarray, hole: np.ndarray) -> np.ndarray:
    filled = page.copy()
    fill_holes(filled, hole.copy(), filling, model)
    return filled


if __name__ == "__main__":
    main()

"""Time and memory of cleaning a page: ``python -m benchmarks.page [--model FILE] [PAGE]``."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from textrm.command_line import click_command
from textrm.data.sample import KINDS
from textrm.files import write_whole
from textrm.page.files.clean_file import clean_file
from textrm.page.filling.fill import FILLS, NEEDS_MODEL, fill_holes
from textrm.page.filling.hole import make_hole
from textrm.page.filling.lettering import fill_lettering
from textrm.page.finding.find import find
from textrm.page.finding.segment import segment
from textrm.page.models.inpainter import InpaintingModel
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.planning.plan import make_plan
from textrm.page.segment_and_fill import SegmentAndFill, suitable_growth
from textrm.pictures.read import read
from textrm.pictures.write import encode

HEIGHT, WIDTH = 1654, 1170
LARGE = 10_000
BARS = {"whole page": (1.5, "s"), "peak RSS": (800, "MB"), f"peak RSS, {LARGE}x{LARGE}": (1500, "MB")}

# Runs a command and prints its peak RSS in KiB. A process of its own, because what a child inherits at the fork counts.
_WATCH = "import os, subprocess, sys; p = subprocess.Popen(sys.argv[1:]); s, r = os.wait4(p.pid, 0)[1:]; \
print(r.ru_maxrss); sys.exit(os.waitstatus_to_exitcode(s))"


@click_command()
@click.argument("page", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="ONNX file.  [the released weights]")
@click.option("--fill", type=click.Choice(FILLS), default="auto", show_default=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--rounds", default=7, show_default=True)
@click.option("--large/--no-large", default=True, help=f"Also measure a page of {LARGE} x {LARGE} pixels.")
@click.option("--draw", nargs=3, type=(Path, int, int), hidden=True)
def main(
    page: Path | None,
    model: Path | None,
    fill: str,
    threads: int,
    rounds: int,
    large: bool,
    draw: tuple[Path, int, int] | None,
) -> None:
    """Print how long each stage of cleaning PAGE takes, and how much memory textrm.infer needs.

    Without PAGE one of 1170 x 1654 pixels is drawn. Times are medians after one round of warm-up.
    """
    if draw:
        Image.fromarray(draw_page(*draw[1:])).save(draw[0], quality=90)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = page or _drawn(folder / "page.jpg", HEIGHT, WIDTH)
        cv2.setNumThreads(1)
        inpainter = InpaintingModel(threads=threads) if fill in NEEDS_MODEL else None
        results = _stages(source, folder, SegmentationModel(model, threads), inpainter, fill, rounds)
        options = ["--threads", str(threads), "--fill", fill, *(["--model", str(model)] if model else [])]
        results["peak RSS"] = _peak(source, folder / "small", options), "MB"
        if large:
            results[f"peak RSS, {LARGE}x{LARGE}"] = (
                _peak(_drawn(folder / "large.jpg", LARGE, LARGE), folder / "large", options),
                "MB",
            )
    with Image.open(page) if page else Image.new("1", (WIDTH, HEIGHT)) as shown:
        title = f"{shown.width}x{shown.height}, {threads} threads, median of {rounds}"
    _print(title, results)


def _stages(
    source: Path, folder: Path, model: SegmentationModel, inpainter: InpaintingModel | None, fill_name: str, rounds: int
) -> dict[str, tuple[float, str]]:
    page = read(source)
    mask = find(page.image, model).mask
    edge = suitable_growth(page.image)
    cleaned = page.image.copy()
    wide, _ = fill_lettering(cleaned, mask, edge, edge, fill_name, inpainter)
    hole = make_hole(page.image.copy(), mask, edge, edge)
    (page_files,) = make_plan([source], folder / "out").pages
    cleaning = SegmentAndFill(model, inpainter, fill=fill_name, remove=KINDS)
    print(f"lettering {mask.mean():.2%} of the page, filled {hole.pixels.mean():.2%}")

    def fill() -> None:
        fill_holes(page.image.copy(), hole.pixels.copy(), fill_name, inpainter, hole.walls)

    stages: dict[str, Callable[[], object]] = {
        "read": partial(read, source),
        "looks": partial(segment, page.image, model),
        "find": partial(find, page.image, model),
        "hole": lambda: make_hole(page.image.copy(), mask, edge, edge),
        "fill": fill,
        "write": lambda: write_whole(page_files.target, encode(page, cleaned, wide)),
        "whole page": partial(clean_file, page_files, cleaning),
    }
    return {name: (_median(stage, rounds), "s") for name, stage in stages.items()}


def _median(stage: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        stage()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def _peak(source: Path, out: Path, options: list[str]) -> float:
    """Peak resident memory of textrm.infer in MB."""
    arguments = ["-m", "textrm.infer", str(source), "-o", str(out), *options]
    return float(_output("-c", _WATCH, sys.executable, *arguments)) * 1024 / 1e6


def _drawn(path: Path, height: int, width: int) -> Path:
    _output("-m", "benchmarks.page", "--draw", str(path), str(height), str(width))
    return path


def _output(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def _print(title: str, results: dict[str, tuple[float, str]]) -> None:
    table = Table("", "measured", "bar", title=title)
    for name, (value, unit) in results.items():
        bar = f"{BARS[name][0]:g} {unit}" if name in BARS else ""
        table.add_row(name, f"{value:.3f} s" if unit == "s" else f"{value:.0f} MB", bar)
    Console().print(table)


def draw_page(height: int, width: int) -> np.ndarray:
    """A page of panels with screentone and gradients, balloons with lines of text and a word on the art of some."""
    page = np.full((height, width, 3), 255, np.uint8)
    rng = np.random.default_rng(0)
    for top in range(20, height - 380, 400):
        for left in range(20, width - 260, 280):
            panel = page[top : top + 385, left : left + 265]
            y, x = np.mgrid[: panel.shape[0], : panel.shape[1]]
            if rng.random() < 0.5:
                panel[:] = np.where((x % 6 - 3) ** 2 + (y % 6 - 3) ** 2 < 5, 40, 255)[..., None]
            else:
                panel[:] = (rng.integers(90, 200, 3) + np.stack([x, y, x + y], 2) * 0.1).astype(np.uint8)
            if rng.random() < 0.3:
                cv2.putText(panel, "CRASH", (30, 340), cv2.FONT_HERSHEY_TRIPLEX, 1.8, (0, 0, 0), 7, cv2.LINE_AA)
            cv2.ellipse(panel, (132, 130), (120, 95), 0, 0, 360, (255, 255, 255), -1, cv2.LINE_AA)
            cv2.ellipse(panel, (132, 130), (120, 95), 0, 0, 360, (0, 0, 0), 2, cv2.LINE_AA)
            for line in range(5):
                words = "".join(rng.choice(list("abcdeghilmnoprstuw    "), 16))
                cv2.putText(
                    panel, words, (48, 92 + 24 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 2, cv2.LINE_AA
                )
            cv2.rectangle(panel, (0, 0), (panel.shape[1] - 1, panel.shape[0] - 1), (0, 0, 0), 2)
    return page


if __name__ == "__main__":
    main()

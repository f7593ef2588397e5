"""CPU time of finding and of whole pages beside an earlier build: ``python -m benchmarks.earlier CHECKOUT PAGE…``."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from textrm.command_line import click_command

# Runs in each checkout: its own textrm, its own weights. "find" is what the build does before it fills.
_TIMED = """
import json, sys, time, numpy as np
from importlib import import_module, util
sys.path.insert(0, sys.argv[1])
import cv2
from PIL import Image
from textrm import page
cv2.setNumThreads(1)
model = getattr(page, "SegmentationModel", None) or page.Segmenter  # the names of earlier builds
inpainter = getattr(page, "InpaintingModel", None) or page.Inpainter
model, inpainter = model(threads=2), inpainter(threads=2)
def find(image):
    for module in ("textrm.page.finding.find", "textrm.page.find"):
        if util.find_spec(module.rpartition(".")[0]) and util.find_spec(module):
            return import_module(module).find(image, model)
    from textrm.page.mask import find_lettering  # builds that looked once
    from textrm.page.segment import segment
    return find_lettering(segment(image, model), model.threshold, model.low, 12)
def seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start
for line in sys.stdin:
    image = np.asarray(Image.open(line.strip()).convert("RGB"))
    print(json.dumps([seconds(lambda: find(image)), seconds(lambda: page.clean(image, model, inpainter))]), flush=True)
"""


@click_command()
@click.argument("checkout", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("pages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
def main(checkout: Path, pages: tuple[Path, ...], rounds: int) -> None:
    """Time PAGES in this build and in CHECKOUT (a folder with an earlier commit), turn by turn, on two threads.

    Prints the median CPU seconds of both and the median of the ratios of the turns.
    """
    here = Path(__file__).resolve().parent.parent
    builds = [_start(here), _start(checkout.resolve())]
    table = Table("page", "find, s", "earlier", "ratio", "whole, s", "earlier", "ratio", title=f"median of {rounds}")
    for page in pages:
        turns = [[_ask(build, page) for build in builds] for _ in range(rounds + 1)][1:]
        cells = []
        for measured in (0, 1):
            own, other = ([turn[build][measured] for turn in turns] for build in (0, 1))
            ratio = statistics.median(a / b for a, b in zip(own, other, strict=True))
            cells += [f"{statistics.median(own):.3f}", f"{statistics.median(other):.3f}", f"{ratio:.2f}"]
        table.add_row(page.name, *cells)
    Console().print(table)
    for build in builds:
        build.terminate()


def _start(checkout: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _TIMED, str(checkout)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=checkout)


def _ask(build: subprocess.Popen[str], page: Path) -> list[float]:
    assert build.stdin is not None
    assert build.stdout is not None
    build.stdin.write(f"{page.resolve()}\n")
    build.stdin.flush()
    return json.loads(build.stdout.readline())


if __name__ == "__main__":
    main()

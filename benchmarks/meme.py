"""Time of cleaning a meme, each way: ``python -m benchmarks.meme [--model FILE] [MEME]``."""

from __future__ import annotations

import statistics
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
from textrm.errors import UserError
from textrm.page.cleaning import Cleaning
from textrm.page.end_to_end import EndToEnd
from textrm.page.files.clean_file import clean_file
from textrm.page.planning.plan import make_plan
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.synth.drawing.common.texture import gradient
from textrm.synth.memes.faces import find_caption_faces
from textrm.synth.memes.meme import letter_meme

SIDE = 720
BAR = 0.4  # s, of end-to-end with two threads


@click_command()
@click.argument("meme", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="ONNX file of a cleaning net.  [the released weights]")
@click.option("--threads", default=2, show_default=True)
@click.option("--rounds", default=9, show_default=True)
def main(meme: Path | None, model: Path | None, threads: int, rounds: int) -> None:
    """Print how long MEME takes, reading and writing included, by the median of several rounds after one of warm-up.

    Without MEME one of 720 x 720 pixels is drawn. Loading of the models is not counted.
    """
    try:
        measure(meme, model, threads, rounds)
    except UserError as error:
        raise click.ClickException(str(error)) from error


def measure(meme: Path | None, model: Path | None, threads: int, rounds: int) -> None:
    """Print the table."""
    cv2.setNumThreads(1)  # as textrm.infer does: its many small calls wait longer for threads than they gain
    methods: dict[str, Cleaning] = {
        "end-to-end": EndToEnd.opened(model, threads),
        "segment+fill": SegmentAndFill.opened(threads=threads, remove=KINDS),
        "segment+telea": SegmentAndFill.opened(threads=threads, fill="telea", remove=KINDS),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = meme or _drawn(folder / "meme.jpg")
        (page_files,) = make_plan([source], folder / "out").pages
        calls: dict[str, Callable[[], object]] = {
            way: partial(clean_file, page_files, method) for way, method in methods.items()
        }
        times: dict[str, list[float]] = {way: [] for way in calls}
        for _ in range(rounds + 1):  # in turn, so that what else the machine does meets all alike
            for way, call in calls.items():
                start = time.perf_counter()
                call()
                times[way].append(time.perf_counter() - start)
        with Image.open(source) as shown:
            title = f"{shown.width}x{shown.height}, {threads} threads, median of {rounds}"
    table = Table("method", "s per meme", "bar", title=title)
    for way, found in times.items():
        table.add_row(way, f"{statistics.median(found[1:]):.3f}", f"{BAR:g}" if way == "end-to-end" else "")
    Console().print(table)


def _drawn(path: Path) -> Path:
    """A meme with two captions on a mottled gradient."""
    rng = np.random.default_rng(0)
    picture = gradient(rng, SIDE, SIDE, (40, 90, 160), (220, 180, 120))
    captions = ["when the benchmark needs a picture", "and draws one itself"]
    Image.fromarray(letter_meme(rng, picture, captions, find_caption_faces(())).sample.image).save(path, quality=90)
    return path


if __name__ == "__main__":
    main()

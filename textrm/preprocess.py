"""Makes pictures ready for a net: ``python -m textrm.preprocess IN OUT``, also installed as ``textrm-preprocess``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from textrm.command_line import click_command
from textrm.errors import UserError
from textrm.files import sweep_below
from textrm.page.files.progress import ended, messages, work_through
from textrm.pictures.read import MAX_PIXELS
from textrm.prepared.geometry import PADDINGS
from textrm.prepared.prepare import Settings, is_prepared, prepare, prepared_row
from textrm.prepared.record import MANIFEST
from textrm.prepared.rows import Rows
from textrm.prepared.sources import Source, find_sources


class _Side(click.IntRange):
    """A side in pixels, or 0."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return 0 if value == "0" else super().convert(value, param, ctx)


@click_command()
@click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--size", type=_Side(32), default=512, show_default=True,
              help="Side of the square canvas in pixels; 0 keeps the size of each picture.")  # fmt: skip
@click.option("--pad", type=click.Choice(list(PADDINGS)), default="reflect", show_default=True,
              help="How to fill the rest of the canvas: with the picture mirrored, or black.")  # fmt: skip
@click.option("--multiple", type=click.IntRange(1), help="With --size 0: make sides multiples of this.  [32]")
@click.option("--enlarge", is_flag=True, help="Enlarge smaller pictures to the canvas.")
@click.option("--max-pixels", type=click.IntRange(1), default=MAX_PIXELS, show_default=True,
              help="Refuse larger pictures.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Make the set in OUT anew, and remove other pictures from it.")
def main(
    inputs: tuple[Path, ...], out: Path, size: int, pad: str, multiple: int | None, enlarge: bool, max_pixels: int,
    overwrite: bool,
) -> None:  # fmt: skip
    """Put pictures into one shape, ready for a net: upright, in 8-bit sRGB, on canvases of one size.

    IN is any number of folders and pictures, or one manifest.csv, whose clean pictures and masks are treated alike. OUT
    receives image/, clean/, mask/ and manifest.csv. It also receives originals/, with a copy of every original, so that
    textrm restore can give size, mode, format and metadata back. Pictures that are done already are skipped.
    """
    console = messages()
    settings = Settings(size, pad, multiple or 32, enlarge)
    passed: list[str] = []
    with ended(console) as ending:
        if size and multiple:
            raise UserError(f"--multiple {multiple} is given, but the canvas is square: give --size 0")
        if enlarge and not size:
            raise UserError("--enlarge is given, but --size 0 keeps every picture's own size: give a --size")
        sources, refused = find_sources(inputs, out, ending.failures)
        for folder in inputs:
            if (folder / MANIFEST).is_file():
                console.print(f"note: {folder} holds a manifest; give {folder / MANIFEST} to keep pairs and masks")
        sweep_below(out)  # before what it holds is judged
        rows = Rows(out, sources, refused, settings, overwrite)
        tasks = [
            (source.files["image"], partial(_prepare, source, out, settings, max_pixels, rows, passed))
            for source in sources
        ]
        done = 0
        if tasks:
            rows.begin()
            try:
                done = work_through(tasks, "preparing", ending.failures, console, console.is_terminal)
            finally:
                rows.end()
        ending.done = f"{done - len(passed)} pictures prepared"
        ending.done += f", {len(passed)} were done already" * bool(passed)


def _prepare(
    source: Source, out: Path, settings: Settings, max_pixels: int, rows: Rows, passed: list[str]
) -> list[str]:
    """Prepare one picture, unless a run before did; a picture that fails has no row."""
    name = source.row.id
    before = rows.pop(name)
    if before is not None and is_prepared(source, *before, out, settings):
        rows.put(prepared_row(source, before[1]))
        passed.append(name)
        return []
    row, notes = prepare(source, out, settings, max_pixels)
    rows.put(row)
    return notes


if __name__ == "__main__":
    main()

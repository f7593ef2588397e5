"""textrm beside the tool a user would otherwise combine, on the same pages in the same run.

``python -m benchmarks.peers --manifest <manifest.csv> --split val --limit 20 --by style``
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.progress import track

import textrm
from benchmarks.peers.ocr_peer import OcrPeer, telea
from textrm.command_line import click_command
from textrm.data.manifest import BadRow, read_manifest
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.evaluate.page_methods import onnx_method
from textrm.evaluate.scoring import (
    Line,
    Method,
    PageScores,
    choose_rows,
    load_page,
    part_of,
    score_page,
    write_csv,
)
from textrm.evaluate.summary import summarise
from textrm.evaluate.table import score_table

# Gives the method for one page; all but the one that knows the truth give the same for all.
Tool = Callable[[Sample], Method]


@click_command()
@click.option(
    "--manifest", type=click.Path(path_type=Path), required=True, help="manifest.csv with masks and clean pages"
)
@click.option("--split", default="val", show_default=True)
@click.option("--limit", type=int, help="this many pages, spread evenly over the split")
@click.option("--by", help="column whose values get a line of their own, as style")
@click.option("--model", type=click.Path(path_type=Path), help="ONNX file instead of the released weights")
@click.option("--detector", type=click.Path(path_type=Path, exists=True), help="ONNX file of another PP-OCR detector")
@click.option("--threads", default=2, show_default=True, help="CPU threads of every tool")
@click.option("--out", type=click.Path(path_type=Path), help="CSV of the table")
def main(
    manifest: Path,
    split: str,
    limit: int | None,
    by: str | None,
    model: Path | None,
    detector: Path | None,
    threads: int,
    out: Path | None,
) -> None:
    """Measure textrm, an OCR detector with Otsu and Telea, and Telea given the true mask."""
    try:
        ours, peer = onnx_method(model, threads=threads), OcrPeer(threads, detector)
        tools: dict[str, Tool] = {
            f"textrm {textrm.__version__}": lambda _: ours,
            peer.name: lambda _: peer,
            "true mask + Telea": true_mask,
        }
        lines = compare(tools, manifest, split, limit, by)
        Console(width=None if sys.stdout.isatty() else 160).print(
            score_table(f"{manifest}, {split}, {threads} threads", lines)
        )
        if out is not None:
            write_csv(out, lines)
    except UserError as error:
        sys.exit(f"error: {error}")


def compare(
    tools: dict[str, Tool], manifest: Path, split: str, limit: int | None = None, by: str | None = None
) -> list[Line]:
    """The lines of the table: every tool on every part, page after page in turn.

    Raises:
        UserError: for a manifest or split that cannot be used, or when no page can be read.
    """
    source = read_manifest(manifest)
    rows = choose_rows(source, split, limit)
    pages: dict[str, list[PageScores]] = {name: [] for name in tools}
    for row in track(rows, description="pages"):
        try:
            sample = load_page(source, row)
        except BadRow as error:
            print(f"skipped {error}", file=sys.stderr)
            continue
        for name, tool in tools.items():
            if not pages[name]:
                tool(sample)(sample.image)  # one call to warm up
            pages[name].append(score_page(sample, tool(sample), part_of(row, by)))
    if not any(pages.values()):
        raise UserError(f"{manifest}: no page of split {split} could be read")
    return [{"tool": name, **line} for name, scored in pages.items() for line in summarise(scored)]


def true_mask(sample: Sample) -> Method:
    """Telea told where the lettering is: what filling alone costs."""

    def method(page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lettered = page is not sample.clean
        mask = sample.mask * np.uint8(255 if lettered else 0)
        return mask, telea(page, mask)

    return method


if __name__ == "__main__":
    main()

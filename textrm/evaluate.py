"""Evaluate: ``python -m textrm.evaluate manifest=<manifest.csv> [model=… | run=… | fills=[…] | taggers=[…]]``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

from textrm.data.manifest import BadRow, Manifest, Row, load_sample, read_manifest
from textrm.errors import UserError
from textrm.extras import needs_extra
from textrm.page.fill import NEEDS_MODEL
from textrm.report_sheet import strip, write_sheet
from textrm.scoring import (
    WIDTH,
    Method,
    PageScores,
    choose_rows,
    onnx_method,
    score_pages,
    score_table,
    summarise,
    write_csv,
)

with needs_extra("train", __name__):
    from omegaconf import DictConfig

    from textrm.config import at_least, hydra_entry


@hydra_entry("evaluate", limit=int, model=str, fill_model=str, run=str, by=str, out=str)
def main(config: DictConfig) -> None:
    """Print the table of a model on one split of a manifest, write CSV files and the sheet of the worst pages.

    With ``fills`` it compares ways of filling instead, see :func:`textrm.compare_fills.compare_fills`, and with
    ``taggers`` taggers, see :func:`textrm.compare_taggers.compare_taggers`.
    """
    at_least(config, threads=1, sheet=0)
    if config.taggers is not None:
        from textrm.compare_taggers import compare_taggers  # here, because an ONNX file need not wait for torch

        compare_taggers(config)
        return
    if config.fills is not None:
        from textrm.compare_fills import compare_fills  # here, because an ONNX file need not wait for torch

        compare_fills(config)
        return
    manifest = read_manifest(config.manifest)
    rows = choose_rows(manifest, config.split, config.limit)
    if config.fill_model is not None and config.fill not in NEEDS_MODEL:
        raise UserError(f"fill_model is given, but fill={config.fill} uses no net: give fill=auto or fill=network")
    if config.run is not None and config.model is not None:
        raise UserError("both model and run are given: give the one to evaluate")
    if config.run is not None:
        method = run_method(config.run, config.checkpoint, config.threads, config.fill, config.fill_model)
    else:
        method = onnx_method(config.model, config.threads, config.fill, config.fill_model)
    pages: list[PageScores] = []
    bad: list[BadRow] = []
    for scores in track(score_pages(manifest, rows, method, config.by), description="pages", total=len(rows)):
        if isinstance(scores, BadRow):
            bad.append(scores)
        else:
            pages.append(scores)
    if pages:
        lines = summarise(pages)
        console = Console()
        console.width = max(console.width, WIDTH)
        title = f"{config.run or config.model or 'released weights'} on {config.manifest}, {config.split}"
        console.print(score_table(title, lines))
        if config.out is not None:
            out = Path(config.out)
            write_csv(out / "summary.csv", lines)
            write_csv(out / "pages.csv", [page.line() for page in pages])
            write_worst(out / "sheet.png", manifest, rows, pages, method, config.sheet)
    for row in bad:
        print(f"not scored: {row}")
    if bad:
        raise UserError(f"{len(bad)} of {len(rows)} rows could not be read and were not scored: mend or remove them")


def run_method(
    run: Path | str, checkpoint: str = "best", threads: int = 2, fill: str = "auto", fill_model: str | None = None
) -> Method:
    """The whole pipeline with the net of a run folder, exported for the purpose: what is scored is what is used.

    Raises:
        UserError: when the folder is no finished run.
    """
    from textrm.export import export, load_run  # here, because an ONNX file need not wait for torch

    net, resolved = load_run(Path(run), checkpoint)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "run.onnx"
        export(net, file, run=Path(run).name, threshold=resolved["task"].get("threshold", 0.5))
        return onnx_method(file, threads, fill, fill_model)


def write_worst(
    path: Path, manifest: Manifest, rows: Sequence[Row], pages: Sequence[PageScores], method: Method, count: int
) -> None:
    """Clean the ``count`` worst pages again (lowest F1 with 2 px tolerance) and write them as a contact sheet."""
    scores = {page.id: page.line() for page in pages}

    def badness(row: Row) -> float:
        figure = float(scores[row.id]["F1tol"])
        return 2.0 if math.isnan(figure) else figure

    strips = []
    for row in sorted((row for row in rows if row.id in scores), key=badness)[:count]:
        sample = load_sample(manifest, row)
        title = f"{row.id}   F1 2px {scores[row.id]['F1tol']:.3f}   left {scores[row.id]['left']:.2%}"
        strips.append(strip(title, sample, *method(sample.image)))
    if strips:
        write_sheet(path, strips)


if __name__ == "__main__":
    main()

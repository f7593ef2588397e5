"""Evaluate: ``python -m textrm.evaluate manifest=<manifest.csv> [model=… | run=… | methods=[…] | fills=[…] | …]``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from textrm.data.manifest import Manifest, Row, load_sample, read_manifest
from textrm.errors import UserError
from textrm.extras import needs_extra
from textrm.page.fill import NEEDS_MODEL
from textrm.report_sheet import strip, write_sheet
from textrm.scoring import (
    Method,
    PageScores,
    choose_rows,
    print_table,
    report_bad,
    score_all,
    summarise,
    write_csv,
)
from textrm.scoring_methods import onnx_method, run_method

with needs_extra("train", __name__):
    from omegaconf import DictConfig

    from textrm.compare_methods import compare_methods
    from textrm.config import at_least, hydra_entry


@hydra_entry("evaluate", limit=int, model=str, fill_model=str, run=str, by=str, out=str)
def main(config: DictConfig) -> None:
    """Print the table of a model on one split of a manifest, write CSV files and the sheet of the worst pages.

    With ``methods`` it compares ways of cleaning instead, see :func:`textrm.compare_methods.compare_methods`, with
    ``fills`` ways of filling, see :func:`textrm.compare_fills.compare_fills`, and with ``taggers`` taggers, see
    :func:`textrm.compare_taggers.compare_taggers`.
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
    if config.methods is not None:
        compare_methods(config)
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
    name = config.run or config.model or "released weights"
    scored, bad = score_all(manifest, rows, {name: method}, config.by)
    pages = scored[name]
    if pages:
        lines = summarise(pages)
        print_table(f"{name} on {config.manifest}, {config.split}", lines)
        if config.out is not None:
            out = Path(config.out)
            write_csv(out / "summary.csv", lines)
            write_csv(out / "pages.csv", [page.line() for page in pages])
            write_worst(out / "sheet.png", manifest, rows, pages, method, config.sheet)
    report_bad(bad, len(rows))


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

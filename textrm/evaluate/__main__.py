"""Evaluate: ``python -m textrm.evaluate manifest=<manifest.csv> [model=… | run=… | methods=[…] | fills=[…] | …]``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from textrm.data.manifest import Manifest, Row, read_manifest
from textrm.errors import UserError
from textrm.evaluate.page_methods import onnx_method, run_method
from textrm.evaluate.scoring import (
    Method,
    PageScores,
    choose_rows,
    load_page,
    report_bad,
    score_all,
    write_csv,
)
from textrm.evaluate.sheet import strip, write_sheet
from textrm.evaluate.summary import summarise, summarise_kinds
from textrm.evaluate.table import print_table
from textrm.extras import needs_extra
from textrm.page.filling.fill import NEEDS_MODEL

with needs_extra("train", __name__):
    from omegaconf import DictConfig

    from textrm.evaluate.methods import compare_methods
    from textrm.runs.config import at_least, hydra_entry


@hydra_entry("evaluate", limit=int, model=str, fill_model=str, run=str, by=str, out=str)
def main(config: DictConfig) -> None:
    """Print the table of a model on one split of a manifest, write CSV files and the sheet of the worst pages.

    With ``methods`` it compares ways of cleaning instead, see :func:`textrm.evaluate.methods.compare_methods`, with
    ``fills`` ways of filling, see :func:`textrm.evaluate.fills.compare_fills`, and with ``taggers`` taggers, see
    :func:`textrm.evaluate.taggers.compare_taggers`.
    """
    at_least(config, threads=1, sheet=0)
    if config.taggers is not None:
        from textrm.evaluate.taggers import compare_taggers  # here, because an ONNX file need not wait for torch

        compare_taggers(config)
        return
    if config.fills is not None:
        from textrm.evaluate.fills import compare_fills  # here, because an ONNX file need not wait for torch

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
        lines, kinds = summarise(pages), summarise_kinds(pages)
        print_table(f"{name} on {config.manifest}, {config.split}", lines, kinds)
        if config.out is not None:
            out = Path(config.out)
            write_csv(out / "summary.csv", lines)
            if kinds:
                write_csv(out / "kinds.csv", kinds)
            write_csv(out / "pages.csv", [page.line() for page in pages])
            write_worst(out / "sheet.png", manifest, rows, pages, method, config.sheet)
    report_bad(bad, len(rows))


def write_worst(
    path: Path, manifest: Manifest, rows: Sequence[Row], pages: Sequence[PageScores], method: Method, count: int
) -> None:
    """Clean the ``count`` worst pages again and write them as a contact sheet.

    The worst have the lowest F1 with 2 px tolerance; after those with lettering come the text-free ones, most of which
    was taken for lettering first.
    """
    scores = {page.id: page for page in pages}

    def badness(row: Row) -> tuple[bool, float]:
        page = scores[row.id]
        return page.text_free, -page.pictures.get("false_area", 0.0) if page.text_free else page.counts.tolerant_f1()

    strips = []
    for row in sorted((row for row in rows if row.id in scores), key=badness)[:count]:
        sample, page = load_page(manifest, row), scores[row.id]
        figures = {"F1 2px": f"{page.counts.tolerant_f1():.3f}", "left": f"{page.pictures.get('left', math.nan):.2%}"}
        if page.text_free:
            figures = {"text-free, false": f"{page.pictures['false_area']:.3%}"}
        title = "   ".join([row.id, *(f"{name} {figure}" for name, figure in figures.items())])
        strips.append(strip(title, sample, *method(sample.image)))
    if strips:
        write_sheet(path, strips)


if __name__ == "__main__":
    main()

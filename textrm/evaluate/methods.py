"""The comparison of evaluation: several ways to clean the same pages, in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from omegaconf import DictConfig, ListConfig

from textrm.data.manifest import Manifest, Row, read_manifest
from textrm.errors import UserError
from textrm.evaluate.page_methods import named_methods
from textrm.evaluate.scoring import (
    Line,
    Method,
    PageScores,
    choose_rows,
    load_page,
    report_bad,
    score_all,
    write_csv,
)
from textrm.evaluate.sheet import Strip, write_sheet
from textrm.evaluate.summary import summarise, summarise_kinds
from textrm.evaluate.table import print_table


def compare_methods(config: DictConfig) -> None:
    """Print the table of several ways to clean the same pages, write CSV files and a sheet of the worst pages.

    Every page goes through all methods in turn, so that their times are of the same run.

    Raises:
        UserError: where a method cannot be had, and after the table where rows could not be read.
    """
    if not isinstance(config.methods, ListConfig) or not config.methods:
        raise UserError(f"methods={config.methods}: expected a list, as methods=[segment+fill,runs/mine,model.onnx]")
    for name in ("model", "run"):
        if config[name] is not None:
            raise UserError(f"{name} is given beside methods: expected one of the two; all are named in methods")
    manifest = read_manifest(config.manifest)
    rows = choose_rows(manifest, config.split, config.limit)
    names = [str(name) for name in config.methods]
    methods = named_methods(names, config.checkpoint, config.threads, config.fill, config.fill_model)
    scored, bad = score_all(manifest, rows, methods, config.by)
    if len(bad) < len(rows):
        lines: list[Line] = [{"method": name, **line} for name, pages in scored.items() for line in summarise(pages)]
        kinds = [{"method": name, **line} for name, pages in scored.items() for line in summarise_kinds(pages)]
        print_table(f"cleaning the same pages of {config.manifest}, {config.split}", lines, kinds)
        if config.out is not None:
            out = Path(config.out)
            write_csv(out / "summary.csv", lines)
            if kinds:
                write_csv(out / "kinds.csv", kinds)
            pages = [{"method": name, **page.line()} for name, pages in scored.items() for page in pages]
            write_csv(out / "pages.csv", pages)
            write_comparison(out / "sheet.png", manifest, rows, scored, methods, config.sheet)
    report_bad(bad, len(rows))


def write_comparison(
    path: Path, manifest: Manifest, rows: Sequence[Row], scored: Mapping[str, Sequence[PageScores]],
    methods: Mapping[str, Method], count: int,
) -> None:  # fmt: skip
    """Clean the ``count`` worst pages again and write them with all results and the truth as a contact sheet.

    The worst have the lowest mean PSNR over the methods; pages without a clean version are not shown.
    """
    psnr = {
        pages[0].id: float(np.mean([page.pictures.get("psnr", np.nan) for page in pages]))
        for pages in zip(*scored.values(), strict=True)
    }
    shown = sorted((row for row in rows if not np.isnan(psnr.get(row.id, np.nan))), key=lambda row: psnr[row.id])
    strips = []
    for row in shown[:count]:
        sample = load_page(manifest, row)
        assert sample.clean is not None
        cleaned = [method(sample.image)[1] for method in methods.values()]
        title = f"{row.id}   {psnr[row.id]:.1f} dB: lettered, {', '.join(methods)}, truth"
        strips.append(Strip(title, (sample.image, *cleaned, sample.clean)))
    if strips:
        write_sheet(path, strips)

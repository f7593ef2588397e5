"""The evaluation of ways to clean pages: one or several on the same pages, in one table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from omegaconf import DictConfig

from textrm.data.manifest import Manifest, Row, read_manifest
from textrm.evaluate.comparison import Comparison
from textrm.evaluate.page_methods import named_methods
from textrm.evaluate.scoring import Line, Method, PageScores, choose_rows, csv_of, load_page, score_all
from textrm.evaluate.sheet import Strip, disagreement
from textrm.evaluate.summary import summarise, summarise_kinds
from textrm.evaluate.table import score_table
from textrm.runs.own import trusted


def compare_methods(config: DictConfig, names: Sequence[str]) -> Comparison:
    """Clean the same pages with every method in turn, so that their times are of the same run.

    Raises:
        UserError: where a method cannot be had, or no page can be scored.
    """
    manifest = read_manifest(config.manifest)
    rows = choose_rows(manifest, config.split, config.limit)
    methods = named_methods(
        names, config.checkpoint, config.threads, config.fill, config.fill_model, trusted(config.trust)
    )
    scored, bad = score_all(manifest, rows, methods, config.by)
    if len(bad) == len(rows):
        return Comparison(None, len(rows), bad)
    lines: list[Line] = [{"method": name, **line} for name, pages in scored.items() for line in summarise(pages)]
    kinds: list[Line] = [{"method": name, **line} for name, pages in scored.items() for line in summarise_kinds(pages)]
    pages: list[Line] = [{"method": name, **page.line()} for name, pages in scored.items() for page in pages]
    return Comparison(
        score_table(f"cleaning the same pages of {config.manifest}, {config.split}", lines, kinds),
        len(rows), bad,
        {"summary.csv": csv_of(lines), **({"kinds.csv": csv_of(kinds)} if kinds else {}), "pages.csv": csv_of(pages)},
        strips=lambda: [strip(manifest, row, scored, methods) for row in worst(rows, scored)[: config.sheet]],
    )  # fmt: skip


def worst(rows: Sequence[Row], scored: Mapping[str, Sequence[PageScores]]) -> list[Row]:
    """The rows that were scored, the worst first.

    The worst have the lowest F1 with 2 px tolerance, the mean over the methods; after those with lettering come the
    text-free ones, most of which was taken for lettering first.
    """
    badness: dict[str, tuple[bool, float]] = {}
    for pages in zip(*scored.values(), strict=True):
        free = pages[0].text_free
        figures = [-page.pictures.get("false_area", 0.0) if free else page.counts.tolerant_f1() for page in pages]
        badness[pages[0].id] = free, float(np.mean(figures))
    return sorted((row for row in rows if row.id in badness), key=lambda row: badness[row.id])


def strip(
    manifest: Manifest, row: Row, scored: Mapping[str, Sequence[PageScores]], methods: Mapping[str, Method]
) -> Strip:
    """A page, of every method where it agrees with the mask and what it made of the page, and the truth if known."""
    sample = load_page(manifest, row)
    panels, title = [sample.image], row.id
    for name, method in methods.items():
        level, cleaned = method(sample.image)
        panels += [disagreement(sample, level), cleaned]
        page = next(page for page in scored[name] if page.id == row.id)
        title += f"   {name}: {_figures(page)}"
    return Strip(title, (*panels, *([] if sample.clean is None else [sample.clean])))


def _figures(page: PageScores) -> str:
    if page.text_free:
        return f"text-free, false {page.pictures['false_area']:.3%}"
    return f"F1 2px {page.counts.tolerant_f1():.3f}, left {page.pictures.get('left', math.nan):.2%}"

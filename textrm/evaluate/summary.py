"""What the pages of an evaluation come to: a line per part, and a line per kind of lettering."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from textrm.evaluate.scoring import PICTURES, Line, PageScores
from textrm.metrics import PixelCounts, WordCounts, touched, worst_leak
from textrm.metrics.counting import ratio

TIMED_CALLS = 5  # that a time is the median of, at least


def summarise(pages: Sequence[PageScores]) -> list[Line]:
    """One line per part and, last, one for all: pixels and words pooled, pictures averaged, the worst page named.

    ``F1tol_page`` is the mean of F1tol over the pages with lettering. ``touched_0.1`` and so on are shares of the
    ``text_free`` pictures. ``seconds`` is the median over the pages, NaN for fewer than TIMED_CALLS of them.
    """
    parts = sorted({page.part for page in pages} - {""})
    groups = [(part, [page for page in pages if page.part == part]) for part in parts]
    return [_line(part, members) for part, members in [*groups, ("all", pages)]]


def summarise_kinds(pages: Sequence[PageScores]) -> list[Line]:
    """One line per kind of lettering that the pages' manifest tells of, over its words; none where it tells nothing.

    ``pages`` is of how many the manifest says that they have some, ``recall`` the share of the words' pixels.
    """
    kinds = sorted({kind for page in pages for kind in page.kinds})
    return [_kind_line(kind, [page.kinds[kind] for page in pages if kind in page.kinds]) for kind in kinds]


def _kind_line(kind: str, words: Sequence[WordCounts]) -> Line:
    pooled = sum(words, WordCounts())
    scores = pooled.scores()
    recall = ratio(int(pooled.pixels_found.sum()), int(pooled.pixels.sum()))
    chosen = {name: scores[name] for name in ("words", "words_found", "half_erased", "kept_whole")}
    return {"kind": kind, "pages": len(words), "recall": recall, **chosen}


def _line(part: str, pages: Sequence[PageScores]) -> Line:
    line: Line = {"part": part, "pages": len(pages)}
    line |= sum((page.counts for page in pages), PixelCounts()).scores()
    line["F1tol_page"] = _average([page.counts.tolerant_f1() for page in pages if page.counts.lettering])
    for name in PICTURES:
        values = [page.pictures.get(name, np.nan) for page in pages]
        line[name] = _average(values, np.median, TIMED_CALLS) if name == "seconds" else _average(values)
    leaks = {page.id: page.pictures.get("leak", np.nan) for page in pages}
    line["leak_worst_page"], line["leak_worst"] = worst_leak(leaks)
    line |= sum((page.words for page in pages), WordCounts()).scores()
    areas = [page.pictures.get("false_area", np.nan) for page in pages if page.text_free]
    areas = [area for area in areas if not np.isnan(area)]
    return {**line, "text_free": len(areas), **touched(areas)}


def _average(values: Sequence[float], average: Callable[[list[float]], float] = np.mean, least: int = 1) -> float:
    """Of the values that are known, NaN for fewer than ``least``."""
    known = [value for value in values if not np.isnan(value)]
    return float(average(known)) if len(known) >= least else float("nan")

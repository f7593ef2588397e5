"""Scores one way of cleaning pages on the rows of a manifest: what evaluation and the benchmarks share."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from textrm.data.manifest import BadRow, Manifest, Row, evenly_spread, load_sample
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.files import write_whole
from textrm.metrics import PixelCounts, count_pixels, false_area, picture_scores

# Cleans one page: H W 3 uint8 RGB to its 8-bit probability or mask (H W) and the cleaned page.
Method = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
# One line of a table: names, counts and figures by column.
Line = dict[str, str | float]

# Column of the CSV, heading and format in the terminal.
COLUMNS = {
    "AP": ("AP", "{:.3f}"),
    "F1": ("F1", "{:.3f}"),
    "precision": ("prec.", "{:.3f}"),
    "recall": ("recall", "{:.3f}"),
    "F1tol": ("F1 2px", "{:.3f}"),
    "small_recall": ("small", "{:.3f}"),
    "psnr": ("PSNR", "{:.1f}"),
    "psnr_near": ("near", "{:.1f}"),
    "left": ("left", "{:.2%}"),
    "leak": ("leak", "{:.3%}"),
    "change": ("change", "{:.2f}"),
    "false_area": ("false", "{:.3%}"),
    "seconds": ("s/page", "{:.2f}"),
}
PICTURES = ("psnr", "psnr_near", "left", "leak", "change", "false_area", "seconds")  # are averaged over pages
WIDTH = 144  # columns the table needs; a terminal that is narrower wraps it, which is better than cut figures
TIMED_CALLS = 5  # that a time is the median of, at least


@dataclass(frozen=True, slots=True)
class PageScores:
    """The figures of one page: pixels to pool and ``pictures``, averages by column; ``part`` is the subset it is in."""

    id: str
    part: str
    counts: PixelCounts
    pictures: dict[str, float] = field(default_factory=dict)

    def line(self) -> Line:
        """One line of ``pages.csv``; what needs the clean page is NaN without one."""
        pictures = {name: self.pictures.get(name, float("nan")) for name in PICTURES}
        return {"id": self.id, "part": self.part, **self.counts.scores(), **pictures}


def choose_rows(manifest: Manifest, split: str, limit: int | None = None) -> list[Row]:
    """The rows of a split that have a mask; with ``limit``, that many of them evenly spread over the split.

    Raises:
        UserError: when there is none.
    """
    rows = [row for row in manifest.rows if row.split == split and row.mask]
    if not rows:
        found = ", ".join(sorted({row.split for row in manifest.rows if row.mask})) or "none"
        raise UserError(f"split {split} has no picture with a mask in {manifest.folder}; splits that have: {found}")
    if limit is not None and limit < 1:
        raise UserError(f"limit is {limit}; expected at least 1 page, or nothing for all")
    return evenly_spread(rows, limit)


def score_pages(
    manifest: Manifest, rows: Sequence[Row], methods: Mapping[str, Method], by: str | None = None
) -> Iterator[dict[str, PageScores] | BadRow]:
    """Clean and score row after row with every method; a row that cannot be read comes out as its :class:`BadRow`.

    ``by`` names the column whose value is each page's ``part``. The first page is cleaned once before, unmeasured.
    """
    warm = False
    for row in rows:
        part = part_of(row, by)
        try:
            sample = load_sample(manifest, row)
        except BadRow as error:
            yield error
            continue
        if not warm:
            for method in methods.values():
                method(sample.image)
            warm = True
        yield {name: score_page(sample, method, part) for name, method in methods.items()}


def score_all(
    manifest: Manifest, rows: Sequence[Row], methods: Mapping[str, Method], by: str | None = None
) -> tuple[dict[str, list[PageScores]], list[BadRow]]:
    """The pages of every method, and the rows that cannot be read; a bar shows how far it is."""
    pages: dict[str, list[PageScores]] = {name: [] for name in methods}
    bad = []
    for scores in track(score_pages(manifest, rows, methods, by), description="pages", total=len(rows)):
        if isinstance(scores, BadRow):
            bad.append(scores)
        else:
            for name, page in scores.items():
                pages[name].append(page)
    return pages, bad


def report_bad(bad: Sequence[BadRow], total: int) -> None:
    """Print the rows that could not be read.

    Raises:
        UserError: when there is one.
    """
    for row in bad:
        print(f"not scored: {row}")
    if bad:
        raise UserError(f"{len(bad)} of {total} rows could not be read and were not scored: mend or remove them")


def score_page(sample: Sample, method: Method, part: str = "") -> PageScores:
    """Clean one page and compare it with its truth; without a clean version only pixels and time are scored."""
    start = time.perf_counter()
    level, cleaned = method(sample.image)
    pictures = {"seconds": time.perf_counter() - start}
    if sample.clean is not None:
        pictures |= picture_scores(cleaned, sample.image, sample.clean, sample.mask, sample.ignore)
        pictures["false_area"] = false_area(method(sample.clean)[0], sample.ignore)
    return PageScores(sample.id, part, count_pixels(level, sample.mask, sample.ignore), pictures)


def part_of(row: Row, by: str | None) -> str:
    """The value of column ``by``.

    Raises:
        UserError: when the manifest has no such column.
    """
    if by is None:
        return ""
    value = row.extra[by] if by in row.extra else getattr(row, by, None)
    if not isinstance(value, str):
        raise UserError(f"by={by}: the manifest has no such column; it has source, group, {', '.join(row.extra)}")
    return value or "none"


def summarise(pages: Sequence[PageScores]) -> list[Line]:
    """One line per part and, last, one for all: pixels pooled, pictures averaged.

    ``seconds`` is the median over the pages, NaN for fewer than TIMED_CALLS of them.
    """
    parts = sorted({page.part for page in pages} - {""})
    groups = [(part, [page for page in pages if page.part == part]) for part in parts if len(parts) > 1]
    return [_line(part, members) for part, members in [*groups, ("all", pages)]]


def _line(part: str, pages: Sequence[PageScores]) -> Line:
    line: Line = {"part": part, "pages": len(pages)}
    line |= sum((page.counts for page in pages), PixelCounts()).scores()
    for name in PICTURES:
        values = [page.pictures[name] for page in pages if not np.isnan(page.pictures.get(name, np.nan))]
        average, least = (np.median, TIMED_CALLS) if name == "seconds" else (np.mean, 1)
        line[name] = float(average(values)) if len(values) >= least else float("nan")
    return line


def score_table(title: str, lines: Sequence[Line]) -> Table:
    """The lines of :func:`summarise` for the terminal; what is not known is a dash."""
    names = [name for name in lines[0] if name not in COLUMNS and name != "IoU"]
    table = Table(*names, *(heading for heading, _ in COLUMNS.values()), title=title)
    for line in lines:
        figures = [(form, float(line[name])) for name, (_, form) in COLUMNS.items()]
        table.add_row(
            *(str(line[name]) for name in names),
            *("–" if np.isnan(value) else form.format(value) for form, value in figures),
        )
    return table


def print_table(title: str, lines: Sequence[Line]) -> None:
    """Print the table of :func:`score_table` as wide as it needs."""
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(score_table(title, lines))


def write_csv(path: Path, lines: Sequence[Line]) -> None:
    """Write lines of the same columns; figures that are not known are empty.

    Raises:
        UserError: when the file cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value != value else value for key, value in line.items()} for line in lines)
    try:
        write_whole(path, text.getvalue().encode())
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}); give a place that can be") from error

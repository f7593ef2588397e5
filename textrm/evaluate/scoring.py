"""Scores one way of cleaning pages on the rows of a manifest: what evaluation and the benchmarks share."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from rich.progress import track

from textrm.data.manifest import COLUMNS, BadRow, Manifest, Row, evenly_spread, load_sample
from textrm.data.sample import KINDS, Sample
from textrm.data.word_polygons import read_words
from textrm.errors import UserError
from textrm.files import write_whole
from textrm.metrics import (
    PixelCounts,
    WordCounts,
    Words,
    count_erased_words,
    count_found_words,
    count_pixels,
    false_area,
    group_words,
    picture_scores,
    polygon_words,
)
from textrm.printable import cell

# Cleans one page: H W 3 uint8 RGB to its 8-bit probability or mask (H W) and the cleaned page.
Method = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
# One line of a table: names, counts and figures by column.
Line = dict[str, str | float]

PICTURES = ("psnr", "psnr_near", "left", "leak", "change", "false_area", "seconds")  # are averaged over pages


@dataclass(frozen=True, slots=True)
class PageScores:
    """The figures of one page: pixels and words to pool and ``pictures``, averages by column.

    ``part`` is the subset it is in; ``kinds`` has the words of each kind of lettering that the manifest tells of.
    """

    id: str
    part: str
    counts: PixelCounts
    pictures: dict[str, float] = field(default_factory=dict)
    words: WordCounts = field(default_factory=WordCounts)
    kinds: dict[str, WordCounts] = field(default_factory=dict)
    text_free: bool = False

    def line(self) -> Line:
        """One line of ``pages.csv``; what needs the clean page is NaN without one."""
        pictures = {name: self.pictures.get(name, float("nan")) for name in PICTURES}
        return {"id": self.id, "part": self.part, **self.counts.scores(), **pictures, **self.words.scores()}


def choose_rows(manifest: Manifest, split: str, limit: int | None = None, need_mask: bool = True) -> list[Row]:
    """The rows of a split that have a mask or are text-free; with ``limit``, that many, evenly spread over the split.

    Text-free without a mask is a row whose clean picture is the image itself. ``need_mask=False`` takes all rows.

    Raises:
        UserError: when there is none.
    """
    known = [row for row in manifest.rows if not need_mask or row.mask or row.clean == row.image]
    rows = [row for row in known if row.split == split]
    if not rows:
        found = ", ".join(sorted({row.split for row in known})) or "none"
        wanted = "picture with a mask" if need_mask else "picture"
        raise UserError(
            f"split {split} has no {wanted} in {manifest.folder}; splits that have some: {found}; give split=…"
        )
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
            sample = load_page(manifest, row)
        except BadRow as error:
            yield error
            continue
        if not warm:
            for method in methods.values():
                method(sample.image)
            warm = True
        kind = kind_of(row)
        yield {name: score_page(sample, method, part, kind) for name, method in methods.items()}


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


def load_page(manifest: Manifest, row: Row) -> Sample:
    """The pictures of a row and, where its manifest has them, the polygons and kinds of its words.

    Raises:
        BadRow: where one cannot be read.
    """
    # Without a mask it is text-free by its own word, see choose_rows: that is known everywhere.
    words, kinds = read_words(manifest, row)
    return replace(load_sample(manifest, row, need_mask=bool(row.mask)), words=words, kinds=kinds)


def score_page(sample: Sample, method: Method, part: str = "", kind: str = "") -> PageScores:
    """Clean one page and compare it with its truth; without a clean version only pixels, words and time are scored.

    A page with an empty mask is its own clean version. ``kind`` is what its lettering is where nothing is known of the
    kinds of single words.
    """
    start = time.perf_counter()
    level, cleaned = method(sample.image)
    pictures = {"seconds": time.perf_counter() - start}
    text_free = not sample.mask.any()
    words = polygon_words(sample.mask, sample.words) if sample.words else group_words(sample.mask)
    clean = sample.image if text_free and sample.clean is None else sample.clean
    if clean is not None:
        pictures |= picture_scores(cleaned, sample.image, clean, sample.mask, sample.ignore)
        same = np.array_equal(clean, sample.image)
        pictures["false_area"] = false_area(level if same else method(clean)[0], sample.ignore)

    def count(some: Words) -> WordCounts:
        counts = count_found_words(some, level, sample.ignore)
        if clean is not None:
            counts += count_erased_words(some, cleaned, sample.image, clean, sample.ignore)
        return counts

    kinds = {name: count(words.only(chosen)) for name, chosen in _by_kind(words, sample.kinds, kind)}
    counts = count_pixels(level, sample.mask, sample.ignore)
    return PageScores(sample.id, part, counts, pictures, count(words), kinds, text_free)


def _by_kind(words: Words, kinds: Sequence[str], kind: str) -> Iterator[tuple[str, np.ndarray]]:
    """Which words (n bool) are of which kind: as ``kinds`` says of their polygons, or else all of the page's own."""
    if not any(kinds):
        yield from [(kind, np.ones(len(words.heights), bool))] if kind else []
        return
    of_word = np.array([*kinds, ""])[words.polygons]  # the last for words of no polygon
    yield from ((name, of_word == name) for name in sorted({*kinds} - {""}))


def part_of(row: Row, by: str | None) -> str:
    """The value of column ``by``.

    Raises:
        UserError: when the manifest has no such column.
    """
    if by is None:
        return ""
    columns = {name: getattr(row, name) for name in COLUMNS} | dict(row.extra)
    if by not in columns:
        raise UserError(f"by={by}: the manifest has no such column; it has {', '.join(columns)}")
    return str(columns[by] or "none")


def kind_of(row: Row) -> str:
    """What a page's lettering is as a whole, where its row tells: one of KINDS, "several kinds", or "".

    The column ``kind`` tells, whatever it says, or else the tags.
    """
    if told := row.extra.get("kind", "").strip():
        return told
    kinds = {"caption" if tag == "meme" else tag for tag in row.tags.split()} & {*KINDS}
    return "several kinds" if len(kinds) > 1 else "".join(kinds)


def csv_of(lines: Sequence[Line]) -> bytes:
    """Lines of the same columns as CSV; figures that are not known are empty."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value != value else cell(value) for key, value in line.items()} for line in lines)
    return text.getvalue().encode()


def write_csv(path: Path, lines: Sequence[Line]) -> None:
    """Write lines of the same columns as :func:`csv_of` gives them.

    Raises:
        UserError: when the file cannot be written.
    """
    write_result(path, csv_of(lines))


def write_result(path: Path, content: bytes) -> None:
    """Write a file whole.

    Raises:
        UserError: when it cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror}); give a place that can be") from error

"""Words of drawn pages, as they were drawn or as the finder finds them, with what is known of them and their kinds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np

from textrm.data.sample import KINDS, Sample
from textrm.importers.workers import in_order
from textrm.page.finding.decide import regions_of
from textrm.page.finding.find import find
from textrm.page.finding.mask import Region
from textrm.page.finding.strokes import find_strokes, grouped
from textrm.page.kinds.features import known_of
from textrm.page.models.segmenter import SegmentationModel
from textrm.synth.faces.library import FontLibrary, find_fonts
from textrm.synth.pages import draw_page

HELD_OUT = 4  # one in so many families of faces is kept for measuring
MARKS = 1.0
UNKNOWN = -1
_LEAST = 12  # pixels; smaller words are left alone, as the tool leaves them
_MOST = 0.6  # share of a found word's strokes that are of one kind, or its kind is not known


@dataclass(frozen=True, slots=True)
class Words:
    """N words: ``rows`` N x ``FEATURES``, their ``kind`` as a number of KINDS, ``block`` and ``page`` they are of.

    ``goes`` is False for the doubtful ones.
    """

    rows: np.ndarray
    kind: np.ndarray
    block: np.ndarray
    page: np.ndarray
    goes: np.ndarray


def words_of(out: Path, seed: int, pages: range, finder: bool, held_out: bool, workers: int) -> Words:
    """The words of drawn pages, kept in the file ``out``.

    Args:
        out: the file; where it is there already, it is read.
        seed: of the pages.
        pages: their numbers.
        finder: as the released finder finds them, or as they were drawn, some of them left out, which is much faster.
        held_out: lettered in the faces that are kept for measuring, or in the others.
        workers: processes.
    """
    if not out.exists():
        parts = [words for _, words in in_order(partial(_page, seed, finder, held_out), pages, workers)]
        out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(out, **asdict(joined(parts)))
    with np.load(out) as file:
        return Words(**{name: file[name] for name in file})


def joined(parts: Sequence[Words]) -> Words:
    """The words of all parts; each keeps its blocks and pages to itself."""
    columns = {name: [getattr(part, name) for part in parts] for name in ("rows", "kind", "block", "page", "goes")}
    for name in ("block", "page"):
        first = np.cumsum([0] + [int(column.max(initial=-1)) + 1 for column in columns[name]])
        columns[name] = [column + start for column, start in zip(columns[name], first, strict=False)]
    return Words(**{name: np.concatenate(column) for name, column in columns.items()})


@cache
def faces(held_out: bool) -> FontLibrary:
    """The faces that are kept for measuring, or the others: no family is in both."""
    every = find_fonts(("packages", "system")).faces
    return FontLibrary([face for face in every if (_hash(face.family.split()[0]) % HELD_OUT == 0) == held_out])


def true_kinds(sample: Sample, mask: np.ndarray, regions: Sequence[Region]) -> np.ndarray:
    """The kind of each region: that of most of its strokes, where these are of one; else UNKNOWN."""
    drawn = np.zeros(sample.mask.shape, np.uint8)
    order = sorted(range(len(sample.words)), key=lambda number: -cv2.contourArea(sample.words[number]))
    for number in order:
        kind = sample.kinds[number]
        value = KINDS.index(kind) + 1 if kind else 0
        cv2.fillPoly(drawn, [np.round(sample.words[number]).astype(np.int32)], value)
    told = np.full(len(regions), UNKNOWN)
    for number, region in enumerate(regions):
        x0, y0, x1, y1 = region.box
        own = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillConvexPoly(own, region.polygon - (x0, y0), 1)
        counts = np.bincount(drawn[y0:y1, x0:x1][(own & mask[y0:y1, x0:x1]) > 0], minlength=len(KINDS) + 1)
        if counts[1:].max() > _MOST * counts.sum():
            told[number] = counts[1:].argmax()
    return told


def drawn_words(mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, list[Region]]:
    """The strokes and words of a drawn page, H W uint8 in {0, 1}; on every second page some are left out."""
    strokes = find_strokes(mask)
    if not len(strokes.sizes):
        return mask, []
    word = grouped(strokes, mask.shape)[strokes.own]
    count = int(word.max()) + 1
    stays = rng.random(count) >= (rng.uniform(0, 0.6) if rng.random() < 0.5 else 0)
    ink = np.zeros_like(mask)
    ink[strokes.ys[stays[word]], strokes.xs[stays[word]]] = 1
    stays &= np.bincount(word, minlength=count) >= _LEAST
    return ink, regions_of((strokes.ys, strokes.xs, word), np.ones(count), stays)


@cache
def _model() -> SegmentationModel:
    cv2.setNumThreads(1)
    return SegmentationModel(threads=1)


def _page(seed: int, finder: bool, held_out: bool, index: int) -> Words:
    image, ink, regions, certain, kinds = page_words(seed, finder, held_out, index)
    known = known_of(image, ink, regions)
    page, goes = np.full(len(regions), index), np.arange(len(regions)) < certain
    return Words(known.rows.astype(np.float32), kinds, known.block, page, goes)


def page_words(
    seed: int, finder: bool, held_out: bool, index: int
) -> tuple[np.ndarray, np.ndarray, list[Region], int, np.ndarray]:
    """A drawn page, its strokes, its words, how many of these are not doubtful, and the kinds of all."""
    rng = np.random.default_rng([seed, index, 7])
    sample = draw_page(seed, index, faces(held_out), size=_size(rng), empty=0.0, marks=MARKS)
    if finder:
        model = _model()
        found = find(sample.image, model)
        regions, certain = found.regions + found.doubtful, len(found.regions)
        ink = cv2.threshold(found.prob, int((model.low or model.threshold) * 255), 1, cv2.THRESH_BINARY)[1]
    else:
        ink, regions = drawn_words(sample.mask, rng)
        certain = len(regions)
    return sample.image, ink, regions, certain, true_kinds(sample, ink, regions)


def _size(rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of a page, a meme, a strip in a row or a long one."""
    form = rng.choice(4, p=[0.62, 0.14, 0.1, 0.14])
    low, high = ((1.3, 1.5), (0.75, 1.2), (0.33, 0.6), (1.8, 3.2))[form]
    width = int(rng.uniform(420, 900 if form != 3 else 640))
    return int(width * rng.uniform(low, high)), width


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")

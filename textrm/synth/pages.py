"""Whole pages, drawn and lettered from nothing: comics, manga, strips, memes, picture books, charts of signs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.synth import kinds, kinds_written, letter_grids, pictograms, strips
from textrm.synth.composing.letterer import Page
from textrm.synth.composing.owner_marks import add_marks, add_ownership
from textrm.synth.degrade import degrade
from textrm.synth.faces.library import FontLibrary
from textrm.synth.values import Rng

ATTEMPTS = 24  # at lettering a page: words find no room on one in a hundred
NO_ROOM = "{name}: words found no room in {attempts} attempts; give pages larger than size={size}"

Kind = Callable[[Rng, int, int, FontLibrary, bool, bool], Page]

KINDS: tuple[tuple[Kind, float], ...] = (
    (kinds.comic, 0.46), (kinds.splash, 0.1), (strips.strip, 0.1), (kinds.meme, 0.08), (kinds.picture_book, 0.08),
    (kinds_written.impact, 0.07), (kinds_written.chart, 0.06), (pictograms.pictograms, 0.03),
    (letter_grids.letter_grid, 0.02), (kinds_written.lone_words, 0.03),
)  # fmt: skip
"""The kinds of page and how often each is drawn."""

NAMES = tuple(draw.__name__ for draw, _ in KINDS)
"""Their names, by which one of them is asked for."""

EMPTY_KINDS = (*KINDS, (pictograms.pictograms, 0.46))
"""The kinds of page without lettering: a third of them are drawn things that are taken for lettering and no more."""


def draw_page(
    seed: int,
    index: int,
    fonts: FontLibrary,
    *,
    size: int | tuple[int, int] = (512, 512),
    color: float = 0.6,
    empty: float = 0.08,
    pristine: float = 0.35,
    marks: float = 0.0,
    kind: str | None = None,
) -> Sample:
    """Draw page ``index`` of the endless book ``seed``: the same arguments give the same pixels anywhere.

    Args:
        seed: the book.
        index: the page's number in it, 0 or more.
        fonts: the faces to letter with.
        size: (height, width) in pixels, or the side of a square.
        color: probability of a coloured page; the others are grey, though their paper may be tinted.
        empty: probability that the page has no lettering at all.
        pristine: probability that the page is neither blurred nor compressed nor printed on paper.
        marks: probability of a page number, as much of a credit and half as much of a watermark on a lettered page,
            beside the few that there are anyway; so many further signs, and twice as many notes. All else on the page
            is as it was without, wear aside.
        kind: one of :data:`NAMES`, of which every page is; None: any.

    Returns:
        A sample with image, clean, mask, words and tags. ``clean`` is the page without a letter, balloons kept,
        degraded with the same random numbers; the mask marks what lettering changed before compression.

    Raises:
        UserError: when no word finds room on a page that should have some.
    """
    lettered: bool | None = None
    for attempt in range(ATTEMPTS):
        # The first attempt is the page itself, as it was before there were others.
        rng = np.random.default_rng([seed, index, attempt] if attempt else [seed, index])
        sample, lettered = _draw(rng, f"synth-{seed}-{index}", fonts, size, color, empty, pristine, marks, kind,
                                 lettered)  # fmt: skip
        if sample.mask.any() or not lettered:
            return sample
        fonts.picked()  # for nothing
    raise UserError(NO_ROOM.format(name=f"page {index} of seed {seed}", attempts=ATTEMPTS, size=size))


def _draw(rng: Rng, name: str, fonts: FontLibrary, size: int | tuple[int, int], color: float,
          empty: float, pristine: float, marks: float, kind: str | None,
          decided: bool | None) -> tuple[Sample, bool]:  # fmt: skip
    """A page, and whether it was to be lettered, as ``decided`` where that is not None."""
    height, width = (size, size) if isinstance(size, int) else size
    colored, lettered = bool(rng.random() < color), bool(rng.random() >= empty)
    lettered = lettered if decided is None else decided
    choices = KINDS if lettered else EMPTY_KINDS
    if kind is not None:
        choices = tuple(choice for choice in KINDS if choice[0].__name__ == kind)
    weights = np.array([weight for _, weight in choices])
    draw = choices[rng.choice(len(choices), p=weights / weights.sum())][0]
    letterer, tags = draw(rng, height, width, fonts, colored, lettered)
    if lettered:
        add_ownership(letterer)
        if marks:
            add_marks(letterer, rng.spawn(1)[0], marks)
    tags.add("color" if colored else "monochrome")
    sample = letterer.sample(name, tags)
    return (sample if rng.random() < pristine else degrade(rng, sample)), lettered

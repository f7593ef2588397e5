"""Watermarks across a page, credits and signatures in its corners, what stands in its margins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from textrm.synth.faces.library import FontLibrary
from textrm.synth.inks.dresses import contrast, vivid
from textrm.synth.inks.effects import Dress
from textrm.synth.pieces.dialogue import SMALLEST, straight, tags_of
from textrm.synth.pieces.patch import Lettering, colored, stacked
from textrm.synth.setting.block import Setting
from textrm.synth.setting.rows import set_rows
from textrm.synth.setting.warp import turn
from textrm.synth.values import BLACK, WHITE, Background, Rng
from textrm.synth.words import vocabulary as v
from textrm.synth.words.text import Token, fit_to

_STAMPS = ("SAMPLE", "PREVIEW", "DRAFT", "COPY", "PROOF", "DO NOT REPOST", "NOT FOR SALE", "WATERMARK", "DEMO", "VOID")
_FORMS = (
    "© {a} {year}", "©{a}",
    "(c) {year} {a} {b}", "{a} {b}", "{a}", "{a} '{short}", "art: {a}", "by {a} {b}",
    "@{a}_{b}", "{a}{b}.com", "www.{a}{b}.net", "{a}.{b}.org/{short}", "translated by {a}", "scan: {a}",
    "ink {a} color {b}", "{a}-{b} {year}", "#{a}{short}", "© {a}/{b}",
)  # fmt: skip

_CLAUSES = (
    "Art and story: {a} {b}", "Written by {a} {b}, drawn by {b} {c}", "Translation: {a} {b}", "Lettering: {a} & {b}",
    "License: CC BY 4.0 {a} {b} {year}", "Copyright © {year} {a} {b}. All rights reserved.", "Editor: {a} {b}",
    "{a} {b} is a trademark of {c} Press.", "www.{a}-{b}.com", "Published by {b} {c} {year}",
    "To be continued at {a}.net", "Colors: {a}  Inks: {b}  Letters: {c}", "{a} {b} — {c} studio",
    "Support {a} at {b}.org/{c}", "Printed in {a} {year}",
)  # fmt: skip
_ENDINGS = ("- FIN -", "The End", "END", "- Fin -", "THE END", "FIN", "~ end ~", "To be continued…")
_NUMBERS = ("{}", "- {} -", "– {} –", "p. {}", "Page {}", "{} |", "| {}", "({})", "#{}", "[{}]", "0{}")


def watermark(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, background: Background, monochrome: bool
) -> Lettering | None:
    """A translucent line that takes 15 to 90 % of the width, mostly level or tilted; None where too small.

    ``background`` is the mean RGB of the picture; the ink is white, grey, black or a colour that shows on it, and so
    opaque that it changes what is FAINT levels off or more.
    """
    face = fonts.pick(rng, "latin", {"sans": 0.45, "serif": 0.15, "display": 0.2, "hand": 0.2})
    text = str(_STAMPS[rng.integers(len(_STAMPS))]) if rng.random() < 0.35 else owner_text(rng)
    text = fit_to(text.upper() if rng.random() < 0.4 else text, face.lacks)
    size = width * float(np.exp(rng.uniform(np.log(0.15), np.log(0.9)))) / (0.6 * max(len(text), 3))
    size = min(size, 0.3 * height)
    if size < 9 or not text.strip():
        return None
    setting = Setting(face, size, tracking=float(rng.uniform(0, 0.2)), leading=1.1)
    block = set_rows(rng, [Token(word) for word in text.split()], setting, straight(2.0 * width), 1, spaced=True)
    tilts = [0.0, 45.0, 30.0, -30.0, -45.0, 90.0, float(rng.normal(0, 20))]
    angle = tilts[rng.choice(7, p=[0.3, 0.1, 0.2, 0.1, 0.05, 0.05, 0.2])]
    block = block and turn(block, angle).within(1.1 * width, 1.1 * height)
    if block is None:
        return None
    ground = np.full(3, 128.0) if background is None else background
    inks = [WHITE, BLACK, (128, 128, 128), vivid(rng)]
    ink = inks[rng.choice(4, p=[0.45, 0.25, 0.15, 0.15])]
    if (monochrome and ink == inks[3]) or contrast(ink, ground) < 70:
        ink = WHITE if ground.mean() < 128 else BLACK
    opacity = float(np.clip(rng.uniform(0.12, 0.6), 30 / max(contrast(ink, ground), 30), 1))
    dress = Dress(ink, opacity=opacity)
    if rng.random() < 0.25:
        dress = replace(dress, outlines=((max(0.04 * size, 1.0), BLACK if sum(ink) > 380 else WHITE),))
    return colored(block, dress, tags_of("watermark", "latin", block, False, angle, setting))


def credit(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, background: Background, monochrome: bool
) -> Lettering | None:
    """A name, a signature or an address, 7 to 16 px per em, within ``width`` x ``height`` px."""
    face = fonts.pick(rng, "latin", {"hand": 0.5, "sans": 0.3, "serif": 0.12, "brush": 0.05, "display": 0.03})
    text = fit_to(owner_text(rng), face.lacks)
    size = float(np.clip(rng.lognormal(np.log(10), 0.3), SMALLEST, 22))
    setting = Setting(face, size, tracking=float(rng.uniform(0, 0.1)), jitter=0.02 if rng.random() < 0.3 else 0.0)
    block = set_rows(rng, [Token(word) for word in text.split()], setting, straight(width - 4), 2, spaced=True)
    angle = float(rng.choice([0.0, 90.0, -90.0, rng.normal(0, 12)], p=[0.65, 0.08, 0.07, 0.2]))
    slant = 0.2 if rng.random() < 0.2 else 0.0
    block = block and turn(block, angle, slant).within(width - 4, height - 4)
    if block is None:
        return None
    ground = np.full(3, 128.0) if background is None else background
    far = BLACK if ground.mean() > 110 else WHITE
    ink = vivid(rng) if not monochrome and rng.random() < 0.2 else far
    if contrast(ink, ground) < 60:
        ink = far
    dress = Dress(ink, opacity=float(rng.uniform(0.5, 1.0)) if rng.random() < 0.4 else 1.0)
    if background is None:
        dress = replace(dress, outlines=((1.2, BLACK if sum(ink) > 380 else WHITE),))
    return colored(block, dress, tags_of("credit", "latin", block, False, angle, setting))


def imprint(
    rng: Rng, fonts: FontLibrary, width: int, size: float, *, background: Background, monochrome: bool,
    ending: float = 0.2, align: float | None = None,
) -> Lettering | None:  # fmt: skip
    """One to five lines that say who made the page, set in ``size`` px, as a margin has them; at most ``width`` px.

    With probability ``ending`` a larger line stands above them that ends the story. ``align``: 0 is flush left, 0.5
    centred, None at random.
    """
    face = fonts.pick(rng, "latin", {"sans": 0.5, "serif": 0.25, "hand": 0.2, "display": 0.05})
    lines = int(rng.choice([1, 2, 3, 4, 5], p=[0.35, 0.25, 0.2, 0.12, 0.08]))
    words = " ".join(_clause(rng) for _ in range(lines * int(rng.integers(1, 3)))).split()
    text = fit_to(" ".join(words), face.lacks)
    setting = Setting(face, size, tracking=float(rng.uniform(0, 0.08)),
                      align=float(rng.choice([0.0, 0.5, 1.0])) if align is None else align,
                      leading=float(rng.uniform(1.0, 1.35)))  # fmt: skip
    dress = _quiet(rng, background, monochrome)
    block = set_rows(rng, [Token(word) for word in text.split()], setting, straight(width - 4), lines, spaced=True)
    if block is not None and rng.random() < ending:
        said = fit_to(str(_ENDINGS[rng.integers(len(_ENDINGS))]), face.lacks)
        large = replace(setting, size=size * float(rng.uniform(1.4, 2.4)), align=0.5)
        above = set_rows(rng, [Token(said)], large, straight(width - 4), 1, spaced=True)
        parts = [colored(part, dress, tags_of("credit", "latin", part, False, 0.0, setting))
                 for part in (above, block) if part is not None]  # fmt: skip
        return stacked(parts)
    return None if block is None else colored(block, dress, tags_of("credit", "latin", block, False, 0.0, setting))


def page_number(
    rng: Rng, fonts: FontLibrary, size: float, *, background: Background, monochrome: bool
) -> Lettering | None:
    """A number, bare or between dashes and the like, set in ``size`` px."""
    face = fonts.pick(rng, "latin", {"sans": 0.45, "serif": 0.3, "hand": 0.15, "display": 0.1})
    form = _NUMBERS[rng.choice(len(_NUMBERS), p=[0.6] + [0.4 / (len(_NUMBERS) - 1)] * (len(_NUMBERS) - 1))]
    text = fit_to(form.format(int(rng.integers(1, 400 if rng.random() < 0.7 else 30))), face.lacks)
    setting = Setting(face, size, tracking=float(rng.uniform(0, 0.08)))
    block = set_rows(rng, [Token(word) for word in text.split()], setting, straight(12 * size), 1, spaced=True)
    if block is None:
        return None
    tags = tags_of("page_number", "latin", block, False, 0.0, setting)
    return colored(block, _quiet(rng, background, monochrome), tags)


def _quiet(rng: Rng, background: Background, monochrome: bool) -> Dress:
    """Ink that shows on the ground, now and then grey; with an edge where the ground is uneven."""
    ground = np.full(3, 128.0) if background is None else background
    ink = BLACK if ground.mean() > 110 else WHITE
    if rng.random() < 0.25:
        level = int(np.clip(ground.mean() + (-1 if ground.mean() > 110 else 1) * rng.uniform(80, 160), 0, 255))
        ink = (level,) * 3
    if not monochrome and rng.random() < 0.1 and contrast(colour := vivid(rng), ground) >= 70:
        ink = colour
    edge = ((1.4, BLACK if sum(ink) > 380 else WHITE),) if background is None else ()
    return Dress(ink, outlines=edge, opacity=float(rng.uniform(0.6, 1.0)) if rng.random() < 0.2 else 1.0)


def _clause(rng: Rng) -> str:
    if rng.random() < 0.5:
        return owner_text(rng)
    names = [word for word in v.LATIN_WORDS["english"].split() if word.isalpha() and len(word) > 3]
    a, b, c = (str(names[rng.integers(len(names))]).capitalize() for _ in range(3))
    return str(_CLAUSES[rng.integers(len(_CLAUSES))]).format(a=a, b=b, c=c, year=int(rng.integers(1988, 2027)))


def owner_text(rng: Rng) -> str:
    """A made-up name, address or copyright line."""
    words = [word.strip("'") for word in v.LATIN_WORDS["english"].split() if len(word) > 3]
    a, b = (str(words[rng.integers(len(words))]).capitalize() for _ in range(2))
    year = int(rng.integers(1988, 2027))
    form = str(_FORMS[rng.integers(len(_FORMS))])
    return form.format(a=a, b=b if rng.random() < 0.5 else b.lower(), year=year, short=f"{year % 100:02d}")

"""Handwriting without a balloon: a few short lines, as in strips and charts, some with a sign around them."""

from __future__ import annotations

from dataclasses import replace

from textrm.synth.faces.library import FontLibrary
from textrm.synth.faces.scripts import RIGHT_TO_LEFT, SHAPED, SPACELESS
from textrm.synth.inks.dresses import CONTRAST, contrast, vivid
from textrm.synth.inks.effects import Dress
from textrm.synth.pieces.dialogue import SMALLEST, straight, tags_of
from textrm.synth.pieces.patch import Lettering, colored
from textrm.synth.setting.block import Setting
from textrm.synth.setting.decorations import decorated
from textrm.synth.setting.rows import set_rows
from textrm.synth.setting.warp import turn, wobble
from textrm.synth.values import BLACK, WHITE, Background, Color, Rng
from textrm.synth.words.text import dialogue_tokens, worded

STYLES = {"hand": 0.82, "brush": 0.08, "display": 0.06, "sans": 0.04}


def jotting(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, script: str, size: float,
    background: Background = None, monochrome: bool = False,
) -> Lettering | None:  # fmt: skip
    """One to six lines in one hand of about ``size`` px per em, in a box of ``width`` x ``height`` px.

    Flat ink, coloured as often as black. A third carries an underline, brackets, a ring, rays or a heart, which are
    lettering too. Other arguments as for ``dialogue``.
    """
    face = fonts.pick(rng, script, STYLES)
    if size < SMALLEST or min(width, height) < 1.3 * size:
        return None
    cjk = script in SPACELESS
    setting = Setting(
        face, size, leading=float(rng.uniform(0.9, 1.4)), align=float(rng.choice([0.0, 0.5, 1.0], p=[0.4, 0.5, 0.1])),
        tracking=float(rng.uniform(-0.03, 0.12)) if rng.random() < 0.3 else 0.0,
        jitter=float(rng.uniform(0.01, 0.06)) if rng.random() < 0.4 else 0.0,
        bold=float(rng.uniform(0.01, 0.06)) if rng.random() < 0.3 else 0.0,
        emphasis=0.2 if rng.random() < 0.2 and not cjk and script not in SHAPED else 0.0,
        right_to_left=script in RIGHT_TO_LEFT, shaped=script in SHAPED,
    )  # fmt: skip
    lines = min(int(rng.integers(1, 7)), int((height - 0.8 * size) / (setting.leading * size)))
    margin = 0.9 * size  # room for what is drawn around the words
    room = width - margin
    if lines < 1 or room < size:
        return None
    wide = min(room, size * rng.uniform(3, 14))
    tokens = dialogue_tokens(rng, script, int(lines * wide / size * (0.8 if cjk else 1.7) * rng.uniform(0.4, 1.0)) + 1)
    capitals = rng.random() < 0.5
    block = set_rows(rng, worded(tokens, capitals, face.lacks), setting, straight(wide), lines, not cjk)
    if block is None:
        return None
    marks: set[str] = set()
    if rng.random() < 0.35:
        block, name = decorated(rng, block, size)
        marks.add(name)
    if rng.random() < 0.5:
        block = wobble(rng, block, rng.uniform(0.01, 0.05) * size, rng.uniform(0.4, 1.6) * size)
    angle = float(rng.normal(0, 7)) if rng.random() < 0.4 else 0.0
    slant = float(rng.uniform(-0.1, 0.3)) if rng.random() < 0.3 else 0.0
    whole = turn(block, angle, slant).within(width - 4, height - 4)
    if whole is None:
        return None
    dress = Dress(_ink(rng, background, monochrome), hard=rng.random() < 0.06)
    if background is None:
        dress = replace(dress, outlines=((max(0.08 * size, 1.2), BLACK if sum(dress.ink) > 380 else WHITE),))
    return colored(whole, dress, tags_of("jotting", script, whole, False, angle, setting) | marks)


def _ink(rng: Rng, background: Background, monochrome: bool) -> Color:
    """Black or white, whichever is further, as often as any colour that stands out."""
    if background is None:
        return BLACK if rng.random() < 0.6 else WHITE
    far = BLACK if background.mean() > 110 else WHITE
    if not monochrome:
        for _ in range(4):
            color = vivid(rng)
            if rng.random() < 0.6 and contrast(color, background) >= CONTRAST:
                return color
    return far

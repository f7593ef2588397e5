"""Dialogue: blocks of several lines, as in balloons and caption boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from textrm.synth.faces.library import FontFace, FontLibrary
from textrm.synth.faces.scripts import RIGHT_TO_LEFT, SHAPED, SPACELESS, VERTICAL
from textrm.synth.inks.dresses import dialogue_dress
from textrm.synth.pieces.patch import Lettering, colored
from textrm.synth.setting.block import Block, Setting, marks_of
from textrm.synth.setting.columns import set_columns
from textrm.synth.setting.rows import LineWidth, set_rows
from textrm.synth.setting.warp import turn, wobble
from textrm.synth.values import Background, Color, Rng
from textrm.synth.words.endings import drawn_out
from textrm.synth.words.text import dialogue_tokens, worded

SMALLEST = 7.0  # px per em of dialogue
DRAWN_OUT = 0.15  # share of blocks with long strokes, waves and the like at the ends of words
STYLE_SHARES: Mapping[str, Mapping[str, float]] = {
    "latin": {"hand": 0.5, "sans": 0.22, "serif": 0.11, "display": 0.13, "brush": 0.04},
    "japanese": {"hand": 0.18, "sans": 0.36, "serif": 0.34, "display": 0.09, "brush": 0.03},
}
OTHER_STYLES = {"hand": 0.28, "sans": 0.37, "serif": 0.23, "display": 0.1, "brush": 0.02}


def dialogue(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, script: str, size: float, vertical: bool = False,
    ink: Color | None = None, background: Background = None, ellipse: bool = False, plain: bool | None = None,
) -> Lettering | None:  # fmt: skip
    """A block of one or more lines that fits the box of ``width`` x ``height`` px.

    script: one that the fonts cover. size: px per em, made smaller where nothing fits. vertical: where the script may
    run so. ink: None = one that contrasts with the background, outlined more often where that is None. ellipse: lines
    follow an inscribed ellipse (pass the balloon's inner bounding box). plain: True = flat ink without outline, shadow
    or glow; None = mostly so where the background is known.
    """
    vertical = vertical and script in VERTICAL
    face = fonts.pick(rng, script, STYLE_SHARES.get(script, OTHER_STYLES))
    setting = _setting(rng, fonts, face, script, size, vertical)
    dress = dialogue_dress(rng, size, background, ink, plain)
    ruby = float(rng.choice([0.4, 1.0])) if script == "japanese" and rng.random() < 0.35 else 0.0
    fullness = rng.uniform(0.3, 1.0)
    angle = float(rng.normal(0, 5)) if rng.random() < 0.05 else 0.0
    slant = float(rng.uniform(0.1, 0.25)) if not vertical and script != "arabic" and rng.random() < 0.12 else 0.0
    shake = float(rng.uniform(0.015, 0.05)) if rng.random() < (0.4 if face.style == "hand" else 0.06) else 0.0
    capitals = rng.random() < {"hand": 0.6, "display": 0.5}.get(face.style, 0.2)
    for _ in range(4):
        if setting.size < SMALLEST:
            return None
        room_x, room_y = width - 2 * dress.reach - 4, height - 2 * dress.reach - 4
        room = (room_x - slant * room_y * 0.5, room_y)
        with_ruby = ruby if setting.size >= 10 else 0.0
        block = _block(rng, script, setting, room, vertical, ellipse, with_ruby, fullness, capitals)
        if block is not None:
            block = _shaken(rng, turn(block, angle, slant), shake * setting.size, setting.size).within(room_x, room_y)
        if block is not None:
            return colored(block, dress, tags_of("dialogue", script, block, vertical, angle, setting))
        setting = replace(setting, size=setting.size * 0.8)
    return None


def _setting(rng: Rng, fonts: FontLibrary, face: FontFace, script: str, size: float, vertical: bool) -> Setting:
    kanji_face = None
    if script == "japanese" and face.style in ("serif", "sans") and rng.random() < 0.25:
        kanji_face = fonts.pick(rng, script, {"sans": 0.5, "serif": 0.5, "hand": 0, "display": 0, "brush": 0})
    cjk = script in SPACELESS
    shares = [0.8, 0.15, 0.0, 0.05] if vertical else [0.25, 0.68, 0.03, 0.04]
    align = float(rng.choice([0.0, 0.5, 1.0, rng.random()], p=shares))
    unsteady = 0.4 if face.style in ("hand", "brush") else 0.04
    return Setting(
        face=face,
        size=size,
        kanji_face=kanji_face,
        leading=float(rng.uniform(1.1, 1.55) if cjk else rng.uniform(0.95, 1.3)),
        tracking=float(rng.choice([0.0, rng.uniform(-0.04, 0.15)], p=[0.65, 0.35])),
        align=align,
        justify=rng.random() < 0.06,
        jitter=float(rng.uniform(0.01, 0.05)) if rng.random() < unsteady else 0.0,
        bold=float(rng.uniform(0.01, 0.05)) if face.weight < 600 and rng.random() < 0.2 else 0.0,
        emphasis=float(rng.uniform(0.05, 0.3)) if rng.random() < 0.2 and script not in SHAPED and not cjk else 0.0,
        right_to_left=script in RIGHT_TO_LEFT,
        shaped=script in SHAPED,
        ruby_size=float(rng.uniform(0.38, 0.5)),
    )


def _block(
    rng: Rng, script: str, setting: Setting, room: tuple[float, float], vertical: bool, ellipse: bool,
    ruby: float, fullness: float, capitals: bool,
) -> Block | None:  # fmt: skip
    """Fresh text, set to fill about ``fullness`` of the room (px)."""
    if ruby:
        setting = replace(setting, leading=max(setting.leading, 1.55))
    size, lead = setting.size, setting.leading * setting.size
    extent, depth = (room[1], room[0]) if vertical else room
    lines = int((depth - size * (1.35 if ruby else 1.0)) / lead) + 1
    # an ellipse keeps its corners free: near its ends a line of columns is short, so leave them out
    if vertical and ellipse:
        extent, lines = 0.86 * extent, max(int(lines * 0.75), 1)
    if lines < 1 or extent < size or depth < size:
        return None
    per_em = 1.0 if script in SPACELESS or script == "korean" else 1.7
    length = lines * extent / (size * (1 + setting.tracking)) * per_em * fullness * (0.75 if ellipse else 1)
    tokens = dialogue_tokens(rng, script, int(np.clip(length, 1, 160)), ruby)
    if rng.random() < DRAWN_OUT:
        tokens = drawn_out(rng, tokens, script, 0.4)
    lacks = setting.face.lacks | (setting.kanji_face.lacks if setting.kanji_face else frozenset())
    tokens = worded(tokens, capitals, lacks)
    if vertical:
        return set_columns(rng, tokens, setting, max(extent * rng.uniform(0.4, 1.0), size), lines)
    line_width = _ellipse(*room, lead, size) if ellipse else straight(extent * rng.uniform(0.7, 1.0))
    return set_rows(rng, tokens, setting, line_width, lines, script not in SPACELESS)


def straight(width: float) -> LineWidth:
    """Every line as wide as the next."""
    return lambda line, count: width


def _ellipse(width: float, height: float, lead: float, size: float) -> LineWidth:
    """Line widths inside an ellipse for a block of ``count`` lines centred in it."""

    def available(line: int, count: int) -> float:
        edge = (abs(line - (count - 1) / 2) * lead + 0.4 * size) / (height / 2)
        return width * float(np.sqrt(max(1 - edge * edge, 0.0)))

    return available


def _shaken(rng: Rng, block: Block, amplitude: float, size: float) -> Block:
    return wobble(rng, block, amplitude, rng.uniform(0.5, 1.5) * size) if amplitude else block


def tags_of(kind: str, script: str, block: Block, vertical: bool, angle: float, setting: Setting) -> frozenset[str]:
    """What a block is and how it is set, as a reader would name it."""
    readings = {"furigana"} if block.ruby else set()
    return marks_of(setting.face, setting.bold, vertical, angle) | {kind, script} | readings

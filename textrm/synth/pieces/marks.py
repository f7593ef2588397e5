"""Marks that stand alone in a balloon: dots, dashes, a call, a heart."""

from __future__ import annotations

import numpy as np

from textrm.synth.faces.library import FontLibrary
from textrm.synth.faces.scripts import VERTICAL
from textrm.synth.inks.dresses import dialogue_dress
from textrm.synth.pieces.dialogue import OTHER_STYLES, SMALLEST, STYLE_SHARES, straight, tags_of
from textrm.synth.pieces.patch import Lettering, colored
from textrm.synth.setting.block import Setting
from textrm.synth.setting.columns import set_columns
from textrm.synth.setting.rows import set_rows
from textrm.synth.setting.warp import turn
from textrm.synth.values import Background, Color, Rng
from textrm.synth.words.text import Token
from textrm.synth.words.vocabulary_marks import MARKS


def mark(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, script: str, size: float, vertical: bool = False,
    ink: Color | None = None, background: Background = None,
) -> Lettering | None:  # fmt: skip
    """One to six marks on one line of about ``size`` px per em. Other arguments as for ``dialogue``."""
    face = fonts.pick(rng, script, STYLE_SHARES.get(script, OTHER_STYLES))
    upright = vertical and script in VERTICAL
    marks = [marks for marks in MARKS["upright" if upright else "level"] if face.lacks.isdisjoint(marks)]
    text = marks[int(rng.integers(len(marks)))] if marks else "!"
    setting = Setting(
        face,
        min(size * float(np.exp(rng.normal(0.15, 0.3))), 0.9 * min(width, height)),
        tracking=float(rng.uniform(-0.1, 0.3)) if rng.random() < 0.4 else 0.0,
        jitter=0.03 if rng.random() < 0.2 else 0.0,
        bold=float(rng.uniform(0.01, 0.05)) if rng.random() < 0.25 else 0.0,
    )
    if setting.size < SMALLEST:
        return None
    dress = dialogue_dress(rng, setting.size, background, ink, True if rng.random() < 0.9 else None)
    room_x, room_y = width - 2 * dress.reach - 4, height - 2 * dress.reach - 4
    if upright:
        block = set_columns(rng, [Token(text)], setting, room_y, 1)
    else:
        block = set_rows(rng, [Token(text)], setting, straight(room_x), 1, spaced=True)
    angle = float(rng.normal(0, 8)) if rng.random() < 0.25 else 0.0
    block = block and turn(block, angle).within(room_x, room_y)
    if block is None:
        return None
    return colored(block, dress, tags_of("single_mark", script, block, upright, angle, setting))

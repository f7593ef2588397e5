"""Sound effects: large letters, each placed on its own along a path, then seen in perspective."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from textrm.synth.faces.library import FontLibrary
from textrm.synth.faces.scripts import SPACELESS
from textrm.synth.inks.dresses import effect_dress
from textrm.synth.pieces.patch import Lettering, colored
from textrm.synth.setting.arrangement import EM, arranged, frame
from textrm.synth.setting.block import Block
from textrm.synth.setting.warp import dry_brush, rough_cut, wobble
from textrm.synth.values import Background, Color, Rng
from textrm.synth.words.text import effect_text, fit_to

LARGEST = 600.0  # px per em
SMALLEST = 9.0
SCRIPT_SHARES = {"japanese": 0.2, "kana": 0.28, "chinese": 0.08, "korean": 0.1, "latin": 0.27, "cyrillic": 0.05,
                 "greek": 0.01, "arabic": 0.005, "thai": 0.005}  # fmt: skip
STYLES = {"display": 0.35, "brush": 0.2, "hand": 0.2, "sans": 0.2, "serif": 0.05}


def sound_effect(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, script: str | None = None, ink: Color | None = None,
    background: Background = None, monochrome: bool = False,
) -> Lettering | None:  # fmt: skip
    """Large, rotated, bent, outlined onomatopoeia that fills most of the box; None where it would be too small.

    script: None = any that the fonts cover, by SCRIPT_SHARES. ink: None = at random, black and white mostly.
    monochrome: greys only (for black-and-white pages). Other arguments as for ``dialogue``.
    """
    script = script or fonts.pick_script(rng, SCRIPT_SHARES)
    face = fonts.pick(rng, script, STYLES)
    text = fit_to(effect_text(rng, script), face.lacks).strip()[:12]
    vertical = script in SPACELESS and rng.random() < (0.75 if height > width else 0.15)
    arrangement = arranged(rng, face, text, script, vertical)
    if arrangement is None:
        return None
    room, span = np.array([width - 8, height - 8]), arrangement.span
    scale = float(min(*(room / span), LARGEST / EM))
    if scale * EM < SMALLEST:
        return None
    dress = effect_dress(rng, scale * EM, background, ink, monochrome)
    scale = float(min(*((room - 2 * dress.reach) / span), LARGEST / EM))
    if scale * EM < SMALLEST:
        return None
    sheet, rim = Block(np.maximum.reduce(arrangement.draw(scale)), ()), 2 * (dress.reach + 1)
    block = roughened(rng, sheet, scale * EM).within(width - rim, height - rim)
    if block is None:
        return None
    tags = frozenset({"sound_effect", script}) | arrangement.marks()
    return colored(replace(block, words=(frame(block.coverage),)), dress, tags)


def roughened(rng: Rng, block: Block, em: float) -> Block:
    """Letters cut, brushed or written unsteadily, or as they are."""
    draw = rng.random()
    if draw < 0.12:
        return replace(block, coverage=rough_cut(block.coverage, rng.uniform(0.015, 0.05) * em))
    if draw < 0.22 and em > 30:
        return replace(block, coverage=dry_brush(rng, block.coverage, rng.uniform(0.03, 0.08) * em))
    if draw < 0.5:
        return wobble(rng, block, rng.uniform(0.01, 0.06) * em, rng.uniform(0.15, 0.8) * em)
    return block

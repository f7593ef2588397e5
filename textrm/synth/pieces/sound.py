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
from textrm.synth.values import Color, Rng
from textrm.synth.words.text import effect_text, fit_to

LARGEST = 600.0  # px per em
SMALLEST = 9.0
SCRIPT_SHARES = {"japanese": 0.2, "kana": 0.28, "chinese": 0.08, "korean": 0.1, "latin": 0.27, "cyrillic": 0.05,
                 "greek": 0.01, "arabic": 0.005, "thai": 0.005}  # fmt: skip
STYLES = {"display": 0.35, "brush": 0.2, "hand": 0.2, "sans": 0.2, "serif": 0.05}


def sound_effect(
    rng: Rng,
    fonts: FontLibrary,
    width: int,
    height: int,
    *,
    script: str | None = None,
    vertical: bool | None = None,
    ink: Color | None = None,
    background: np.ndarray | None = None,
    monochrome: bool = False,
) -> Lettering | None:
    """Large, rotated, bent, outlined onomatopoeia that fills most of the box; None where it would be too small.

    monochrome: greys only (for black-and-white pages). Other arguments as for ``dialogue``.
    """
    script = script or fonts.pick_script(rng, SCRIPT_SHARES)
    face = fonts.pick(rng, script, STYLES)
    text = fit_to(effect_text(rng, script), face.lacks).strip()[:12]
    if vertical is None:
        vertical = script in SPACELESS and rng.random() < (0.75 if height > width else 0.15)
    arrangement = arranged(rng, face, text, script, vertical)
    if arrangement is None:
        return None
    span = arrangement.span
    scale = float(min((width - 8) / span[0], (height - 8) / span[1], LARGEST / EM))
    if scale * EM < SMALLEST:
        return None
    dress = effect_dress(rng, scale * EM, background, ink, monochrome)
    scale = float(min((width - 8 - 2 * dress.reach) / span[0], (height - 8 - 2 * dress.reach) / span[1], LARGEST / EM))
    if scale * EM < SMALLEST:
        return None
    block = roughened(rng, Block(np.maximum.reduce(arrangement.draw(scale)), ()), scale * EM).cropped()
    if block is None:
        return None
    block = replace(block, words=(frame(block.coverage),))
    reach = dress.reach + 1
    if block.coverage.shape[1] + 2 * reach > width or block.coverage.shape[0] + 2 * reach > height:
        return None
    return colored(block, dress, frozenset({"sound_effect", script}) | arrangement.marks())


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

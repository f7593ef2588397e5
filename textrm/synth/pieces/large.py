"""Very large effects: one to six letters that take up a good part of a panel."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from textrm.synth.faces.library import FontLibrary
from textrm.synth.faces.scripts import SPACELESS
from textrm.synth.inks.effects import Dress, paint
from textrm.synth.inks.large_dresses import large_dress
from textrm.synth.pieces.patch import Lettering, colored, over
from textrm.synth.pieces.sound import SCRIPT_SHARES, roughened
from textrm.synth.setting.arrangement import EM, arranged, frame
from textrm.synth.setting.block import Block
from textrm.synth.values import Background, Rng
from textrm.synth.words.text import effect_text, fit_to

STYLES = {"display": 0.28, "brush": 0.2, "hand": 0.22, "sans": 0.24, "serif": 0.06}
LONGEST = 6  # letters


def large_effect(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, letter: float, script: str | None = None,
    background: Background = None, monochrome: bool = False, dress: Dress | None = None,
) -> Lettering | None:  # fmt: skip
    """One to six letters whose tallest is about ``letter`` px high before it is turned and seen in perspective.

    As many letters as the box of ``width`` x ``height`` px bears; None where it does not hold one. The box may be
    larger than the panel, which then cuts the letters off. ``dress``: None = at random. Other arguments as for
    ``sound_effect``.
    """
    script = script or fonts.pick_script(rng, SCRIPT_SHARES)
    face = fonts.pick(rng, script, STYLES)
    text = fit_to(effect_text(rng, script), face.lacks).replace(" ", "")[: rng.integers(1, LONGEST + 1)]
    vertical = script in SPACELESS and rng.random() < (0.7 if height > width else 0.2)
    dress = dress or large_dress(rng, letter, background, monochrome)
    for count in range(len(text), 0, -1):
        arrangement = arranged(rng, face, text[:count], script, vertical, heaviest=0.05)
        if arrangement is None:
            continue
        tall = float((arrangement.boxes[:, 3] - arrangement.boxes[:, 1]).max())
        if tall < 0.25 * EM:  # a dash or a dot cannot be large
            continue
        scale = letter / tall
        if (arrangement.span * scale + 2 * dress.reach + 8 > (width, height)).any():
            continue
        glyphs_drawn = arrangement.draw(scale)
        tags = frozenset({"sound_effect", "large_effect", script}) | arrangement.marks()
        if len(glyphs_drawn) > 1 and dress.outlines and not dress.hollow and rng.random() < 0.4:
            return _apart(glyphs_drawn, dress, tags | {"overlapping"})
        block = roughened(rng, Block(np.maximum.reduce(glyphs_drawn), ()), letter).cropped()
        if block is None:
            return None
        return colored(replace(block, words=(frame(block.coverage),)), dress, tags)
    return None


def _apart(glyphs_drawn: list[np.ndarray], dress: Dress, tags: frozenset[str]) -> Lettering | None:
    """Every letter with its own outline, each lying over the one before."""
    reach = dress.reach + 1
    whole = cv2.copyMakeBorder(np.maximum.reduce(glyphs_drawn), reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    if whole.max() < 128:
        return None
    color, alpha = np.zeros((*whole.shape, 3), np.uint8), np.zeros_like(whole)
    for glyph_drawn in glyphs_drawn:
        left, top, width, height = cv2.boundingRect(glyph_drawn)
        if not width:
            continue
        letter = glyph_drawn[top : top + height, left : left + width]
        part = np.s_[top : top + height + 2 * reach, left : left + width + 2 * reach]
        letter = cv2.copyMakeBorder(letter, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
        color[part], alpha[part] = over((color[part], alpha[part]), paint(letter, dress))
    solid = np.where(whole > 127, np.uint8(255), np.uint8(0))
    grown = cv2.dilate(solid, np.ones((2 * round(dress.solid_reach) + 1,) * 2, np.uint8)) if dress.outlines else solid
    return Lettering(color, alpha, (frame(grown),), tags | dress.tags())

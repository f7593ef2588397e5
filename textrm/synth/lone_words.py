"""Pages on which little stands: one to three words or sounds of any size, with nothing that says they are lettering."""

from __future__ import annotations

import numpy as np

from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.grounds import lay_ground
from textrm.synth.composing.letterer import Letterer, Page
from textrm.synth.drawing import patterns, ruled, scenes
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Drawing
from textrm.synth.drawing.panel_art import choose, draw_panel, draw_small, random_style
from textrm.synth.faces.library import FontLibrary
from textrm.synth.pieces.large import large_effect
from textrm.synth.pieces.patch import Lettering
from textrm.synth.pieces.sound import sound_effect
from textrm.synth.values import Box, Rng

PLAIN, LINED = 0.45, 0.25  # shares of pages of one tone, with a small drawing at most, and of thin lines all over
GROUND = 0.35  # share of the pages without lines that have a ground beneath the words
LINES: tuple[tuple[Drawing, float], ...] = (
    (ruled.ruled, 4), (scenes.bricks, 3), (ruled.rainfall, 2), (ruled.crossing, 2), (scenes.floor_grid, 2),
    (patterns.lattice, 0.5), (patterns.scales, 0.5),
)  # fmt: skip
SIZES = 0.035, 0.5  # height of a letter as a share of the page's shorter side
SMALLEST = 14.0  # px
WIDE = 2.0, 7.0  # width of a word's box as a multiple of its height


def lone_words(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """A page of one tone, of lines, or a drawing, with one to three words; without lettering the page alone."""
    style, draw = random_style(rng, color), rng.random()
    if draw < PLAIN:
        tone = [(255, 255, 255), style.palette.pick(rng, 0, 40), style.palette.pick(rng, 0, 255)]
        canvas = Canvas(height, width, tone[rng.choice(3, p=[0.4, 0.35, 0.25])], style.palette.ink, style.pen)
        for _ in range(rng.poisson(0.5)):
            draw_small(canvas, rng, style.palette)
        clean, tags = canvas.flatten(), canvas.tags | {"plain_ground"}
    elif draw < PLAIN + LINED:
        canvas = Canvas(height, width, (255, 255, 255), style.palette.ink, style.pen)
        choose(rng, LINES)(canvas, rng, style.palette)
        clean, tags = canvas.flatten(), canvas.tags
    else:
        clean, tags = draw_panel(rng, height, width, style)
    letterer = Letterer(rng, clean, fonts, random_balloon_style(rng, color, style.palette.ink), color)
    whole: Box = (0.0, 0.0, float(width), float(height))
    if not PLAIN <= draw < PLAIN + LINED and rng.random() < GROUND:
        tags |= lay_ground(rng, (letterer.clean, letterer.image), whole, color)
    for _ in range(int(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15])) if lettered else 0):
        tall = max(min(height, width) * float(np.exp(rng.uniform(*np.log(SIZES)))), SMALLEST)
        letterer.settle(_word(letterer, tall), whole, "lone_words", "sound_effect")
    return letterer, tags


def _word(letterer: Letterer, tall: float) -> Lettering | None:
    """A sound or a word with letters some ``tall`` px high, where the page has room for it."""
    rng = letterer.rng
    ground = letterer.under((0.0, 0.0, float(letterer.width), float(letterer.height)))
    draw, dull = rng.random(), not letterer.color
    if draw < 0.4:
        return large_effect(rng, letterer.fonts, letterer.width, letterer.height, letter=tall, background=ground,
                            monochrome=dull)  # fmt: skip
    if draw < 0.75:
        sides = [round(tall * 1.4), round(tall * rng.uniform(*WIDE))]
        if rng.random() < 0.8:
            sides.reverse()
        wide, high = min(sides[0], letterer.width), min(sides[1], letterer.height)
        return sound_effect(rng, letterer.fonts, wide, high, background=ground, monochrome=dull)
    letterer.em = tall
    return letterer.talk(letterer.width * 0.9, letterer.height * 0.6, background=ground)

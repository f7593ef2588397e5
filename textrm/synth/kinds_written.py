"""The kinds of page that are mostly lettering: one huge sound, lone words, a chart or a sheet full of handwriting.

They take and give what the kinds of ``kinds`` do.
"""

from __future__ import annotations

import numpy as np

from textrm.synth.composing.additions import add_faint, add_jotting, add_large, add_screen
from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.grounds import lay_ground
from textrm.synth.composing.letterer import Letterer, Page
from textrm.synth.drawing import patterns, ruled, scenes
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Drawing
from textrm.synth.drawing.common.strokes import box, wander
from textrm.synth.drawing.panel_art import choose, draw_panel, draw_small, random_style
from textrm.synth.drawing.people import people
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


def impact(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """One picture, or a ground with nothing on it, and one to three very large effects; seldom some talk."""
    style = random_style(rng, color)
    if rng.random() < 0.35:
        paper = style.palette.pick(rng, 0, 255) if rng.random() < 0.5 else (255, 255, 255)
        clean, tags = np.full((height, width, 3), paper, np.uint8), {"plain_ground"}
    else:
        clean, tags = draw_panel(rng, height, width, style)
    letterer = Letterer(rng, clean, fonts, random_balloon_style(rng, color, style.palette.ink), color)
    whole = (0.0, 0.0, float(width), float(height))
    for number in range(int(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15])) if lettered else 0):
        add_large(letterer, whole, ground=0.35 if number == 0 else 0.0)
    for _ in range(rng.poisson(0.7) if lettered else 0):
        if rng.random() < 0.6:
            letterer.speak(whole)
        else:
            letterer.write(whole)
    return letterer, tags | {"impact"}


def chart(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """Handwriting on plain paper around small drawings: an infographic, a diary, a board; lines point at things."""
    style = random_style(rng, color)
    paper = style.palette.pick(rng, 190, 255) if rng.random() < 0.45 else (255, 255, 255)
    if rng.random() < 0.15:
        paper = style.palette.pick(rng, 0, 80)
    dark = sum(paper) < 330
    pen = float(rng.choice([1, 1, 1.5, 2, 3]))
    canvas = Canvas(height, width, paper, (235, 235, 235) if dark else style.palette.ink, pen)
    if rng.random() < 0.25:  # ruled or squared paper
        step, tint = rng.uniform(14, 40), style.palette.pick(rng, 150, 230)
        rows = [np.array([(0, y), (width, y)]) for y in np.arange(step, height, step)]
        columns = [np.array([(x, 0), (x, height)]) for x in np.arange(step, width, step)]
        canvas.strokes(rows + (columns if rng.random() < 0.5 else []), 1, tint)
    for _ in range(int(rng.integers(1, 5))):
        (people.stick_figure if rng.random() < 0.5 else draw_small)(canvas, rng, style.palette)
    for _ in range(rng.poisson(1.2)):  # frames and bars
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        frame = box(x, y, x + rng.uniform(0.05, 0.5) * width, y + rng.uniform(0.05, 0.4) * height)
        canvas.shape(frame, style.palette.pick(rng, 60, 250) if rng.random() < 0.6 else None)
    for _ in range(rng.poisson(2.0)):  # pointers
        start = (rng.uniform(0, width), rng.uniform(0, height))
        canvas.strokes([wander(rng, start, rng.uniform(0, 6.28), rng.uniform(20, 120), 1.2)])
    letterer = Letterer(rng, canvas.flatten(), fonts, random_balloon_style(rng, color, style.palette.ink), color)
    letterer.em = float(np.clip(rng.lognormal(np.log(22), 0.35), 10, 48))
    everywhere: Box = (6.0, 6.0, width - 6.0, height - 6.0)
    count = rng.integers(6, 20) if lettered else 0
    for _ in range(count):
        add_jotting(letterer, everywhere, plate=0.2, kind="note")
    if lettered and rng.random() < 0.3:
        add_faint(letterer, everywhere)
    if lettered and rng.random() < 0.15:
        add_screen(letterer, everywhere)
    return letterer, canvas.tags | {"chart"}


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

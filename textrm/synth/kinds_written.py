"""The kinds of page that are mostly lettering: one huge sound, a chart or a sheet full of handwriting.

They take and give what the kinds of ``kinds`` do.
"""

from __future__ import annotations

import numpy as np

from textrm.synth.composing.additions import add_faint, add_jotting, add_large, add_screen
from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer, Page
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.strokes import box, wander
from textrm.synth.drawing.panel_art import draw_panel, draw_small, random_style
from textrm.synth.drawing.people import people
from textrm.synth.faces.library import FontLibrary
from textrm.synth.values import Box, Rng


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

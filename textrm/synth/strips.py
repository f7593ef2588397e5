"""Hand-drawn strips: few lines, large faces or stick figures, writing above them without balloons, pointer lines."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.synth.composing.additions import add_jotting
from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer, Page
from textrm.synth.drawing import barred, facades, foliage
from textrm.synth.drawing.common.bounds import Motif, in_box, random_hand
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, box, fixed
from textrm.synth.drawing.panel_art import draw_small, random_style
from textrm.synth.drawing.panels import random_layout, row_layout
from textrm.synth.drawing.people import cartoon_people, people
from textrm.synth.faces.library import FontLibrary
from textrm.synth.values import Box, Rng

CAST: tuple[Motif, ...] = (
    cartoon_people.bust, cartoon_people.bust, cartoon_people.profile, cartoon_people.person, cartoon_people.animal,
)  # fmt: skip
BACKDROP: tuple[tuple[Motif, float], ...] = (
    (facades.windows, 1.0), (facades.house, 1.1), (foliage.tree, 0.8), (barred.fence, 3.0), (foliage.tuft, 2.0),
)  # fmt: skip
"""What stands behind the people, and its width over its height."""


def strip(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """Panels in a row on white or flat colours; the speakers stand below, what they say above."""
    palette = random_style(rng, color).palette
    pen = float(rng.choice([0.8, 1, 1.5, 2, 3]))
    sticks = rng.random() < 0.3
    clean = np.full((height, width, 3), 255, np.uint8)
    layout = (random_layout if rng.random() < 0.35 else row_layout)(rng, height, width)
    cast = [int(seed) for seed in rng.integers(0, 1 << 30, 3)]
    areas: list[tuple[Box, list[tuple[float, float]]]] = []
    tags = {"strip", "line_art"}
    for outline in layout.panels:
        x0, y0 = np.floor(outline.min(0)).astype(int).clip(0)
        x1, y1 = np.minimum(np.ceil(outline.max(0)).astype(int), (width, height))
        if x1 - x0 < 30 or y1 - y0 < 30:
            continue
        canvas = Canvas(int(y1 - y0), int(x1 - x0), (255, 255, 255), palette.ink, pen)
        speakers = [] if sticks else _figures(canvas, rng, palette, cast)
        for _ in range(rng.integers(1, 4) if sticks else 0):
            people.stick_figure(canvas, rng, palette)
        for _ in range(rng.poisson(0.6)):
            draw_small(canvas, rng, palette)
        tags |= canvas.tags
        clean[y0:y1, x0:x1] = canvas.flatten()
        if layout.frame:
            frame = max(1, round(layout.frame))
            cv2.polylines(clean, [fixed(outline)], True, palette.ink, frame, cv2.LINE_AA, SUBPIXEL_BITS)
        head = min((y for _, y in speakers), default=0.55 * (y1 - y0))
        area = (x0 + 3.0, y0 + 3.0, x1 - 3.0, y0 + max(24.0, float(head)))
        areas.append((area, [(x0 + x, y0 + y) for x, y in speakers]))
    balloon_style = random_balloon_style(rng, color, palette.ink)
    letterer = Letterer(rng, clean, fonts, balloon_style, color, {"hand": 0.85, "sans": 0.1, "display": 0.05})
    by_hand = rng.random() < 0.6
    for area, speakers in areas:
        for _ in range(rng.integers(1, 4) if lettered else 0):
            start = len(letterer.room.taken)
            if rng.random() < 0.85 and (add_jotting(letterer, area, 0.1) if by_hand else letterer.write(area)):
                if rng.random() < 0.75:
                    _pointer(rng, letterer, letterer.room.taken[start], speakers, pen, palette)
            elif rng.random() < 0.3:
                letterer.speak(area)
    return letterer, tags


def _figures(canvas: Canvas, rng: Rng, palette: Palette, cast: list[int]) -> list[tuple[float, float]]:
    """One to three of the cast on plain ground with little behind them; returns the tops of their heads (x, y)."""
    h, w = canvas.height, canvas.width
    if rng.random() < 0.4:
        canvas.fill[:] = palette.pick(rng, 150, 255)
    if rng.random() < 0.35:  # a floor or a line where the wall ends
        canvas.shape(box(-9, h * rng.uniform(0.6, 0.95), w + 9, h + 9), palette.pick(rng, 130, 255))
    if rng.random() < 0.5:
        motif, stretch = BACKDROP[rng.integers(len(BACKDROP))]
        tall = h * rng.uniform(0.2, 0.5)
        x, y = rng.uniform(-0.2, 0.9) * w, h * rng.uniform(0.7, 1) - tall
        hand = random_hand(canvas, rng, palette, tall, (255, 255, 255)).finer(canvas.pen * 1.5)
        motif(rng, hand, in_box((x, y, x + tall * stretch, y + tall), hand.pen))
    count = min(int(rng.integers(1, 4)), max(1, w // 60))
    heads = []
    for index in range(count):
        one = np.random.default_rng(cast[index]) if rng.random() < 0.7 else rng  # the same person in most panels
        motif = CAST[one.integers(len(CAST))]
        hand = random_hand(canvas, one, palette, h * 0.6, (255, 255, 255))
        tall = float(min(h * rng.uniform(0.45, 0.85), w / count * 1.5))
        wide = tall * (0.5 if motif is cartoon_people.person else 0.85)
        x = w * (index + 0.5) / count + rng.normal(0, w * 0.05)
        foot = h * (rng.uniform(0.9, 1.0) if motif is cartoon_people.person else rng.uniform(1.0, 1.1))
        motif(one, hand, in_box((x - wide / 2, foot - tall, x + wide / 2, foot), hand.pen))
        heads.append((float(x), float(foot - tall)))
    return heads


def _pointer(
    rng: Rng, letterer: Letterer, text: Box, speakers: list[tuple[float, float]], pen: float, palette: Palette
) -> None:
    """A line from a text down to its speaker, or some way down, on both pictures."""
    x, y = rng.uniform(text[0], text[2]), text[3] + 3
    end = (x + rng.normal(0, 18), y + rng.uniform(8, 40))
    if speakers:
        near = min(speakers, key=lambda head: abs(head[0] - x))
        if near[1] > y + 6:
            end = (near[0] + rng.normal(0, 6), y + (near[1] - y) * rng.uniform(0.5, 0.95))
    points = fixed(np.array([(x, y), ((x + end[0]) / 2 + rng.normal(0, 4), (y + end[1]) / 2), end]))
    for picture in (letterer.clean, letterer.image):
        cv2.polylines(picture, [points], False, palette.ink, max(1, round(pen)), cv2.LINE_AA, SUBPIXEL_BITS)

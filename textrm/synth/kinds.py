"""The kinds of page. Each draws the art, then letters it, and returns the letterer with the page's own tags.

Every kind takes (rng, height, width, fonts, color, lettered): ``color`` False keeps all pixels grey, ``lettered`` False
leaves out every letter (and most balloons).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from textrm.synth.composing.additions import add_jotting, add_large
from textrm.synth.composing.bubbles import lay, random_balloon_style
from textrm.synth.composing.letterer import Letterer, Page
from textrm.synth.composing.narration import narrate
from textrm.synth.composing.panel_lettering import letter_panel
from textrm.synth.drawing.common import texture
from textrm.synth.drawing.common.finish import painted, washed
from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, blob, fixed, noise
from textrm.synth.drawing.panel_art import draw_panel, random_style
from textrm.synth.drawing.panels import random_layout
from textrm.synth.faces.library import FontLibrary
from textrm.synth.values import Box, Rng


def comic(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """Panels with balloons, captions, sound effects and asides: comic or manga."""
    style = random_style(rng, color)
    clean = np.empty((height, width, 3), np.uint8)
    clean[:] = (255, 255, 255) if rng.random() < 0.75 else style.palette.pick(rng, 0, 255)
    layout = random_layout(rng, height, width)
    tags: set[str] = {"panels"} if len(layout.panels) > 1 else set()
    regions, areas = [], []
    for outline in layout.panels:
        x0, y0 = np.floor(outline.min(0)).astype(int).clip(0)
        x1, y1 = np.minimum(np.ceil(outline.max(0)).astype(int), (width, height))
        if x1 - x0 < 8 or y1 - y0 < 8:
            continue
        picture, found = draw_panel(rng, int(y1 - y0), int(x1 - x0), style)
        tags |= found
        region = np.zeros((height, width), np.uint8)
        cv2.fillPoly(region, [fixed(outline)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        lay(clean[y0:y1, x0:x1], region[y0:y1, x0:x1], picture)
        if layout.frame:
            ink, frame = style.palette.ink, round(layout.frame)
            cv2.polylines(clean, [fixed(outline)], True, ink, frame, cv2.LINE_AA, SUBPIXEL_BITS)
        regions.append(region)
        areas.append((float(x0), float(y0), float(x1), float(y1)))
    letterer = Letterer(rng, clean, fonts, random_balloon_style(rng, color, style.palette.ink), color)
    talk = rng.choice([0.6, 1.0, 1.6])
    if lettered and rng.random() < 0.1:  # a sound across the panels
        add_large(letterer, (0.0, 0.0, float(width), float(height)), ground=0.0)
    for area, region in zip(areas, regions, strict=True):
        if lettered:
            letter_panel(rng, letterer, area, region, talk)
        elif rng.random() < 0.3:
            letterer.speak(area, empty=1.0)
    if lettered and rng.random() < 0.35:
        letterer.note((0, 0, width, height))
    return letterer, tags


def splash(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """One picture over the whole page, often without balloons: a title page, an illustration, a detail."""
    style = random_style(rng, color)
    clean, tags = draw_panel(rng, height, width, style)
    letterer = Letterer(rng, clean, fonts, random_balloon_style(rng, color, style.palette.ink), color)
    if lettered:
        if rng.random() < 0.3:
            add_large(letterer, (0.0, 0.0, float(width), float(height)))
        letter_panel(rng, letterer, (0, 0, width, height), None, rng.uniform(0.8, 2.0))
    elif rng.random() < 0.3:
        letterer.speak((0, 0, width, height), empty=1.0)
    return letterer, tags | {"full_page"}


def meme(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """A photo or drawing with captions on it, in white bands, or in boxes beside it."""
    style = random_style(rng, color)
    style = replace(style, photographic=0.75)
    clean, tags = draw_panel(rng, height, width, style)
    if rng.random() < 0.35:  # two to four pictures: one above or beside the other
        cut = int(height * rng.uniform(0.3, 0.7))
        clean[cut:], more = draw_panel(rng, height - cut, width, style)
        clean[cut : cut + int(rng.integers(0, 5))] = 255
        tags |= more
    band = rng.random() < 0.3
    areas: list[Box] = [
        (4, 3, width - 4, height * rng.uniform(0.18, 0.4)),
        (4, height * rng.uniform(0.6, 0.82), width - 4, height - 3),
    ]
    if band:
        top = int(areas[0][3])
        clean[:top] = 255 if rng.random() < 0.8 else 0
        tags.add("band")
    elif rng.random() < 0.2:
        left = int(width * rng.uniform(0.35, 0.6))
        clean[:, :left] = 255
        rows = np.linspace(0, height, int(rng.integers(2, 5)) + 1)
        areas = [(5, a + 4, left - 5, b - 4) for a, b in pairwise(rows.tolist())]
        for row in rows[1:-1]:
            cv2.line(clean, (0, int(row)), (width, int(row)), (0, 0, 0), int(rng.integers(1, 4)))
        tags.add("band")
    elif rng.random() < 0.3:
        areas = [_random_box(rng, height, width) for _ in range(rng.integers(1, 5))]
    letterer = Letterer(rng, clean, fonts, random_balloon_style(rng, color, style.palette.ink), color)
    for area in areas:
        if lettered and rng.random() < 0.88:
            letterer.meme(area)
    if lettered and rng.random() < 0.15:
        letterer.note((0, height * 0.9, width, height))
    return letterer, tags | {"meme"}


def picture_book(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """Text on bare or softly coloured paper around islands of art: picture books, web comics, narration."""
    style = random_style(rng, color)
    clean = np.full((height, width, 3), 255, np.uint8)
    if rng.random() < 0.5:
        first, second = style.palette.pick(rng, 0, 255), style.palette.pick(rng, 0, 255)
        clean[:] = first if rng.random() < 0.5 else texture.gradient(rng, height, width, first, second)
    soft = rng.random() < 0.5
    style = replace(style, finish=washed if soft else painted if rng.random() < 0.3 else style.finish)
    picture, tags = draw_panel(rng, height, width, style)
    region: np.ndarray = np.zeros((height, width), np.uint8)
    for _ in range(rng.integers(1, 4)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        rx, ry = rng.uniform(0.15, 0.45) * width, rng.uniform(0.15, 0.45) * height
        cv2.fillPoly(region, [fixed(blob(rng, x, y, rx, ry, 0.2))], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    if soft:  # watercolour: torn, mottled edges
        mottle = (noise(rng, height, width, 20, 3) * 255).astype(np.uint8)
        region = cv2.addWeighted(cv2.GaussianBlur(region, (0, 0), 9), 1.0, mottle, 0.6, -120)
        region = cv2.convertScaleAbs(region, alpha=2.0)
    lay(clean, region, picture)
    letterer = Letterer(rng, clean, fonts, random_balloon_style(rng, color, style.palette.ink), color)
    everywhere = (6.0, 6.0, width - 6.0, height - 6.0)
    for _ in range(rng.integers(2, 7) if lettered else 0):
        draw = rng.random()
        if draw < 0.2:
            letterer.speak(everywhere)
        elif draw < 0.6:
            narrate(letterer, everywhere)
        else:
            add_jotting(letterer, everywhere, kind="note")
    if lettered and rng.random() < 0.4:
        letterer.note(everywhere)
    return letterer, tags | {"narration"}


def _random_box(rng: Rng, height: int, width: int) -> Box:
    w, h = rng.uniform(0.25, 0.7) * width, rng.uniform(0.08, 0.3) * height
    x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
    return x, y, x + w, y + h

"""Grounds of large lettering: a panel, or a part of it, made flat, dark, graded or full of effect lines."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.synth.composing.bubbles import blend, lay
from textrm.synth.composing.screens import lay_screen
from textrm.synth.drawing import motion
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import random_palette
from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, fixed
from textrm.synth.values import Box, Rng, rgb


def lay_ground(
    rng: Rng, pictures: Sequence[np.ndarray], area: Box, color: bool, region: np.ndarray | None = None
) -> set[str]:
    """Paint one ground over ``area`` of every picture (H W 3 uint8 RGB, in place); gives its tags.

    Black or nearly so, light, a screen, speed or focus lines, or a spiked burst that grows darker to its edge or its
    middle. ``region`` (H W uint8, 255 = inside) keeps it within a panel.
    """
    height, width = pictures[0].shape[:2]
    x0, y0 = max(round(area[0]), 0), max(round(area[1]), 0)
    x1, y1 = min(round(area[2]), width), min(round(area[3]), height)
    if x1 - x0 < 16 or y1 - y0 < 16:
        return set()
    kind = ("dark", "light", "screen", "lines", "burst")[rng.choice(5, p=[0.28, 0.1, 0.2, 0.22, 0.2])]
    if kind == "screen":
        return lay_screen(rng, pictures, area, color, region)
    inside = np.full((y1 - y0, x1 - x0), 255, np.uint8) if region is None else region[y0:y1, x0:x1]
    if kind in ("dark", "light"):
        levels = rng.integers(0, 45, 3) if kind == "dark" else rng.integers(215, 256, 3)
        for picture in pictures:
            blend(picture[y0:y1, x0:x1], inside, rgb(levels, color))
        return {"flat_ground"}
    if kind == "lines":
        palette = random_palette(rng, color)
        paper = (255, 255, 255) if rng.random() < 0.7 else palette.pick(rng, 150, 255)
        canvas = Canvas(y1 - y0, x1 - x0, paper, palette.ink, float(rng.choice([1, 1.5, 2])))
        (motion.focus_lines if rng.random() < 0.6 else motion.speed_lines)(canvas, rng, palette)
        ground, cover, tags = canvas.flatten(), inside, canvas.tags
    else:
        ground, spikes = _burst(rng, y1 - y0, x1 - x0, color)
        cover, tags = cv2.min(inside, spikes), {"burst"}
    for picture in pictures:
        lay(picture[y0:y1, x0:x1], cover, ground)
    return tags


def _burst(rng: Rng, height: int, width: int, color: bool) -> tuple[np.ndarray, np.ndarray]:
    """Colour and cover of a spiked shape that fills most of its box, graded from its middle outwards."""
    points = int(rng.integers(9, 24))
    inner, outer = rng.uniform(0.6, 0.85, 2 * points), rng.uniform(0.85, 1.05, 2 * points)
    radius = np.where(np.arange(2 * points) % 2, inner, outer)
    angle = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False) + rng.uniform(0, 1)
    outline = np.stack([width / 2 * (1 + radius * np.cos(angle)), height / 2 * (1 + radius * np.sin(angle))], 1)
    cover = np.zeros((height, width), np.uint8)
    cv2.fillPoly(cover, [fixed(outline)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    x = (np.arange(width, dtype=np.float32) - width / 2) / (width / 2)
    y = (np.arange(height, dtype=np.float32)[:, None] - height / 2) / (height / 2)
    distance = np.hypot(x, y).clip(0, 1)
    first, second = rng.uniform(0, 110, 3), rng.uniform(0, 40, 3)
    if rng.random() < 0.25:
        first, second = rng.uniform(150, 255, 3), rng.uniform(200, 255, 3)
    if not color:
        first, second = first[[0, 0, 0]], second[[0, 0, 0]]
    if rng.random() < 0.5:
        first, second = second, first
    # the share takes 256 steps, as a palette of the gradient has
    steps = np.linspace(0, 1, 256)[:, None] * (second - first) + first
    shades = cv2.LUT(cv2.merge([(distance * 255).astype(np.uint8)] * 3), np.rint(steps).astype(np.uint8)[:, None])
    cv2.polylines(shades, [fixed(outline)], True, (0, 0, 0), int(rng.integers(1, 4)), cv2.LINE_AA, SUBPIXEL_BITS)
    return shades, cover

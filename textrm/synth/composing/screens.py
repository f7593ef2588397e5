"""Screens to letter on: printed dots and lines of every density, laid over a part of the picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.synth.composing.bubbles import blend
from textrm.synth.drawing.common.screentone import ANGLES, PITCHES, dots, halftone, lines
from textrm.synth.inks.dresses import vivid
from textrm.synth.values import Box, Rng, rgb

DENSITIES = 0.08, 0.45  # share of ink
COARSEST = 12.0  # px between dots; the finest of PITCHES that is used is 3


def lay_screen(
    rng: Rng, pictures: Sequence[np.ndarray], area: Box, color: bool, region: np.ndarray | None = None
) -> set[str]:
    """Lay one screen over ``area`` of every picture (H W 3 uint8 RGB, in place); gives its tags.

    Its dots or lines are black, seldom white or of a colour, 3 to 12 px apart, and take 8 to 45 % of the paper: the
    same share everywhere or one that changes across. ``region`` (H W uint8, 255 = inside) keeps it within a panel.
    """
    height, width = pictures[0].shape[:2]
    x0, y0 = max(round(area[0]), 0), max(round(area[1]), 0)
    x1, y1 = min(round(area[2]), width), min(round(area[3]), height)
    if x1 - x0 < 8 or y1 - y0 < 8:
        return set()
    bare = screen(rng, y1 - y0, x1 - x0)
    ink = (0, 0, 0) if rng.random() < 0.85 else (255, 255, 255)
    if color and rng.random() < 0.4:
        ink = vivid(rng)
    cover = 255 - bare
    if region is not None:
        cover = cv2.min(cover, region[y0:y1, x0:x1])
    paper = None
    if rng.random() < 0.6:  # the screen has paper of its own, else it lies on the drawing
        level = 255 if ink != (255, 255, 255) else int(rng.integers(0, 120))
        paper = (level, level, level)
        if color and rng.random() < 0.4:
            paper = rgb(rng.integers(170, 256, 3))
    for picture in pictures:
        view = picture[y0:y1, x0:x1]
        if paper is not None:
            inside = np.full(view.shape[:2], 255, np.uint8) if region is None else region[y0:y1, x0:x1]
            blend(view, inside, paper)
        blend(view, cover, ink)
    return {"screen"}


def screen(rng: Rng, height: int, width: int) -> np.ndarray:
    """Height x width uint8: 0 where a dot or a line prints, 255 on bare paper."""
    pitches = [pitch for pitch in PITCHES if 3 <= pitch <= COARSEST]
    pitch, angle = float(rng.choice(pitches)), float(rng.choice(ANGLES))
    make = dots if rng.random() < 0.8 else lines
    density = float(rng.uniform(*DENSITIES))
    ink = np.full((height, width), density, np.float32)
    if rng.random() < 0.3:  # a gradient, along the height or the width
        other = float(rng.uniform(*DENSITIES))
        along = np.linspace(density, other, height if rng.random() < 0.6 else width, dtype=np.float32)
        ink[:] = along[:, None] if len(along) == height else along
    gray = np.rint(20 + 215 * (1 - ink)).astype(np.uint8)
    return halftone(gray, make(height, width, pitch, angle), float(rng.choice([2.0, 30.0, 90.0])))

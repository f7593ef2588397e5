"""Strokes and signs that a letterer draws around words: underlines, brackets, rings, rays, hearts, tails."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, Curve, fixed, heart, smooth_open
from textrm.synth.setting.block import Block
from textrm.synth.values import Rng

REACH = 3.2  # em, the furthest that a sign goes beyond the words


def decorated(rng: Rng, block: Block, size: float) -> tuple[Block, str]:
    """The block with a sign around one word or all of it, of ``size`` px per em, and the sign's name. The sheet grows.

    Words keep their polygons.
    """
    margin = int(np.ceil(REACH * size)) + 2
    coverage = cv2.copyMakeBorder(block.coverage, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    words = tuple(word + np.float32(margin) for word in block.words)
    chosen = words[int(rng.integers(len(words)))] if words and rng.random() < 0.6 else None
    corners = np.concatenate(words) if chosen is None and words else chosen
    if corners is None:
        corners = np.array([(margin, margin), (coverage.shape[1] - margin, coverage.shape[0] - margin)], np.float32)
    box = (*corners.min(0).tolist(), *corners.max(0).tolist())
    draw, name = SIGNS[int(rng.integers(len(SIGNS)))]
    pen = max(1, round(size * rng.uniform(0.05, 0.13)))
    lines = [fixed(curve) for curve in draw(rng, box, size)]
    cv2.polylines(coverage, lines, False, 255, pen, cv2.LINE_AA, SUBPIXEL_BITS)
    return Block(coverage, words, block.ruby), name


Corners = tuple[float, ...]


def _underline(rng: Rng, box: Corners, size: float) -> list[Curve]:
    """One or two strokes below the words, straight, bent or waving."""
    x0, _, x1, y1 = box
    strokes = []
    wave = rng.uniform(0.05, 0.1) * size if rng.random() < 0.3 else 0.0
    for number in range(int(rng.integers(1, 3))):
        left, right = x0 + rng.normal(0, 0.15) * size, x1 + rng.normal(0, 0.15) * size
        x = np.linspace(left, right, max(int((x1 - x0) / size * 4), 5))
        y = y1 + size * (0.1 + 0.18 * number) + rng.normal(0, 0.03 * size, len(x)) + wave * (-1) ** np.arange(len(x))
        strokes.append(smooth_open(np.stack([x, y], 1), 4))
    return strokes


def _brackets(rng: Rng, box: Corners, size: float) -> list[Curve]:
    """A bracket at either end: round, square or curly enough."""
    x0, y0, x1, y1 = box
    reach, square = rng.uniform(0.15, 0.35) * size, rng.random() < 0.4
    sides = []
    for x, side in ((x0 - 0.15 * size, -1), (x1 + 0.15 * size, 1)):
        points = np.array([(x, y0), (x + side * reach, y0), (x + side * reach, y1), (x, y1)])
        if not square:
            points = np.array([(x, y0), (x + side * reach, (y0 + y1) / 2), (x, y1)])
        sides.append(points if square else smooth_open(points, 6))
    return sides


def _ring(rng: Rng, box: Corners, size: float) -> list[Curve]:
    """A loop around the words that does not quite close."""
    x0, y0, x1, y1 = box
    angle = np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.1), 26) + rng.uniform(0, 6.28)
    rx, ry = (x1 - x0) / 2 + 0.45 * size, (y1 - y0) / 2 + 0.35 * size
    drift = 1 + np.linspace(0, rng.normal(0, 0.04), 26)
    x, y = (x0 + x1) / 2 + rx * drift * np.cos(angle), (y0 + y1) / 2 + ry * drift * np.sin(angle)
    return [np.stack([x, y], 1)]


def _rays(rng: Rng, box: Corners, size: float) -> list[Curve]:
    """Short strokes that point away from the words: a shout, a surprise."""
    x0, y0, x1, y1 = box
    count = int(rng.integers(5, 13))
    start, end = (rng.uniform(-3.0, -2.4), rng.uniform(-0.7, -0.1)) if rng.random() < 0.5 else (0.0, 5.9)
    angle = np.linspace(start, end, count)
    direction = np.stack([np.cos(angle), np.sin(angle)], 1)
    half = np.array([(x1 - x0) / 2 + 0.15 * size, (y1 - y0) / 2 + 0.1 * size])
    near = np.array([(x0 + x1) / 2, (y0 + y1) / 2]) + direction * half
    length = rng.uniform(0.25, 0.5, count)[:, None] * size
    return [np.stack([a, b]) for a, b in zip(near, near + direction * length, strict=True)]


def _heart(rng: Rng, box: Corners, size: float) -> list[Curve]:
    """One or two hearts beside the words."""
    _, y0, x1, y1 = box
    hearts = []
    for number in range(int(rng.integers(1, 3))):
        scale = size * rng.uniform(0.012, 0.022) * (1 - 0.3 * number)
        at = (x1 + (0.4 + 0.1 * number) * size, y0 + (y1 - y0) * (0.7 - 0.6 * number))
        hearts.append(heart(25) * scale + at)
    return hearts


def _tail(rng: Rng, box: Corners, size: float) -> list[Curve]:
    """A long stroke that goes on from the last letter and waves: a cry."""
    _, y0, x1, y1 = box
    length, bend = size * rng.uniform(1.0, REACH - 0.4), size * rng.uniform(0.4, 1.4)
    along = np.linspace(0, length, 30)
    swing = size * rng.uniform(0.0, 0.3) * np.minimum(along / (0.5 * size), 1)
    y = (y0 + y1) / 2 + swing * np.sin(2 * np.pi * along / bend) + along * rng.normal(0, 0.08)
    return [np.stack([x1 + 0.05 * size + along, y], 1)]


SIGNS: tuple[tuple[Callable[[Rng, Corners, float], list[Curve]], str], ...] = (
    (_underline, "underlined"), (_underline, "underlined"), (_brackets, "bracketed"), (_ring, "ringed"),
    (_rays, "rays"), (_heart, "heart"), (_tail, "tail"),
)  # fmt: skip
"""Each sign and its tag."""

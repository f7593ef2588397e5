"""Heads: faces with their features and hair."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import bezier, beziers, ellipse, smooth_closed, smooth_open
from textrm.synth.values import Color, Rng

Bounds = Callable[[Sequence[Sequence[float]] | np.ndarray], np.ndarray]
"""Turns points of the head (its half height is 1) into pixels."""


def head(canvas: Canvas, rng: Rng, palette: Palette, x: float, y: float, size: float) -> None:
    """A face with hair around (x, y); ``size`` is half its height in pixels."""
    turn = rng.normal(0, 0.15)
    side = rng.uniform(-0.35, 0.35)  # which way the face looks
    cos, sin = np.cos(turn) * size, np.sin(turn) * size

    def bounds(points: Sequence[Sequence[float]] | np.ndarray) -> np.ndarray:
        p = np.asarray(points, np.float32)
        return np.stack([x + p[..., 0] * cos - p[..., 1] * sin, y + p[..., 0] * sin + p[..., 1] * cos], -1)

    hair = palette.pick(rng, 0, 60) if rng.random() < 0.4 else palette.pick(rng, 60, 255)
    skin = palette.skin(rng)
    bald = rng.random() < 0.12
    if not bald:
        long = rng.uniform(0.6, 2.2)
        ends = [(0.85, long * 0.5), (0.5, long), (-0.5, long), (-0.85, long * 0.5)]
        canvas.shape(smooth_closed(bounds([(-0.75, -0.6), (0, -1.15), (0.75, -0.6), *ends])), hair)
    chin = rng.uniform(0.15, 0.4)
    jaw = [(0.58, 0.35), (chin, 0.82), (-chin, 0.82), (-0.58, 0.35)]
    canvas.shape(smooth_closed(bounds([(-0.62, -0.35), (0, -0.9), (0.62, -0.35), *jaw])), skin)
    _features(canvas, rng, palette, bounds, side, size)
    if not bald:
        _hair(canvas, rng, bounds, hair)
        canvas.tags.add("hair")
    canvas.tags.add("face")


def _features(canvas: Canvas, rng: Rng, palette: Palette, bounds: Bounds, side: float, size: float) -> None:
    pen = canvas.pen
    wide, tall = rng.uniform(0.1, 0.22), rng.uniform(0.05, 0.26)
    iris = palette.pick(rng, 20, 160)
    closed = rng.random() < 0.2
    for eye in (-1, 1):
        ex, ey = eye * 0.3 + side * 0.4, 0.02 + rng.normal(0, 0.01)
        lid = bounds(bezier([(ex - wide, ey), (ex, ey - tall * 1.6), (ex + wide, ey)], 9))
        if closed:
            canvas.brush(bounds(bezier([(ex - wide, ey), (ex, ey + tall), (ex + wide, ey)], 9)), pen * 2)
        elif size < 18:
            x, y = bounds([(ex, ey)])[0]
            canvas.shape(ellipse(x, y, size * 0.05 + 0.7, size * 0.08 + 0.7, count=10), canvas.ink, 0)
        else:
            white = np.concatenate([lid, bounds(bezier([(ex + wide, ey), (ex, ey + tall * 1.3), (ex - wide, ey)], 9))])
            canvas.shape(white, (255, 255, 255), pen * 0.6)
            r = min(wide * 0.62, tall) * size
            cx, cy = bounds([(ex + side * wide * 0.4, ey)])[0]
            canvas.shape(ellipse(cx, cy, r, r * 1.2, count=18), iris, pen * 0.8)
            canvas.shape(ellipse(cx, cy, r * 0.5, r * 0.6, count=12), (0, 0, 0), 0)
            canvas.shape(ellipse(cx - r * 0.35, cy - r * 0.4, r * 0.28, r * 0.28, count=8), (255, 255, 255), 0)
            canvas.brush(lid, max(pen * 1.5, size * 0.04))
            roots = [wide * k for k in (0.7, 1.0)]
            lashes = [[(ex + eye * root, ey - 0.03), (ex + eye * (root + 0.06), ey - 0.1)] for root in roots]
            canvas.strokes(bounds(np.array(lashes)), pen)
        level = ey - tall - 0.1
        brow = bezier([(ex - wide, level), (ex, ey - tall - 0.2), (ex + wide, level + rng.normal(0, 0.06))], 8)
        canvas.brush(bounds(brow), max(pen, size * rng.uniform(0.02, 0.07)))
    nose = bounds(bezier([(side * 0.7, 0.1), (side * 0.7 + 0.07, 0.32), (side * 0.7 - 0.02, 0.36)], 6))
    canvas.strokes([nose], pen)
    mouth = rng.uniform(0.06, 0.26)
    smile = rng.normal(0.03, 0.08)
    lips = bounds(bezier([(side * 0.5 - mouth, 0.55), (side * 0.5, 0.55 + smile * 2), (side * 0.5 + mouth, 0.55)], 9))
    if rng.random() < 0.35:
        middle, low = side * 0.5, 0.55 + rng.uniform(0.1, 0.5)
        jaw = bezier([(middle + mouth, 0.55), (middle, low), (middle - mouth, 0.55)], 9)
        canvas.shape(np.concatenate([lips, bounds(jaw)]), palette.near(rng, 0.0, 20, 120), pen)
    else:
        canvas.brush(lips, pen * 1.6)
    if rng.random() < 0.3:  # blushing: short slanted strokes on the cheeks
        marks = [c * 0.4 + i * 0.06 for c in (-1, 1) for i in (-1, 0, 1)]
        canvas.strokes(bounds(np.array([[(x, 0.3), (x - 0.05, 0.42)] for x in marks])), pen * 0.8)
    if rng.random() < 0.12 and size > 18:
        for eye in (-1, 1):
            x, y = bounds([(eye * 0.3 + side * 0.4, 0.03)])[0]
            canvas.shape(ellipse(x, y, size * 0.26, size * 0.22), None, pen * 1.4)
        canvas.tags.add("glasses")


def _hair(canvas: Canvas, rng: Rng, bounds: Bounds, color: Color) -> None:
    """A fringe of pointed locks, strands on it and loose hairs beside the face."""
    locks = int(rng.integers(3, 9))
    tops = np.linspace(-0.72, 0.72, locks + 1)
    outline: list[tuple[float, float]] = [(-0.78, 0.1), (-0.8, -0.5), (0, -1.2), (0.8, -0.5), (0.78, 0.1)]
    for left, right in zip(tops[:-1][::-1], tops[1:][::-1], strict=True):
        outline.append((right, -0.45 + rng.normal(0, 0.05)))
        outline.append(((left + right) / 2 + rng.normal(0, 0.07), rng.uniform(-0.4, 0.15)))
    top = smooth_open(np.array(outline[:5]), 5)
    canvas.shape(bounds(np.concatenate([top, np.array(outline[5:], np.float32)])), color)
    count = int(rng.integers(6, 50))
    root = np.stack([rng.normal(0, 0.15, count), rng.uniform(-1.15, -1.0, count)], 1)
    end = np.stack([rng.uniform(-0.85, 0.85, count), rng.uniform(-0.6, -0.1, count)], 1)
    middle = np.stack([end[:, 0] * rng.uniform(0.7, 1.1, count), rng.uniform(-1.1, -0.8, count)], 1)
    dark = sum(color) < 240
    level = int(rng.integers(90, 256))
    shine = (level, level, level) if dark else canvas.ink
    canvas.strokes(bounds(beziers(np.stack([root, middle, end], 1), 8)), canvas.pen * rng.uniform(0.5, 1.1), shine)
    loose = int(rng.integers(0, 24))
    start = np.stack([rng.choice([-0.75, 0.75], loose) + rng.normal(0, 0.08, loose), rng.uniform(-0.7, 0.5, loose)], 1)
    drop = np.stack([rng.normal(0, 0.12, loose), rng.uniform(0.3, 1.3, loose)], 1)
    curves = beziers(np.stack([start, start + drop / 2 + rng.normal(0, 0.12, (loose, 2)), start + drop], 1), 10)
    canvas.strokes(bounds(curves), canvas.pen * 0.8)

"""People, heads and creatures in simple shapes: eyes, hair strands and folds are the lines nearest to letters."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import bezier, beziers, blob, ellipse, smooth_closed, wander
from textrm.synth.drawing.people.heads import head
from textrm.synth.values import BLACK, WHITE, Rng


def person(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A clothed body with a head, cut off by the panel where it does not fit."""
    size = rng.uniform(0.1, 0.35) * max(canvas.height, canvas.width)
    x, y = rng.uniform(0.1, 0.9) * canvas.width, rng.uniform(0.25, 0.7) * canvas.height
    body(canvas, rng, palette, x, y + size * 0.9, size)
    head(canvas, rng, palette, x, y, size)


def portrait(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A face that fills much of the panel."""
    size = rng.uniform(0.3, 0.65) * min(canvas.height, canvas.width) + 20
    x, y = rng.uniform(0.25, 0.75) * canvas.width, rng.uniform(0.3, 0.7) * canvas.height
    body(canvas, rng, palette, x, y + size * 0.9, size)
    head(canvas, rng, palette, x, y, size)


def body(canvas: Canvas, rng: Rng, palette: Palette, x: float, y: float, size: float) -> None:
    """Neck, shoulders and a coat with folds; ``size`` is half the height of the head."""
    h = canvas.height
    shoulder = rng.uniform(1.0, 1.7)
    cloth = palette.pick(rng, 0, 70) if rng.random() < 0.35 else palette.pick(rng, 80, 255)
    half = [(0.25, -0.2), (0.3, 0.2), (shoulder, 0.55), (shoulder * 1.15, 2.5), (shoulder * 0.9, 6)]
    outline = np.array([(-right, down) for right, down in half] + half[::-1])
    canvas.shape(smooth_closed(outline * size + (x, y), 5), cloth)
    ink = canvas.ink if sum(cloth) > 200 else palette.pick(rng, 180, 255)
    folds = int(rng.integers(4, 22))
    starts = np.stack([x + rng.normal(0, shoulder * 0.6, folds) * size, y + rng.uniform(0.5, 3, folds) * size], 1)
    for start in starts[starts[:, 1] < h]:
        fold = wander(rng, start, rng.normal(1.57, 0.5), size * rng.uniform(0.3, 1.4), 0.9)
        canvas.brush(fold, canvas.pen * rng.uniform(0.8, 2.2), ink)
    if rng.random() < 0.4:  # buttons
        for k in range(4):
            button = ellipse(x, y + (0.7 + 0.4 * k) * size, size * 0.06 + 1, size * 0.06 + 1, count=10)
            canvas.shape(button, palette.pick(rng, 100, 255))
    collar = np.array([(-0.32, 0.15), (0, 0.75), (0.32, 0.15)]) * size + (x, y)
    canvas.shape(collar, palette.pick(rng, 150, 255) if rng.random() < 0.6 else None)
    canvas.tags.add("clothes")


def stick_figure(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A head and six straight limbs; sometimes hair or a hat."""
    size = min(canvas.height * 0.8, max(40.0, rng.uniform(0.15, 0.5) * canvas.height))
    x, y = rng.uniform(0.1, 0.9) * canvas.width, canvas.height * rng.uniform(0.75, 0.98)
    r = size * rng.uniform(0.14, 0.22)
    hip, neck = np.array([x, y - size * 0.42]), np.array([x + rng.normal(0, size * 0.05), y - size * 0.85])
    feet = [np.array([x + s * size * rng.uniform(0.08, 0.25), y]) for s in (-1, 1)]
    hands = [neck + size * np.array([s * rng.uniform(0.1, 0.35), rng.uniform(-0.3, 0.5)]) for s in (-1, 1)]
    limbs = [np.stack([hip, (hip + f) / 2 + rng.normal(0, size * 0.03, 2), f]) for f in feet]
    shoulders = neck + np.array([0, size * 0.08])
    limbs += [np.stack([shoulders, (neck + hand) / 2 + rng.normal(0, size * 0.05, 2), hand]) for hand in hands]
    canvas.strokes([*limbs, np.stack([hip, neck])], canvas.pen * 1.2)
    canvas.shape(ellipse(neck[0], neck[1] - r, r, r, count=24), palette.pick(rng, 245, 255), canvas.pen * 1.2)
    if rng.random() < 0.4:
        roots = np.tile(neck - (0, 2 * r), (14, 1))
        bent, ends = neck - (0, r) + rng.normal(0, r * 0.9, (14, 2)), neck + rng.normal(0, r, (14, 2))
        canvas.strokes(beziers(np.stack([roots, bent, ends], 1), 6), canvas.pen * 0.6)
    canvas.tags.update(("stick_figure", "figure"))


def creature(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """An animal of blobs: body, head with ears and whiskers, tail, stripes."""
    size = rng.uniform(0.08, 0.28) * min(canvas.height, canvas.width) + 8
    x, y = rng.uniform(0.15, 0.85) * canvas.width, rng.uniform(0.4, 0.9) * canvas.height
    coat = palette.near(rng, rng.uniform(0, 0.2), 40, 255)
    side = rng.choice([-1, 1])
    tail = wander(rng, (x + side * size, y), -0.8 * side + (3.14 if side < 0 else 0), size * 1.6, 2.0)
    canvas.brush(tail, size * 0.3, coat, (1, 0.3))
    canvas.shape(blob(rng, x, y, size * 1.2, size * 0.75, 0.06), coat)
    hx, hy, r = x - side * size * 1.1, y - size * 0.7, size * 0.62
    for ear in (-1, 1):
        corners = [(0.85, 0.3), (0.8, 1.5), (0.15, 0.8)]
        canvas.shape(np.array([(hx + ear * r * aside, hy - r * up) for aside, up in corners]), coat)
    canvas.shape(blob(rng, hx, hy, r, r * 0.9, 0.04), coat)
    for eye in (-1, 1):
        white = ellipse(hx + eye * r * 0.38, hy - r * 0.1, r * 0.24, r * 0.28, count=14)
        canvas.shape(white, WHITE, canvas.pen * 0.7)
        canvas.shape(ellipse(hx + eye * r * 0.35, hy - r * 0.08, r * 0.1, r * 0.16, count=10), BLACK, 0)
    for s in (-1, 1):
        ends = [(hx + s * r * 1.4, hy + r * (0.2 + 0.15 * k)) for k in range(3)]
        canvas.strokes([np.array([(hx + s * r * 0.4, hy + r * 0.35), end]) for end in ends], canvas.pen * 0.7)
    canvas.strokes([bezier([(hx - r * 0.3, hy + r * 0.45), (hx, hy + r * 0.7), (hx + r * 0.3, hy + r * 0.45)], 7)])
    tops = np.stack([rng.uniform(x - size, x + size, 9), np.full(9, y - size * 0.6)], 1)[:, None]
    stripes = tops + np.array([[0, 0], [size * 0.08, size * 0.2], [0, size * 0.4]])
    canvas.strokes(beziers(stripes, 5), canvas.pen * 1.5)
    canvas.tags.update(("animal", "figure"))

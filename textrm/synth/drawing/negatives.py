"""Small drawn things that resemble letters and are not: notes, runes, marks, barcodes, arrows, stars."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Drawing, Palette
from textrm.synth.drawing.common.strokes import (
    bezier,
    beziers,
    blob,
    box,
    ellipse,
    heart,
    rotation,
    smooth_open,
    wander,
)
from textrm.synth.values import Rng


def _spot(canvas: Canvas, rng: Rng) -> tuple[float, float]:
    return float(rng.uniform(0, canvas.width)), float(rng.uniform(0, canvas.height))


def music_notes(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Heads, stems, flags and beams, scattered."""
    ink = canvas.ink if rng.random() < 0.6 else palette.pick(rng, 0, 255)
    for _ in range(rng.integers(1, 5)):
        x, y = _spot(canvas, rng)
        s = rng.uniform(3, 10)
        pen = max(1.0, s * 0.25)
        canvas.mass(ellipse(x, y, s, s * 0.7, -0.4, 14), ink)
        stem = np.array([[x + s * 0.9, y], [x + s * 0.9, y - s * 4]])
        if rng.random() < 0.5:
            canvas.strokes([stem, bezier([stem[1], stem[1] + (s * 0.3, s), stem[1] + (s * 1.4, s * 1.8)], 7)], pen, ink)
        else:
            canvas.mass(ellipse(x + s * 3, y - s * 0.3, s, s * 0.7, -0.4, 14), ink)
            other = stem + np.array([s * 3, -s * 0.3])
            canvas.strokes([stem, other, np.stack([stem[1], other[1]])], pen, ink)
    canvas.tags.add("music_notes")


def runes(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Pseudo-writing on a plate, scroll or sign: strokes at random, in rows; nobody can read it."""
    x, y = _spot(canvas, rng)
    cell = rng.uniform(8, 22)
    columns, rows = int(rng.integers(2, 8)), int(rng.integers(1, 4))
    turned = rotation(rng.normal(0, 0.25))
    plate = box(-cell, -cell, columns * cell + cell * 0.6, rows * cell * 1.3 + cell * 0.6)
    canvas.shape(plate @ turned + (x, y), palette.near(rng, 0.1, 110, 240))
    corners = np.array([(0, 0), (0.6, 0), (0, 0.4), (0.6, 0.4), (0, 0.9), (0.6, 0.9), (0.3, 0.2), (0.3, 0.7)])
    curves = []
    for row in range(rows):
        for column in range(columns):
            for _ in range(rng.integers(2, 4)):
                pair = corners[rng.choice(8, 2, replace=False)] + (column, row * 1.3)
                curves.append(pair * cell @ turned + (x, y))
    canvas.strokes(curves, max(1.0, cell * 0.1))
    canvas.tags.add("pseudo_writing")


def stars(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Five-pointed stars, sparkles and hearts."""
    for _ in range(rng.integers(1, 9)):
        x, y = _spot(canvas, rng)
        r = rng.uniform(3, 18)
        points = int(rng.choice([4, 4, 5, 6, 8]))
        angle = np.linspace(0, 2 * np.pi, points * 2, endpoint=False) - np.pi / 2
        inner = rng.uniform(0.12, 0.45)
        radius = np.where(np.arange(points * 2) % 2, r * inner, r)
        outline = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)
        fill = palette.near(rng, 0.14, 200, 255) if rng.random() < 0.7 else canvas.ink
        canvas.shape(outline, fill, canvas.pen * (rng.random() < 0.5))
    canvas.tags.add("sparkles")


def hearts(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Hearts of several sizes."""
    shape = heart(28) / 16
    for _ in range(rng.integers(1, 6)):
        outline = shape * rng.uniform(3, 14) + _spot(canvas, rng)
        canvas.shape(outline, palette.near(rng, 0.97, 90, 255) if rng.random() < 0.7 else None)
    canvas.tags.add("hearts")


def crosses(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Crosses, plus signs, ticks and circles, singly or as a row of marks."""
    s = rng.uniform(3, 10)
    turn = rng.choice([0.0, 0.785, rng.uniform(0, 1.57)])
    arm = np.array([np.cos(turn), np.sin(turn)]) * s
    across = np.array([-arm[1], arm[0]])
    at = np.array([_spot(canvas, rng) for _ in range(rng.integers(1, 10))])
    if rng.random() < 0.3:
        at = at[0] + np.arange(int(rng.integers(3, 8)))[:, None] * np.array([s * 2.6, 0])
    color = canvas.ink if rng.random() < 0.7 else palette.pick(rng, 0, 255)
    pen = canvas.pen * rng.uniform(0.8, 2)
    if rng.random() < 0.6:
        canvas.strokes([np.stack([p - d, p + d]) for p in at for d in (arm, across)], pen, color)
    else:
        for p in at:
            canvas.shape(ellipse(p[0], p[1], s, s, count=16), None, pen, color)
    canvas.tags.add("marks")


def arrows(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Arrows, straight or curved."""
    for _ in range(rng.integers(1, 4)):
        start = np.array(_spot(canvas, rng))
        curve = wander(rng, start.tolist(), rng.uniform(0, 6.28), rng.uniform(14, 70), rng.uniform(0, 1.5))
        heading = curve[-1] - curve[-3]
        heading /= np.linalg.norm(heading) + 1e-6
        side = np.array([-heading[1], heading[0]])
        s = rng.uniform(3, 9)
        canvas.strokes([curve], canvas.pen * 1.4)
        canvas.mass(np.stack([curve[-1] + heading * s, curve[-1] + side * s * 0.7, curve[-1] - side * s * 0.7]))
    canvas.tags.add("arrows")


def barcode(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Upright bars of several widths on a light plate; or a ruler's scale."""
    x, y = _spot(canvas, rng)
    height, count = rng.uniform(10, 45), int(rng.integers(10, 40))
    widths = rng.choice([1, 1, 2, 3], count)
    edges = x + np.cumsum(widths + rng.choice([1, 2, 3], count))
    plate = box(x - 5, y - 4, edges[-1] + 6, y + height + 4)
    canvas.shape(plate, palette.pick(rng, 215, 255), canvas.pen * (rng.random() < 0.5))
    if rng.random() < 0.6:
        for left, width in zip(edges, widths, strict=True):
            canvas.mass(box(left, y, left + width - 0.5, y + height))
    else:
        lengths = np.where(np.arange(count) % 5, 0.4, 0.8) * height
        canvas.strokes([np.array([[e, y], [e, y + length]]) for e, length in zip(edges, lengths, strict=True)], 1)
    canvas.tags.add("barcode")


def sweat(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Drops, steam and the cross-shaped vein of anger."""
    for _ in range(rng.integers(1, 6)):
        x, y = _spot(canvas, rng)
        s = rng.uniform(3, 14)
        choice = rng.random()
        if choice < 0.5:
            right = bezier([(x, y - 1.8 * s), (x + s * 0.9, y), (x, y + s * 0.7)], 8)
            left = bezier([(x, y + s * 0.7), (x - s * 0.9, y), (x, y - 1.8 * s)], 8)
            canvas.shape(np.concatenate([right, left]), palette.near(rng, 0.55, 200, 255, 0.6))
        elif choice < 0.75:
            corners = [(a, b) for a in (-1, 1) for b in (-1, 1)]
            curves = [
                [(x + a * s, y + b * s * 0.3), (x + a * s * 0.3, y + b * s * 0.3), (x + a * s * 0.3, y + b * s)]
                for a, b in corners
            ]
            canvas.strokes(beziers(np.array(curves), 6), canvas.pen * 1.6, palette.near(rng, 0.0, 0, 200))
        else:
            for k in range(3):
                wave = np.array([[x + k * s + (-1) ** i * s * 0.35, y - i * s * 0.8] for i in range(4)])
                canvas.strokes([smooth_open(wave, 5)])
    canvas.tags.add("emotion_marks")


def impact(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Short lines around a point, motion arcs, puffs of dust."""
    for _ in range(rng.integers(1, 4)):
        x, y = _spot(canvas, rng)
        r = rng.uniform(6, 30)
        first, span = rng.uniform(0, 6.28), rng.uniform(0.8, 6.28)
        angle = first + np.linspace(0, span, int(rng.integers(3, 12)))
        direction = np.stack([np.cos(angle), np.sin(angle)], 1)
        if rng.random() < 0.6:
            lines = np.stack([direction * r, direction * r * rng.uniform(1.3, 2, (len(angle), 1))], 1)
            for line in lines + np.array([x, y]):
                canvas.brush(line, canvas.pen * rng.uniform(1, 3), ends=(0.1, 0.9))
        else:
            arcs = [np.stack([x + r * k * np.cos(angle), y + r * k * np.sin(angle)], 1) for k in (1, 1.3, 1.6)]
            canvas.strokes(arcs, canvas.pen)
        if rng.random() < 0.3:
            canvas.shape(blob(rng, x, y, r * 0.6, r * 0.5, 0.15, 9), palette.pick(rng, 200, 255))
    canvas.tags.add("impact")


def hair_bundle(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A sheaf of long strands, thin and thick, across the picture."""
    start = np.array(_spot(canvas, rng))
    spread = rng.uniform(4, 60)
    control = start + rng.normal(0, 120, (3, 2))
    count = int(rng.integers(6, 45))
    offsets = rng.normal(0, spread, (count, 1, 2)) * np.array([0.15, 0.7, 1.0])[None, :, None]
    curves = beziers(control[None] + offsets, 14)
    canvas.strokes(curves, canvas.pen * rng.uniform(0.6, 1.4))
    for curve in curves[::5]:
        canvas.brush(curve, canvas.pen * rng.uniform(1.5, 5))
    canvas.tags.add("hair")


def small_dots(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Buttons, screws, pebbles, bubbles, ink spatter."""
    x, y = _spot(canvas, rng)
    count = int(rng.integers(3, 40))
    at = np.array([x, y]) + rng.normal(0, rng.uniform(10, 120), (count, 2))
    filled = rng.random() < 0.6
    fill = canvas.ink if filled else (palette.pick(rng, 150, 255) if rng.random() < 0.5 else None)
    for p in at:
        r = rng.exponential(1.8) + 0.8
        canvas.shape(ellipse(p[0], p[1], r, r * rng.uniform(0.7, 1), count=10), fill, 0 if filled else canvas.pen)
    canvas.tags.add("dots")


def scribble(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Loops and zigzags of one pen stroke: a tangle, a spring, a squiggle."""
    x, y = _spot(canvas, rng)
    s, turns = rng.uniform(4, 14), int(rng.integers(3, 9))
    t = np.linspace(0, turns * 2 * np.pi, turns * 12)
    loop = rng.uniform(0, 1.2)
    curve = np.stack([x + t * s * 0.22 + s * loop * np.sin(t), y + s * np.cos(t) * rng.uniform(0.5, 1.1)], 1)
    if rng.random() < 0.4:
        curve = curve[::6]
    centre = np.array([x, y])
    canvas.strokes([(curve - centre) @ rotation(rng.uniform(0, 6.28)) + centre], canvas.pen * rng.uniform(0.8, 2))
    canvas.tags.add("scribble")


SMALL: tuple[Drawing, ...] = (
    music_notes, runes, stars, hearts, crosses, arrows, barcode, sweat, impact, hair_bundle, small_dots, scribble,
)  # fmt: skip
"""Every kind of small thing, equally likely except that ``art`` draws runes rarely."""

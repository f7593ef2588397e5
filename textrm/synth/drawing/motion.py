"""Speed lines, focus lines, flashes and impacts: the effect lines of comics."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import ellipse
from textrm.synth.values import Rng


def focus_lines(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Wedges that point at a focus from all sides; sometimes white on black."""
    h, w = canvas.height, canvas.width
    ink = canvas.ink
    if rng.random() < 0.25:
        canvas.fill[:], ink = palette.pick(rng, 0, 60), palette.pick(rng, 215, 255)
    elif rng.random() < 0.4:
        canvas.fill[:] = palette.pick(rng, 150, 255)
    x, y = rng.uniform(0.2, 0.8) * w, rng.uniform(0.2, 0.8) * h
    count = int(rng.integers(40, 200))
    # Bundles: angles crowd together, as they do when drawn with a ruler in groups.
    angle = np.sort(rng.uniform(0, 2 * np.pi, count) + 0.15 * np.sin(rng.uniform(0, 6.28, count) * 3))
    near = np.hypot(w, h) * rng.uniform(0.12, 0.3) * (1 + rng.exponential(0.35, count))
    half = rng.exponential(0.006, count) + 0.0015
    far = np.hypot(w, h)
    stretch = np.array([1.0, h / w if rng.random() < 0.5 else 1.0])
    for a, r, d in zip(angle, near, half, strict=True):
        tip = (x, y) + r * stretch * (np.cos(a), np.sin(a))
        left, right = ((x, y) + far * np.array([np.cos(a + s * d), np.sin(a + s * d)]) for s in (-1, 1))
        canvas.mass(np.array([tip, left, right]), ink)
    canvas.tags.update(("speed_lines", "focus_lines"))


def speed_lines(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Parallel streaks along the movement."""
    h, w = canvas.height, canvas.width
    if rng.random() < 0.5:
        canvas.fill[:] = palette.pick(rng, 120, 255)
    turn = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    reach = np.hypot(h, w)
    count = int(rng.integers(20, 140))
    offset = rng.normal(0, 0.35, count) * reach if rng.random() < 0.5 else rng.uniform(-0.7, 0.7, count) * reach
    start = np.array([w / 2, h / 2]) + np.outer(offset, across) + np.outer(rng.uniform(-0.8, 0.3, count) * reach, along)
    end = start + np.outer(rng.uniform(0.15, 1.1, count) * reach, along)
    ink = canvas.ink if rng.random() < 0.8 else palette.pick(rng, 200, 255)
    canvas.strokes(np.stack([start, end], 1), canvas.pen * rng.uniform(0.6, 1.3), ink)
    for s, e in zip(start[::6], end[::6], strict=True):
        canvas.mass(np.array([s, (s + e) / 2 + across * rng.uniform(0.5, 3), e]), ink)
    canvas.tags.add("speed_lines")


def explosion(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Star-shaped flashes inside one another, with sparks flying out."""
    h, w = canvas.height, canvas.width
    canvas.fill[:] = palette.pick(rng, 20, 255)
    x, y, size = rng.uniform(0.3, 0.7) * w, rng.uniform(0.3, 0.7) * h, rng.uniform(0.25, 0.6) * max(h, w)
    for scale in (1.0, 0.72, 0.45):
        spikes = int(rng.integers(9, 26))
        angle = np.linspace(0, 2 * np.pi, spikes * 2, endpoint=False)
        inner, outer = rng.uniform(0.45, 0.7, spikes * 2), rng.uniform(0.8, 1.2, spikes * 2)
        radius = size * scale * np.where(np.arange(spikes * 2) % 2, inner, outer)
        outline = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)
        canvas.shape(outline, palette.near(rng, rng.uniform(0.02, 0.16), 150, 255, 1.3))
    angle = rng.uniform(0, 2 * np.pi, int(rng.integers(8, 40)))
    near = size * rng.uniform(0.6, 1.1, len(angle))
    direction = np.stack([np.cos(angle), np.sin(angle)], 1)
    start = np.array([x, y]) + direction * near[:, None]
    canvas.strokes(np.stack([start, start + direction * size * 0.2], 1), canvas.pen * 1.3)
    for px, py in rng.uniform(0, 1, (int(rng.integers(5, 40)), 2)) * (w, h):
        canvas.shape(ellipse(px, py, rng.exponential(1.5) + 0.7, rng.exponential(1.5) + 0.7, count=7), canvas.ink, 0)
    canvas.tags.update(("explosion", "impact"))

"""Thin lines over all of a panel, on which words often stand without a balloon: boards, blinds, rain, cables, poles."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.values import Rng


def ruled(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Even parallel lines from edge to edge: boards, blinds, siding, ruled paper."""
    _paper(canvas, rng, palette)
    step, turn = rng.uniform(8, 40), float(rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)], p=[0.6, 0.2, 0.2]))
    _lines(canvas, turn, np.arange(-_reach(canvas), _reach(canvas), step), canvas.pen * rng.uniform(0.6, 2))
    canvas.tags.update(("lines", "ruled"))


def rainfall(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Slanted strokes of uneven length that begin and end anywhere."""
    _paper(canvas, rng, palette)
    height, width = canvas.height, canvas.width
    slant = rng.uniform(-0.35, 0.35)
    xs = np.arange(-0.4 * width, 1.4 * width, rng.uniform(5, 16))
    xs = xs + rng.normal(0, 1.5, len(xs))
    tops, lengths = rng.uniform(-0.3, 0.6, len(xs)) * height, rng.uniform(0.1, 0.7, len(xs)) * height
    strokes = [np.array([(x, top), (x - slant * length, top + length)])
               for x, top, length in zip(xs, tops, lengths, strict=True)]  # fmt: skip
    canvas.strokes(strokes, canvas.pen * rng.uniform(0.5, 1))
    canvas.tags.update(("lines", "rain"))


def crossing(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Two to six long lines from edge to edge: cables, poles, a horizon, the edges of a road."""
    _paper(canvas, rng, palette)
    for _ in range(int(rng.integers(2, 7))):
        turn = float(rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)]))
        off = rng.uniform(-0.45, 0.45) * min(canvas.height, canvas.width)
        _lines(canvas, turn, np.array([off]), canvas.pen * rng.uniform(1, 3))
    canvas.tags.add("lines")


def _paper(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    canvas.fill[:] = palette.pick(rng, 140, 255) if rng.random() < 0.4 else (255, 255, 255)


def _reach(canvas: Canvas) -> float:
    return float(np.hypot(canvas.height, canvas.width)) / 2


def _lines(canvas: Canvas, turn: float, offsets: np.ndarray, pen: float) -> None:
    """Lines at an angle through points that lie so far beside the middle."""
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    middle = np.array([canvas.width, canvas.height]) / 2 + np.outer(offsets, across)
    reach = 2 * _reach(canvas)
    canvas.strokes(np.stack([middle - reach * along, middle + reach * along], 1), pen)

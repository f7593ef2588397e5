"""All-over patterns whose lines and dots have the size of letters: cloth, nets, scales, lace, lattices."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import beziers, box, ellipse
from textrm.synth.values import Rng


def _ground(canvas: Canvas, rng: Rng, palette: Palette) -> tuple[int, int, int]:
    """Lay the ground and return the colour to draw on it."""
    if rng.random() < 0.2:
        canvas.fill[:] = palette.pick(rng, 0, 90)
        return palette.pick(rng, 200, 255)
    canvas.fill[:] = palette.pick(rng, 150, 255)
    return canvas.ink if rng.random() < 0.6 else palette.pick(rng, 20, 140)


def _lattice_points(canvas: Canvas, rng: Rng, low: float, high: float) -> tuple[float, np.ndarray]:
    step = rng.uniform(low, high)
    y, x = np.mgrid[0 : canvas.height + step : step, 0 : canvas.width + step : step]
    if rng.random() < 0.5:
        x[1::2] += step / 2
    return step, np.stack([x.ravel(), y.ravel()], 1)[:1500]


def polka(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Dots, rings or small flowers on a lattice."""
    ink = _ground(canvas, rng, palette)
    step, points = _lattice_points(canvas, rng, 9, 40)
    radius = step * rng.uniform(0.15, 0.4)
    ring = rng.random() < 0.4
    for x, y in points:
        canvas.shape(ellipse(x, y, radius, radius, count=14), None if ring else ink, canvas.pen if ring else 0, ink)
    canvas.tags.update(("pattern", "polka_dots"))


def plaid(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Checked cloth: bands of several widths in two directions."""
    ink = _ground(canvas, rng, palette)
    h, w = canvas.height, canvas.width
    period = rng.uniform(14, 60)
    turn = rng.choice([0.0, 0.0, 0.5, 0.78])
    for _ in range(rng.integers(1, 4)):
        offset, pen = rng.uniform(0, period), rng.choice([1, 1, 2, period * 0.2])
        color = ink if rng.random() < 0.6 else palette.pick(rng, 60, 230)
        shifts = np.arange(-max(h, w), 2 * max(h, w), period) + offset
        skew = np.tan(turn) * max(h, w)
        canvas.strokes([np.array([[s, -5], [s + skew, max(h, w)]]) for s in shifts], pen, color)
        canvas.strokes([np.array([[-5, s], [max(h, w), s - skew]]) for s in shifts], pen, color)
    canvas.tags.update(("pattern", "plaid", "grid"))


def herringbone(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Short slanted strokes, mirrored from column to column."""
    ink = _ground(canvas, rng, palette)
    step, gap = rng.uniform(7, 24), rng.uniform(4, 10)
    curves = []
    for column, x in enumerate(np.arange(0, canvas.width, step)):
        y = np.arange(-step, canvas.height, gap)
        lean = step * (1 if column % 2 else -1) * 0.5
        curves += [np.array([[x + 1, a], [x + step - 1, a + lean]]) for a in y]
    canvas.strokes(curves[:2500], canvas.pen * rng.uniform(0.7, 1.5), ink)
    canvas.tags.update(("pattern", "herringbone"))


def scales(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Fish scales, roof tiles or waves: rows of arcs."""
    ink = _ground(canvas, rng, palette)
    step = rng.uniform(9, 36)
    y, x = np.mgrid[0 : canvas.height + step : step / 2, 0 : canvas.width + step : step]
    x[1::2] += step / 2
    a = np.stack([x.ravel(), y.ravel()], 1)[:1800]
    corners = np.array([[-step / 2, 0], [0, step * rng.uniform(0.5, 1.2)], [step / 2, 0]])
    arcs = a[:, None] + corners
    canvas.strokes(beziers(arcs, 7), canvas.pen, ink)
    canvas.tags.update(("pattern", "scales"))


def lattice(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A wire fence or lattice before the background."""
    h, w = canvas.height, canvas.width
    step, lean = rng.uniform(9, 40), rng.uniform(0.5, 1.6)
    ink = canvas.ink if rng.random() < 0.7 else palette.pick(rng, 60, 250)
    shifts = np.arange(-h * lean, w + h * lean, step)
    lines = [np.array([[s, 0], [s + way * h * lean, h]]) for way in (1, -1) for s in shifts]
    canvas.strokes(lines, canvas.pen * rng.uniform(0.7, 2.5), ink)
    canvas.tags.update(("fence", "grid"))


def lace(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Rosettes of loops, as in lace or ornament."""
    ink = _ground(canvas, rng, palette)
    step, points = _lattice_points(canvas, rng, 20, 56)
    petals = int(rng.integers(4, 9))
    angle = np.linspace(0, 2 * np.pi, petals, endpoint=False)
    r = step * rng.uniform(0.3, 0.48)
    tips = np.stack([np.cos(angle), np.sin(angle)], 1) * r
    sides = np.stack([np.cos(angle + 0.5), np.sin(angle + 0.5)], 1) * r
    for x, y in points[:160]:
        loops = np.stack([np.zeros_like(tips), sides * 1.1, tips], 1) + np.array([x, y])
        others = 2 * (tips @ tips.T / r**2).diagonal()[:, None] * tips * 0.55 - sides * 0.1
        mirrored = np.stack([np.zeros_like(tips), others, tips], 1)
        canvas.strokes(beziers(loops, 6), canvas.pen * 0.8, ink)
        canvas.strokes(beziers(mirrored + np.array([x, y]), 6), canvas.pen * 0.8, ink)
        canvas.shape(ellipse(x, y, r * 0.2, r * 0.2, count=10), None, canvas.pen * 0.8, ink)
    canvas.tags.update(("pattern", "lace"))


def ticks(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Loose little strokes, crosses and commas: fur, rain, straw, rough plaster."""
    h, w = canvas.height, canvas.width
    if rng.random() < 0.5:
        canvas.fill[:] = palette.pick(rng, 120, 255)
    count = int(rng.integers(60, 500) * (h * w) / 512**2) + 20
    size = rng.uniform(3, 18)
    at = rng.uniform(0, 1, (count, 1, 2)) * (w, h)
    if rng.random() < 0.5:
        turn = rng.uniform(0, 2 * np.pi)
        step = np.array([np.cos(turn), np.sin(turn)]) * size
        bent = np.stack([-step, rng.normal(0, 0.2, 2) * size, step])
        curves = at + bent[None] + rng.normal(0, 0.12, (count, 3, 2)) * size
    else:
        curves = at + rng.normal(0, 0.6, (count, 3, 2)) * size
    pen = canvas.pen * rng.uniform(0.7, 2)
    canvas.strokes(beziers(curves, 5), pen, canvas.ink if rng.random() < 0.8 else palette.pick(rng, 0, 255))
    canvas.tags.update(("pattern", "ticks"))


def keyboard(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Rows of keys, buttons or drawers with a mark on each that is no letter."""
    canvas.fill[:] = palette.pick(rng, 40, 230)
    key = rng.uniform(12, 34)
    face = palette.pick(rng, 120, 255)
    for row, y in enumerate(np.arange(4, canvas.height - key, key * 1.15)):
        for x in np.arange(4 + (row % 3) * key * 0.3, canvas.width - key, key * 1.15):
            canvas.shape(box(x, y, x + key, y + key), face, canvas.pen)
            if rng.random() < 0.5:
                mark = ellipse(x + key / 2, y + key / 2, key * 0.16, key * 0.16, count=8)
                canvas.shape(mark, canvas.ink if rng.random() < 0.5 else None, 1)
    canvas.tags.update(("keyboard", "grid"))

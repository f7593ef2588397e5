"""What lies behind the people of a panel: places, weather, effects. Each draws on a canvas and adds its tags."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import beziers, blob, box, ellipse, smooth_open, wander
from textrm.synth.drawing.common.texture import gradient, mix, noise
from textrm.synth.values import Rng


def blank(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Paper, one flat colour, or solid ink."""
    choice = rng.random()
    if choice < 0.25:
        canvas.fill[:] = palette.pick(rng, 150, 255)
        canvas.tags.add("flat_color")
    elif choice < 0.35:
        canvas.fill[:] = palette.pick(rng, 0, 50)
        canvas.tags.add("dark_background")
    else:
        canvas.tags.add("blank_background")


def graded(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A gradient or a mist of two colours."""
    first, second = palette.pick(rng, 0, 255), palette.pick(rng, 120, 255)
    if rng.random() < 0.6:
        canvas.fill[:] = gradient(rng, canvas.height, canvas.width, first, second)
    else:
        canvas.fill[:] = mix(first, second, noise(rng, canvas.height, canvas.width, rng.uniform(2, 7)) * 2 - 0.5)
    canvas.tags.add("gradient")


def sky(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Daylight with clouds, birds and a sun."""
    h, w = canvas.height, canvas.width
    canvas.fill[:] = gradient(rng, h, w, palette.near(rng, 0.57, 120, 230), palette.near(rng, 0.55, 200, 255, 0.5))
    for _ in range(rng.integers(1, 6)):
        x, y, size = rng.uniform(0, w), rng.uniform(0, h * 0.8), rng.uniform(0.05, 0.25) * max(w, h)
        fill = palette.near(rng, 0.57, 225, 255, 0.2)
        for _ in range(rng.integers(3, 8)):
            cx, cy = x + rng.normal(0, size * 0.6), y + rng.normal(0, size * 0.15)
            canvas.shape(blob(rng, cx, cy, size * 0.5, size * 0.35, 0.1), fill, canvas.pen * (rng.random() < 0.6))
    birds = rng.uniform(0, 1, (int(rng.integers(0, 7)), 2)) * (w, h * 0.6)
    for x, y in birds:
        s = rng.uniform(2, 8)
        wings = [[[x - s, y], [x - s / 2, y - s], [x, y]], [[x, y], [x + s / 2, y - s], [x + s, y]]]
        canvas.strokes(beziers(np.array(wings)))
    canvas.tags.update(("sky", "clouds"))


def night(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A dark sky with stars, perhaps a moon."""
    h, w = canvas.height, canvas.width
    canvas.fill[:] = gradient(rng, h, w, palette.near(rng, 0.65, 0, 40), palette.near(rng, 0.68, 20, 110))
    pale = palette.near(rng, 0.15, 225, 255, 0.3)
    for x, y in rng.uniform(0, 1, (int(rng.integers(20, 150)), 2)) * (w, h):
        r = rng.exponential(0.8) + 0.5
        canvas.shape(ellipse(x, y, r, r, count=8), pale, 0)
        if rng.random() < 0.1:
            r *= rng.uniform(3, 6)
            canvas.strokes([np.array([[x - r, y], [x + r, y]]), np.array([[x, y - r], [x, y + r]])], 1, pale)
    if rng.random() < 0.5:
        r = rng.uniform(0.06, 0.2) * min(h, w)
        x, y = rng.uniform(0, w), rng.uniform(0, h * 0.6)
        canvas.shape(ellipse(x, y, r, r), pale, 0)
        canvas.tags.add("moon")
    canvas.tags.update(("night", "stars"))


def foliage(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Leaves as clumps of little curved strokes, grass below."""
    h, w = canvas.height, canvas.width
    if rng.random() < 0.6:
        sky(canvas, rng, palette)
    for _ in range(rng.integers(3, 9)):
        x, y, size = rng.uniform(0, w), rng.uniform(0.1, 1) * h, rng.uniform(0.1, 0.35) * max(h, w)
        fill = palette.near(rng, rng.uniform(0.2, 0.4), 50, 220)
        canvas.shape(blob(rng, x, y, size, size * 0.8, 0.15, 14), fill, canvas.pen * (rng.random() < 0.6))
        count = int(rng.integers(15, 70))
        at = np.array([x, y]) + rng.normal(0, size * 0.45, (count, 1, 2))
        leaf = rng.uniform(3, 11)
        curves = beziers(at + rng.normal(0, leaf, (count, 3, 2)), 6)
        pen = canvas.pen * rng.uniform(0.6, 1.4)
        canvas.strokes(curves, pen, canvas.ink if rng.random() < 0.7 else palette.near(rng, 0.3, 20, 255))
    if rng.random() < 0.6:
        grass(canvas, rng, palette)
    canvas.tags.update(("foliage", "outdoors"))


def grass(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Blades along the ground."""
    h, w = canvas.height, canvas.width
    ground = h * rng.uniform(0.7, 0.95)
    canvas.shape(box(-9, ground, w + 9, h + 9), palette.near(rng, 0.28, 90, 220), 0)
    count = int(w * rng.uniform(0.1, 0.5))
    foot = np.stack([rng.uniform(0, w, count), ground + rng.uniform(0, h - ground + 5, count)], 1)
    tip = foot + np.stack([rng.normal(0, 5, count), -rng.uniform(4, 16, count)], 1)
    middle = (foot + tip) / 2 + rng.normal(0, 2, (count, 2))
    canvas.strokes(beziers(np.stack([foot, middle, tip], 1), 5), canvas.pen * 0.8)
    canvas.tags.add("grass")


def bricks(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A wall of bricks, stones or tiles; here and there a brick has another tone or is left out."""
    h, w = canvas.height, canvas.width
    canvas.fill[:] = palette.near(rng, 0.05, 110, 250, 0.7)
    row = rng.uniform(8, 34)
    length = row * rng.uniform(1.2, 3)
    pen = canvas.pen * rng.uniform(0.5, 1.2)
    lines = []
    for index, y in enumerate(np.arange(-rng.uniform(0, row), h, row)):
        lines.append(np.array([[0, y], [w, y + rng.normal(0, 0.5)]]))
        for x in np.arange((index % 2) * length / 2 - rng.uniform(0, 2), w, length):
            if rng.random() < 0.1:
                canvas.shape(box(x, y, x + length, y + row), palette.near(rng, 0.05, 90, 250, 0.8), pen)
            elif rng.random() < 0.93:
                lines.append(np.array([[x, y], [x + rng.normal(0, 0.7), y + row]]))
    canvas.strokes(lines, pen)
    canvas.tags.update(("bricks", "grid"))


def buildings(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A street of houses with rows of windows, by day or by night."""
    h, w = canvas.height, canvas.width
    (night if rng.random() < 0.3 else sky if rng.random() < 0.5 else blank)(canvas, rng, palette)
    lit = "night" in canvas.tags
    x = -rng.uniform(0, 40)
    while x < w:
        width = rng.uniform(0.12, 0.4) * w + 20
        top = h * rng.uniform(0.05, 0.6)
        slope = rng.normal(0, 6) if rng.random() < 0.3 else 0.0
        outline = np.array([[x, top], [x + width, top + slope], [x + width, h + 9], [x, h + 9]])
        canvas.shape(outline, palette.pick(rng, 15, 90) if lit else palette.pick(rng, 110, 255))
        step_x, step_y = rng.uniform(7, 26), rng.uniform(8, 30)
        share = rng.uniform(0.35, 0.75)
        glass = palette.near(rng, 0.14, 200, 255) if lit else palette.pick(rng, 30, 200)
        for wx in np.arange(x + 4, x + width - step_x, step_x):
            for wy in np.arange(top + 6 + abs(slope), h, step_y):
                if rng.random() < 0.92:
                    canvas.shape(box(wx, wy, wx + step_x * share, wy + step_y * share), glass, canvas.pen * 0.7)
        x += width + rng.uniform(-10, 14)
    canvas.tags.update(("building", "windows", "grid"))


def room(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A wall, a floor of boards, a lattice window or shelves with books."""
    h, w = canvas.height, canvas.width
    canvas.fill[:] = palette.pick(rng, 130, 255)
    floor = h * rng.uniform(0.6, 0.9)
    canvas.shape(box(-9, floor, w + 9, h + 9), palette.near(rng, 0.08, 90, 230))
    vanish = rng.uniform(-0.5, 1.5) * w
    feet = np.linspace(-w, 2 * w, int(rng.integers(8, 30)))
    canvas.strokes([np.array([[vanish + (f - vanish) * 0.5, floor], [f, h + 5]]) for f in feet], canvas.pen * 0.7)
    for _ in range(rng.integers(1, 4)):
        width, height = rng.uniform(0.15, 0.4) * w, rng.uniform(0.2, 0.5) * h
        x, y = rng.uniform(0, w - width), rng.uniform(0, max(1.0, floor - height))
        (_window if rng.random() < 0.5 else _shelf)(canvas, rng, palette, (x, y, x + width, y + height))
    canvas.tags.add("indoors")


def _window(canvas: Canvas, rng: Rng, palette: Palette, at: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = at
    canvas.shape(box(*at), palette.near(rng, 0.56, 180, 255, 0.6), canvas.pen * 1.5)
    columns, rows = int(rng.integers(1, 7)), int(rng.integers(1, 9))
    bars = [np.array([[x, y0], [x, y1]]) for x in np.linspace(x0, x1, columns + 1)[1:-1]]
    bars += [np.array([[x0, y], [x1, y]]) for y in np.linspace(y0, y1, rows + 1)[1:-1]]
    canvas.strokes(bars, canvas.pen * rng.choice([0.7, 1.0, 2.5]))
    canvas.tags.update(("windows", "grid"))


def _shelf(canvas: Canvas, rng: Rng, palette: Palette, at: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = at
    canvas.shape(box(*at), palette.near(rng, 0.07, 50, 180))
    row = max(12.0, (y1 - y0) / rng.integers(2, 5))
    for top in np.arange(y0, y1 - row * 0.9, row):
        x = x0 + 2
        while x < x1 - 8:
            thick = rng.uniform(3, 11)
            height = row * rng.uniform(0.55, 0.88)
            back = box(x, top + row - height, x + thick, top + row - 2)
            canvas.shape(back, palette.pick(rng, 40, 250), canvas.pen * 0.7)
            if rng.random() < 0.4:
                y = top + row - height * rng.uniform(0.4, 0.9)
                canvas.strokes([np.array([[x + 1, v], [x + thick - 1, v]]) for v in (y, y + 2)], 0.7)
            x += thick + rng.exponential(0.8)
    canvas.tags.add("books")


def water(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Waves as broken curves, below a horizon."""
    h, w = canvas.height, canvas.width
    (sky if rng.random() < 0.7 else night)(canvas, rng, palette)
    horizon = h * rng.uniform(0.2, 0.7)
    canvas.shape(box(-9, horizon, w + 9, h + 9), palette.near(rng, 0.55, 60, 220))
    count = int(rng.integers(30, 140))
    depth = rng.random(count) ** 1.5
    x, y = rng.uniform(0, w, count), horizon + depth * (h - horizon)
    length = 4 + depth * rng.uniform(10, 60, count)
    start, end = np.stack([x - length, y], 1), np.stack([x + length, y], 1)
    middle = np.stack([x, y - length * rng.uniform(-0.4, 0.4, count)], 1)
    pale = palette.near(rng, 0.5, 220, 255, 0.3)
    waves = beziers(np.stack([start, middle, end], 1), 6)
    canvas.strokes(waves, canvas.pen, pale if rng.random() < 0.5 else canvas.ink)
    canvas.tags.update(("water", "outdoors"))


def mountains(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Ridges with hatched slopes, one behind the other."""
    h, w = canvas.height, canvas.width
    sky(canvas, rng, palette)
    for depth in np.linspace(0.35, 0.85, int(rng.integers(2, 5))):
        knots = np.stack([np.linspace(-20, w + 20, 9), h * depth + rng.normal(0, h * 0.08, 9)], 1)
        ridge = smooth_open(knots, 6) if rng.random() < 0.5 else knots
        canvas.shape(np.concatenate([ridge, [[w + 20, h + 20], [-20, h + 20]]]), palette.pick(rng, 60, 240))
        tops = np.repeat(knots[1:-1], 3, 0) + np.array([0, 3])
        slopes = [wander(rng, top, rng.uniform(0.9, 2.2), h * 0.15, 0.4) for top in tops]
        canvas.strokes(slopes, canvas.pen * 0.7)
    canvas.tags.update(("mountains", "outdoors"))


def floor_grid(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Tiles in perspective."""
    h, w = canvas.height, canvas.width
    canvas.fill[:] = palette.pick(rng, 140, 255)
    horizon, vanish = h * rng.uniform(0, 0.5), rng.uniform(0, 1) * w
    feet = np.linspace(-2 * w, 3 * w, int(rng.integers(14, 60)))
    canvas.strokes([np.array([[vanish, horizon], [f, h + 5]]) for f in feet], canvas.pen * 0.8)
    depth = horizon + (h - horizon) / np.arange(1, 30) ** rng.uniform(0.7, 1.2)
    canvas.strokes([np.array([[0, y], [w, y]]) for y in depth], canvas.pen * 0.8)
    if rng.random() < 0.8:
        canvas.shape(box(-9, -9, w + 9, horizon + (h - horizon) * 0.12), palette.pick(rng, 130, 255))
    canvas.tags.update(("grid", "floor"))

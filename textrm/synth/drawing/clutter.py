"""Dense line drawing without a subject: overlapping contoured forms with folds, hatching and studs.

Real panels are crowded with detail that no scene of ours has; forms of power-law sizes have its statistics.
"""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import Curve, beziers, blob, box, ellipse, rotation
from textrm.synth.values import Rng


def clutter(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Forms from large to small, each with marks of its own; round, angular or both."""
    h, w = canvas.height, canvas.width
    canvas.fill[:] = palette.pick(rng, 90, 255)
    count = int(rng.integers(15, 70))
    base = max(h, w)
    # Sizes follow r^-2.5 between 2 % and 35 % of the panel.
    sizes = np.sort((rng.random(count) * (0.02**-1.5 - 0.35**-1.5) + 0.35**-1.5) ** (-1 / 1.5))[::-1] * base
    angular = rng.choice([0.0, 0.5, 1.0])
    light, dark = (int(v) for v in np.sort(rng.integers(0, 256, 2))[::-1])
    for size in sizes:
        x, y = rng.uniform(-0.05, 1.05) * w, rng.uniform(-0.05, 1.05) * h
        turn = rng.choice([0.0, 0.0, rng.uniform(0, 3.2)])
        form = _form(rng, x, y, float(size), rng.random() < angular, turn)
        fill = palette.pick(rng, min(dark, 200), max(light, 200)) if rng.random() < 0.85 else palette.pick(rng, 0, 60)
        canvas.shape(form, fill, canvas.pen * rng.choice([0.7, 1.0, 1.0, 1.6]))
        if size > 8 and rng.random() < 0.75:
            _marks(canvas, rng, form, x, y, float(size), fill)
    canvas.tags.add("clutter")


def _form(rng: Rng, x: float, y: float, size: float, angular: bool, turn: float) -> Curve:
    if not angular:
        if rng.random() < 0.5:
            return blob(rng, x, y, size, size * rng.uniform(0.3, 1), 0.15, int(rng.integers(5, 11)))
        return ellipse(x, y, size, size * rng.uniform(0.2, 1), turn)
    if rng.random() < 0.6:
        corners = box(-size, -size * rng.uniform(0.1, 1), size, size * rng.uniform(0.1, 1))
    else:
        angle = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
        corners = np.stack([np.cos(angle), np.sin(angle)], 1) * size
    return corners @ rotation(turn) + np.array([x, y])


def _marks(canvas: Canvas, rng: Rng, form: Curve, x: float, y: float, size: float, fill: tuple[int, int, int]) -> None:
    """Folds, hatching along an edge, an inner contour or studs; drawn within the form's middle."""
    ink = canvas.ink if sum(fill) > 200 else (230, 230, 230)
    centre = np.array([x, y])
    choice = rng.random()
    if choice < 0.3:  # hatching from the contour inwards
        start = form[rng.integers(0, len(form))] if len(form) > 8 else form[0]
        along = np.linspace(0, 1, int(rng.integers(4, 18)))[:, None]
        end = form[(np.flatnonzero((form == start).all(1))[0] + len(form) // 5 + 1) % len(form)]
        edge = start + (end - start) * along
        inward = (centre - edge) * rng.uniform(0.15, 0.6, (len(edge), 1))
        canvas.strokes(np.stack([edge, edge + inward], 1), canvas.pen * rng.uniform(0.5, 1.0), ink)
    elif choice < 0.55:  # folds
        count = int(rng.integers(1, 6))
        points = centre + rng.normal(0, size * 0.3, (count, 3, 2))
        canvas.strokes(beziers(points, 8), canvas.pen * rng.uniform(0.6, 1.5), ink)
    elif choice < 0.8:
        for scale in rng.uniform(0.4, 0.92, int(rng.integers(1, 3))):
            canvas.shape((form - centre) * scale + centre, None, canvas.pen * 0.8, ink)
    else:
        r = max(1.0, size * 0.06)
        for p in (form[:: max(1, len(form) // 8)] - centre) * 0.75 + centre:
            canvas.shape(ellipse(p[0], p[1], r, r, count=9), None, canvas.pen * 0.8, ink)

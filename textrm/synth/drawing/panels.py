"""Panel layouts: how a page is cut into panels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from textrm.synth.drawing.common.strokes import Curve, box
from textrm.synth.values import Rng


@dataclass(frozen=True, slots=True)
class Layout:
    """Panels as closed outlines in page pixels, the width of their frames (0 = none) and their corner."""

    panels: tuple[Curve, ...]
    frame: float


def random_layout(rng: Rng, height: int, width: int) -> Layout:
    """Cut the visible part (``height`` x ``width`` pixels) of a page that is up to 2.4 times as large.

    Panels are cut recursively, some cuts slanted; gutters, margins and bleeds vary. Panels that lie outside the
    visible part are left out.
    """
    zoom = float(rng.uniform(1.0, 2.4))
    page_height, page_width = height * zoom, width * zoom
    left, top = -rng.random() * (page_width - width), -rng.random() * (page_height - height)
    margin = 0.0 if rng.random() < 0.2 else rng.uniform(4, 40)
    gutter = rng.choice([0.0, rng.uniform(2, 8), rng.uniform(6, 26)], p=[0.08, 0.42, 0.5])
    whole = box(left + margin, top + margin, left + page_width - margin, top + page_height - margin)
    slant = rng.uniform(0.02, 0.18) if rng.random() < 0.3 else 0.0
    smallest = rng.uniform(0.25, 0.5) * min(height, width)
    panels = _cut(rng, whole, smallest, gutter, slant)
    visible = [p for p in panels if (p.max(0) > 12).all() and (p.min(0) < (width - 12, height - 12)).all()]
    frame = 0.0 if rng.random() < 0.15 else float(rng.uniform(1, 4))
    return Layout(tuple(visible), frame)


def row_layout(rng: Rng, height: int, width: int) -> Layout:
    """Rows of two to four panels side by side, as newspapers print strips; the page shows all of them or a part."""
    margin, gutter = rng.uniform(2, 16), rng.choice([0.0, rng.uniform(3, 14)], p=[0.15, 0.85])
    zoom = rng.choice([1.0, rng.uniform(1, 1.6)])
    rows = int(rng.integers(1, 4))
    row_height = (height * zoom - 2 * margin + gutter) / rows
    panels = []
    for row in range(rows):
        top = margin + row * row_height
        cuts = np.cumsum(rng.uniform(0.7, 1.3, int(rng.integers(2, 5))))
        edges = np.concatenate([[0], cuts / cuts[-1]]) * (width * zoom - 2 * margin + gutter) + margin
        for left, right in pairwise(edges):
            if left < width - 12 and top < height - 12:
                panels.append(box(left, top, right - gutter, top + row_height - gutter))
    frame = 0.0 if rng.random() < 0.1 else float(rng.uniform(1, 4))
    return Layout(tuple(panels), frame)


def _cut(rng: Rng, panel: Curve, smallest: float, gutter: float, slant: float) -> list[Curve]:
    """Cut a four-cornered panel (clockwise from the top left) until its parts are small enough."""
    wide = (panel[1, 0] - panel[0, 0] + panel[2, 0] - panel[3, 0]) / 2
    tall = (panel[3, 1] - panel[0, 1] + panel[2, 1] - panel[1, 1]) / 2
    room = max(wide, tall) / smallest
    if room < 2 or rng.random() < 0.25 / room * 2:
        return [panel]
    where = float(rng.uniform(0.35, 0.65))
    lean = rng.normal(0, slant) if slant else 0.0
    a, b = np.clip((where - lean, where + lean), 0.2, 0.8)
    if tall * rng.uniform(0.7, 1.4) > wide:  # a horizontal cut: from the left side to the right side
        start, end = _between(panel[0], panel[3], a), _between(panel[1], panel[2], b)
        gap = np.array([0, gutter / 2])
        first = np.stack([panel[0], panel[1], end - gap, start - gap])
        second = np.stack([start + gap, end + gap, panel[2], panel[3]])
    else:
        start, end = _between(panel[0], panel[1], a), _between(panel[3], panel[2], b)
        gap = np.array([gutter / 2, 0])
        first = np.stack([panel[0], start - gap, end - gap, panel[3]])
        second = np.stack([start + gap, panel[1], panel[2], end + gap])
    return _cut(rng, first, smallest, gutter, slant) + _cut(rng, second, smallest, gutter, slant)


def _between(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    return first + (second - first) * share

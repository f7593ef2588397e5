"""Rows of windows and fronts of houses, light on dark and dark on light, upright or in perspective."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import box
from textrm.synth.values import Rng


def windows(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A wall with a grid of windows; some are lit, open or missing."""
    leaning = _perspective(rng) if rng.random() < 0.5 else np.eye(3)
    wide, tall = np.hypot(*bounds.across), np.hypot(*bounds.down)
    columns = int(np.clip(wide / rng.uniform(8, 70), 1, 14))
    rows = int(np.clip(tall / rng.uniform(9, 70), 1, 12))
    wall = hand.paper
    if rng.random() < 0.7:
        hand.shape(bounds(_project(leaning, box(0, 0, 1, 1))), wall, hand.pen * (rng.random() < 0.6))
    share = rng.uniform(0.4, 0.8, 2)
    pane = _pane(rng)
    dark = hand.ink if rng.random() < 0.5 else hand.accent
    light = hand.bare if rng.random() < 0.7 else None
    lit = rng.choice([0.0, 0.15, 0.5, 0.85, 1.0])
    pen = float(np.clip(min(wide / columns, tall / rows) * 0.06, 0.8, hand.pen))
    bars: list[np.ndarray] = []
    for row in range(rows):
        for column in range(columns):
            if rng.random() < 0.05:
                continue
            corner = np.array([(column + 0.5 - share[0] / 2) / columns, (row + 0.5 - share[1] / 2) / rows])
            extent = share / (columns, rows)
            fill = light if rng.random() < lit else dark
            outline = bounds(_project(leaning, corner + pane[0] * extent))
            hand.shape(outline, fill, pen, hand.bare if fill == hand.ink and rng.random() < 0.3 else hand.ink)
            if fill != hand.ink:
                bars += [bounds(_project(leaning, corner + line * extent)) for line in pane[1]]
    hand.strokes(bars, max(0.7, pen * 0.8))
    hand.tags.update(("building", "windows", "grid"))


def house(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A small front with a roof, a door, a chimney and windows."""
    eaves = rng.uniform(0.3, 0.5)
    left, right = rng.uniform(0.05, 0.15), rng.uniform(0.85, 0.95)
    if rng.random() < 0.5:
        x = rng.uniform(0.6, 0.8)
        hand.shape(bounds(box(x, 0.02, x + 0.1, eaves)), hand.paper)
    hand.shape(bounds(box(left, eaves, right, 1)), hand.paper)
    ridge = rng.uniform(0.3, 0.7)
    hand.shape(bounds([(0, eaves), (ridge, 0.03), (1, eaves)]), hand.accent)
    if rng.random() < 0.5:  # tiles
        ticks = rng.uniform((0.3, 0.55), (0.7, 0.95), (int(rng.integers(4, 25)), 2)) * (1, eaves)
        hand.strokes([bounds([(x, y), (x + 0.06, y)]) for x, y in ticks], hand.pen * 0.6)
    door = rng.uniform(0.15, 0.4)
    hand.shape(bounds(box(door, 0.68, door + 0.17, 1)), hand.accent)
    windows(rng, hand.finer(bounds.size * 0.02), bounds.part(door + 0.22, eaves + 0.08, right - 0.03, 0.92))
    hand.tags.add("house")


def skyline(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A row of towers, each with windows of its own."""
    edges = np.concatenate([[0], np.sort(rng.uniform(0, 1, int(rng.integers(1, 6)))), [1]])
    for left, right in pairwise(edges):
        if right - left > 0.06:
            windows(rng, hand, bounds.part(left, rng.uniform(0, 0.5), right - 0.01, 1))


_BARS: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = (
    ((), ()), ((0.5,), ()), ((0.5,), (0.35,)), ((), (0.5,)), ((0.33, 0.67), (0.33, 0.67)), ((), (0.2, 0.4, 0.6, 0.8)),
)  # fmt: skip
"""Upright and level bars of a window: none, two wings, a cross, a sash, panes, blinds."""


def _pane(rng: Rng) -> tuple[np.ndarray, list[np.ndarray]]:
    """The outline of a window in its unit square, and the bars within it."""
    outline = box(0, 0, 1, 1).astype(np.float64)
    if rng.random() < 0.15:  # round at the top
        angle = np.linspace(np.pi, 2 * np.pi, 9)
        arch = np.stack([0.5 + 0.5 * np.cos(angle), 0.35 + 0.35 * np.sin(angle)], 1)
        outline = np.concatenate([arch, [(1, 1), (0, 1)]])
    uprights, levels = _BARS[rng.integers(len(_BARS))]
    bars = [np.array([(x, 0.0), (x, 1.0)]) for x in uprights] + [np.array([(0.0, y), (1.0, y)]) for y in levels]
    if rng.random() < 0.25:  # a sill
        bars.append(np.array([(-0.12, 1.06), (1.12, 1.06)]))
    return outline, bars


def _perspective(rng: Rng) -> np.ndarray:
    """A projective map that keeps the unit square within itself: one side is drawn in."""
    top, bottom = rng.uniform(0, 0.3), rng.uniform(0, 0.3)
    far = 1 / (1 - top - bottom)  # the near edge is this many times as high as the far one
    matrix = np.array([[far, 0, 0], [top * far, 1, 0], [far - 1, 0, 1]])
    if rng.random() < 0.5:  # the near edge on the right
        flip = np.array([[-1, 0, 1], [0, 1, 0], [0, 0, 1.0]])
        matrix = flip @ matrix @ flip
    return matrix


def _project(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    p = np.concatenate([points, np.ones((len(points), 1))], 1) @ matrix.T
    return p[:, :2] / p[:, 2:]

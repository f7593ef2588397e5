"""Broken ground, rain, boards, stones and hatching: loose strokes over an area."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import blob, box
from textrm.synth.values import Rng


def crack(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Cracks that fork from one point or edge to edge."""
    walks = [(rng.uniform(0.3, 0.7, 2), rng.uniform(0, 2 * np.pi), 1.0) for _ in range(rng.integers(2, 6))]
    step = rng.uniform(0.06, 0.16)
    made = 0
    while walks and made < 24:
        point, heading, wide = walks.pop(0)
        path = [point]
        for _ in range(rng.integers(3, 8)):
            heading += rng.normal(0, 0.6)
            point = (point + step * np.array([np.cos(heading), np.sin(heading)])).clip(0.03, 0.97)
            path.append(point)
            if rng.random() < 0.15:
                walks.append((point, heading + rng.choice([-0.9, 0.9]), wide * 0.6))
        hand.brush(bounds(np.array(path)), min(hand.pen * 2 * wide, bounds.size * 0.04), (1, 0.1))
        made += 1
    hand.tags.add("cracks")


def rain(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Parallel strokes, loose or ruled: rain, motion, hatching, short dashes."""
    count = int(np.clip(bounds.stretch * rng.uniform(4, 14), 3, 60))
    lean, reach = rng.uniform(-0.3, 0.3), rng.uniform(0.15, 0.9)
    x = np.linspace(0.02, 0.98, count) if rng.random() < 0.5 else rng.uniform(0, 1, count)
    top = rng.uniform(0, 1 - reach, count) * rng.choice([0.2, 1.0])
    start, end = np.stack([x, top], 1), np.stack([x + lean / bounds.stretch * reach, top + reach], 1)
    lines = np.stack([start, end], 1).clip(0, 1)
    if rng.random() < 0.3:
        lines = lines[..., ::-1]
    hand.finer(bounds.size * bounds.stretch / count * 0.4).strokes(list(bounds(lines)))
    hand.tags.add("hatching")


def boards(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Planks with grain, knots and nails, lying or standing."""
    count = int(rng.integers(2, 7))
    hand = hand.finer(bounds.size / count * 0.12)
    upright = rng.random() < 0.4

    def lay(points: np.ndarray) -> np.ndarray:
        return bounds(points[:, ::-1] if upright else points)

    for index in range(count):
        low, high = index / count, (index + 1) / count
        hand.shape(lay(box(0, low, 1, high)), hand.paper)
        for _ in range(rng.integers(0, 5)):
            x, y = rng.uniform(0, 0.7), rng.uniform(low + 0.2 / count, high - 0.2 / count)
            sway = np.array([(x, y), (x + 0.1, y + rng.normal(0, 0.03 / count)), (x + 0.25, y)])
            hand.strokes([lay(sway)], hand.pen * 0.7)
        if rng.random() < 0.5:
            centre = (rng.uniform(0.1, 0.9), (low + high) / 2)
            for share in (0.12, 0.25):
                hand.shape(lay(blob(rng, *centre, 0.03 + share * 0.1, share / count, 0.1)), None, hand.pen * 0.7)
        for x in (0.04, 0.96):
            hand.shape(lay(blob(rng, x, (low + high) / 2, 0.012, 0.06 / count, 0)), hand.ink, 0)
    hand.tags.add("boards")


def stones(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A wall of rounded stones, pebbles, or rubble."""
    rows = int(np.clip(bounds.size / rng.uniform(8, 40), 1, 8))
    columns = int(np.clip(rows * bounds.stretch, 1, 10))
    hand = hand.finer(bounds.size / rows * 0.12)
    sharp = rng.random() < 0.4
    for row in range(rows):
        for column in range(columns):
            if rng.random() < 0.1:
                continue
            x, y = (column + 0.5) / columns, (row + 0.5) / rows
            rx, ry = np.array([0.42 / columns, 0.42 / rows]) * rng.uniform(0.7, 1, 2)
            if sharp:
                angle = np.sort(rng.uniform(0, 2 * np.pi, 5))
                outline = np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], 1)
            else:
                outline = blob(rng, x, y, rx, ry, 0.05, 7)
            hand.shape(bounds(outline.clip(0, 1)), hand.paper)
            if rng.random() < 0.3:
                hand.strokes([bounds.arc((x, y), (x + rx * 0.4, y), (x + rx * 0.5, y + ry * 0.4))], hand.pen * 0.7)
    hand.tags.add("stones")


def specks(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Spatter, crumbs and commas: small dots and hooks in a heap or a row."""
    count = int(rng.integers(4, 30))
    at = rng.uniform(0.06, 0.94, (count, 2))
    if rng.random() < 0.4:
        at[:, 0] = np.linspace(0.06, 0.94, count)
        at[:, 1] = 0.5 + rng.normal(0, 0.06, count).clip(-0.4, 0.4)
    hooks = rng.random() < 0.5
    r = 0.04 * rng.uniform(0.4, 1, count)
    for (x, y), size in zip(at, r, strict=True):
        rx = size / max(1.0, bounds.stretch)
        if hooks:
            hand.strokes([bounds.arc((x - rx, y - size), (x + 2 * rx, y), (x - rx, y + size))])
        else:
            hand.shape(bounds.round(x, y, rx, size, 10), hand.ink, 0)
    hand.tags.add("dots")

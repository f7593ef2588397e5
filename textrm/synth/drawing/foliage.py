"""Leaves, grass, trees, flowers, feathers, locks of hair: sheaves of curved strokes."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import beziers, blob
from textrm.synth.values import Rng


def leaf(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """One leaf with a rib and veins."""
    belly = rng.uniform(0.1, 0.5)
    left = bounds.arc((0.5, 0.02), (0.5 - belly * 2, 0.5), (0.5, 0.85))
    right = bounds.arc((0.5, 0.85), (0.5 + belly * 2, 0.5), (0.5, 0.02))
    hand.shape(np.concatenate([left, right]), hand.accent if rng.random() < 0.5 else hand.paper)
    hand.strokes([bounds([(0.5, 0.1), (0.5, 1)])])
    y = np.linspace(0.2, 0.7, int(rng.integers(0, 7)))
    veins = [bounds([(0.5, v), (0.5 + s * belly * 0.6, v - 0.1)]) for v in y for s in (-1, 1)]
    hand.strokes(veins, hand.pen * 0.6)
    hand.tags.add("leaves")


def branch(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A twig with leaves in pairs, or a fern."""
    bend = rng.uniform(-0.3, 0.3)
    t = np.linspace(0.08, 0.95, int(rng.integers(4, 14)))
    stem = np.stack([t, 0.5 + bend * np.sin(t * np.pi)], 1)
    hand = hand.finer(bounds.size * 0.08)
    hand.strokes([bounds(stem)])
    reach, fat = rng.uniform(0.12, 0.3), rng.uniform(0.02, 0.1)
    solid = rng.random() < 0.4
    for side in (-1, 1):
        tip = (stem + np.array([reach * 0.4, side * reach])).clip(0, 1)
        middle, belly = (stem + tip) / 2, np.array([fat, fat])
        one = beziers(np.stack([stem, middle + belly, tip], 1), 6)
        two = beziers(np.stack([tip, middle - belly, stem], 1), 6)
        for outline in np.concatenate([one, two], 1).clip(0, 1):
            hand.shape(bounds(outline), hand.ink if solid else hand.paper, hand.pen * (not solid))
    hand.tags.add("leaves")


def tuft(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Blades of grass or reed from one foot or along the ground."""
    count = int(rng.integers(3, 8 + int(min(30, bounds.size * bounds.stretch / 4))))
    foot = np.stack([rng.uniform(0.05, 0.95, count), rng.uniform(0.85, 1, count)], 1)
    if rng.random() < 0.5:
        foot[:, 0] = 0.5 + (foot[:, 0] - 0.5) * 0.2
    tip = np.stack([foot[:, 0] + rng.normal(0, 0.2, count), rng.uniform(0.03, 0.5, count)], 1).clip(0, 1)
    bent = (foot + tip) / 2 + rng.normal(0, 0.06, (count, 2))
    blades = beziers(np.stack([foot, bent, tip], 1), 8).clip(0, 1)
    if rng.random() < 0.5:
        hand.strokes(bounds(blades))
    else:
        for blade in blades:
            hand.brush(bounds(blade), hand.pen * rng.uniform(0.8, 1.3), (1, 0.05))
    hand.tags.add("grass")


def tree(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A crown of scallops or of tiers on a trunk, or bare twigs."""
    hand = hand.finer(bounds.size * 0.06)
    kind = rng.integers(3)
    hand.shape(bounds([(0.44, 0.6), (0.56, 0.6), (0.6, 1), (0.4, 1)]), hand.accent if kind else hand.ink)
    if kind == 0:  # bare: branches that fork
        ends = [(np.array([0.5, 0.65]), -np.pi / 2, 0.25)]
        lines: list[np.ndarray] = []
        while ends and len(lines) < 40:
            foot, heading, reach = ends.pop(0)
            tip = (foot + reach * np.array([np.cos(heading), np.sin(heading)])).clip(0, 1)
            lines.append(bounds(np.stack([foot, tip])))
            if reach > 0.08:
                ends += [(tip, heading + turn, reach * 0.72) for turn in rng.uniform(0.2, 0.7, 2) * (-1, 1)]
        hand.strokes(lines)
    elif kind == 1:
        for y in np.linspace(0.7, 0.2, int(rng.integers(2, 5))):
            half = 0.15 + y * 0.4
            hand.shape(bounds([(0.5, max(0.0, y - 0.25)), (0.5 + half, y), (0.5 - half, y)]), hand.paper)
    else:
        hand.shape(bounds(blob(rng, 0.5, 0.36, 0.36, 0.3, 0.06, 12).clip(0, 1)), hand.paper)
        for x, y in rng.uniform((0.25, 0.15), (0.75, 0.6), (int(rng.integers(2, 16)), 2)):
            hand.strokes([bounds.arc((x - 0.05, y), (x, y + rng.choice([-0.1, 0.1])), (x + 0.05, y))])
    hand.tags.add("trees")


def flower(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Petals around an eye, with or without a stem."""
    hand = hand.finer(bounds.size * 0.08)
    petals, r = int(rng.integers(4, 10)), rng.uniform(0.1, 0.16)
    y = 0.5
    if rng.random() < 0.5:
        y = 0.36
        hand.strokes([bounds.arc((0.5, y), (rng.uniform(0.4, 0.6), 0.7), (0.5, 1))])
        r *= 0.7
    for angle in np.linspace(0, 2 * np.pi, petals, endpoint=False):
        hand.shape(bounds.round(0.5 + 2 * r * np.cos(angle), y + 2 * r * np.sin(angle), r, r, 14), hand.paper)
    hand.shape(bounds.round(0.5, y, r, r, 14), hand.accent)
    hand.tags.add("flowers")


def feather(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A quill, or a wing of rows of feathers."""
    if rng.random() < 0.4:
        t = np.linspace(0.05, 0.9, int(rng.integers(8, 30)))
        quill = np.stack([0.5 + 0.15 * np.sin(t * 2), t], 1)
        hand.strokes([bounds(quill)])
        for side in (-1, 1):
            tip = quill + np.stack([side * 0.35 * np.sin(t * np.pi).clip(0.1), np.full(len(t), -0.05)], 1)
            hand.strokes(bounds(np.stack([quill, tip], 1).clip(0, 1)), hand.pen * 0.6)
    else:
        hand = hand.finer(bounds.size * 0.04)
        for level, count in ((0.98, int(rng.integers(5, 10))), (0.7, int(rng.integers(4, 8))), (0.42, 5)):
            for x in np.linspace(0.95, 0.1, count):
                w, top = 0.9 / count, 0.05 + 0.25 * x
                down = top + (level - top) * (0.35 + 0.65 * x)
                left, bend = max(0, x - w), down * 1.3 - top * 0.3
                hand.shape(bounds.arc((left, top), (left, bend), (x, bend), (x, top)), hand.paper or hand.bare)
    hand.tags.add("feathers")


def lock(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A lock of hair, a plume of smoke or a flame: strokes that swell and end in a point."""
    count = int(rng.integers(2, 12))
    sway = rng.uniform(-0.5, 0.5)
    start = np.stack([rng.uniform(0.2, 0.8, count), np.full(count, 0.02)], 1)
    end_x = (start[:, 0] + sway * 0.6 + rng.normal(0, 0.1, count)).clip(0.03, 0.97)
    end = np.stack([end_x, rng.uniform(0.6, 1, count)], 1)
    middle = np.stack([(start[:, 0] - sway).clip(0.03, 0.97), rng.uniform(0.3, 0.6, count)], 1)
    for curve in beziers(np.stack([start, middle, end], 1), 12):
        if rng.random() < 0.5:
            hand.brush(bounds(curve), hand.pen * 1.4, (0.2, 0.05))
        else:
            hand.strokes([bounds(curve)], hand.pen * 0.6)
    hand.tags.add("hair")

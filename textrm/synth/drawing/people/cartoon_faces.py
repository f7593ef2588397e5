"""Faces of cartoon strips: an outline in ink, dot or bean eyes, a big nose, an arc for a mouth, few lines."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import bezier, beziers, smooth_closed, smooth_open
from textrm.synth.drawing.people.cartoon_features import eye_pair_maker, mouth, nose
from textrm.synth.values import Rng


def face(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A head seen from the front, with ears, hair and perhaps a hat or glasses."""
    top, hand = rng.uniform(0.08, 0.25), hand.finer(bounds.size * 0.06)
    if rng.random() < 0.6:
        for side in (0, 1):
            ear = bounds.part(side, 0, 1 - side, 1)
            y = rng.uniform(0.5, 0.56)
            hand.shape(ear.round(0.08, y, 0.075, 0.1), hand.paper)
            hand.strokes([ear.arc((0.06, y - 0.04), (0.12, y), (0.06, y + 0.04))], hand.pen * 0.7)
    hand.shape(bounds(_skull(rng, top)), hand.paper)
    features(rng, hand, bounds.part(0.16, top + 0.12, 0.84, 0.95))
    choice = rng.random()
    if choice < 0.3:
        _strands(rng, hand, bounds, top)
    elif choice < 0.55:
        _mop(rng, hand, bounds, top)
    elif choice < 0.7:
        _curls(rng, hand, bounds, top)
    elif choice < 0.85:
        _hat(rng, hand, bounds, top)
    hand.tags.update(("face", "cartoon_face"))


def features(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Eyes, brows, nose and mouth without a head around them."""
    draw_eye, hand = eye_pair_maker(rng), hand.finer(bounds.size * 0.05)
    middle, level = rng.uniform(0.4, 0.6), rng.uniform(0.15, 0.35)
    gap, wide = rng.choice([0.0, 0.06, 0.2, 0.36]), rng.uniform(0.14, 0.3)
    tall = min(wide * rng.uniform(0.8, 1.5) * min(1.5, bounds.stretch), 2 * level)
    for x0, x1 in ((middle - gap / 2, middle - gap / 2 - wide), (middle + gap / 2, middle + gap / 2 + wide)):
        draw_eye(rng, hand, bounds.part(max(0, x0), level - tall / 2, min(1, max(0, x1)), level + tall / 2))
        if rng.random() < 0.6:
            y, slant = max(0.02, level - tall / 2 - 0.1), rng.normal(0, 0.06)
            brow = bezier([(x0, y + slant), ((x0 + x1) / 2, y - 0.06), (x1, y - slant)]).clip(0.04, 0.96)
            hand.brush(bounds(brow), min(hand.pen * rng.uniform(1, 2.5), bounds.size * 0.05), (0.5, 0.3))
    if rng.random() < 0.12:
        for x in (middle - gap / 2 - wide / 2, middle + gap / 2 + wide / 2):
            hand.shape(bounds.round(x, level, min(wide * 0.65, x, 1 - x), min(tall * 0.7, level)), None)
        hand.tags.add("glasses")
    size = rng.uniform(0.06, 0.2)
    y = rng.uniform(level + 0.1, 0.6)
    nose(rng, hand, bounds.part(middle - size, y, middle + size, y + size * 2 * min(1.5, bounds.stretch)))
    half, y = rng.uniform(0.1, 0.36), rng.uniform(0.7, 0.8)
    mouth(rng, hand, bounds.part(middle - half, y, middle + half, min(0.99, y + rng.uniform(0.08, 0.25))))
    _cheeks(rng, hand, bounds)


def _skull(rng: Rng, top: float) -> np.ndarray:
    """The outline of a head within the unit square: round, long, pear-shaped, square."""
    jaw, brow = rng.uniform(0.2, 0.4), rng.uniform(0.28, 0.4)
    middle = (top + 0.98) / 2
    half = [(0.5, top), (0.5 + brow, top + 0.22), (0.5 + (jaw + brow) / 2 + 0.04, middle), (0.5 + jaw, 0.86)]
    chin = [(0.5, 0.97)]
    mirrored = [(1 - x, y) for x, y in half[:0:-1]]
    return smooth_closed(np.array(half + chin + mirrored) + rng.normal(0, 0.008, (8, 2)), 10).clip(0.02, 0.99)


def _cheeks(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Freckles, blush, stubble or wrinkles; mostly nothing."""
    choice = rng.random()
    if choice < 0.1:
        for x, y in rng.uniform((0.05, 0.55), (0.95, 0.95), (int(rng.integers(8, 40)), 2)):
            hand.shape(bounds.round(x, y, 0.012, 0.012, 6), hand.ink, 0)
    elif choice < 0.2:
        lines = [bounds([(x + k * 0.05, 0.55), (x + k * 0.05 - 0.04, 0.65)]) for x in (0.06, 0.8) for k in range(3)]
        hand.strokes(lines, hand.pen * 0.7)
    elif choice < 0.3:
        for x in (0.1, 0.9):
            hand.strokes([bounds.arc((x, 0.5), (0.02 if x < 0.5 else 0.98, 0.7), (x, 0.85))], hand.pen * 0.8)


def _strands(rng: Rng, hand: Hand, bounds: Bounds, top: float) -> None:
    """A few hairs that stand up, or a fringe of them."""
    count = int(rng.integers(1, 12))
    spread = rng.uniform(0.05, 0.3)
    root = np.stack([0.5 + np.linspace(-spread, spread, count), np.full(count, top + 0.04)], 1)
    tip = np.stack([root[:, 0] + rng.normal(0, 0.08, count), rng.uniform(0.0, top * 0.6, count)], 1)
    bent = (root + tip) / 2 + rng.normal(0, 0.06, (count, 2))
    hand.strokes(bounds(beziers(np.stack([root, bent, tip], 1), 7).clip(0, 1)))


def _mop(rng: Rng, hand: Hand, bounds: Bounds, top: float) -> None:
    """Hair as one area with a ragged fringe, solid or with a few strands."""
    edge = np.linspace(0.14, 0.86, int(rng.integers(4, 13)))
    fringe = np.stack([edge, np.where(np.arange(len(edge)) % 2, top + 0.08, top + rng.uniform(0.12, 0.25))], 1)
    crown = np.array([(0.88, top + 0.2), (0.8, top), (0.5, top * 0.4), (0.2, top), (0.12, top + 0.2)])
    fringe = fringe if rng.random() < 0.6 else smooth_open(fringe, 4)
    outline = np.concatenate([smooth_open(crown, 5), fringe]).clip(0, 1)
    solid = rng.random() < 0.5
    hand.shape(bounds(outline), hand.ink if solid else hand.accent)
    if not solid:
        x = rng.uniform(0.25, 0.75, int(rng.integers(0, 9)))
        locks = [bounds.arc((0.5, top * 0.6), (v, top * 0.8), (v * 1.1 - 0.05, top + 0.1)) for v in x]
        hand.strokes(locks, hand.pen * 0.7)
    hand.tags.add("hair")


def _curls(rng: Rng, hand: Hand, bounds: Bounds, top: float) -> None:
    """Rings along the crown."""
    count, r = int(rng.integers(4, 10)), rng.uniform(0.05, 0.1)
    for angle in np.linspace(0.1, np.pi - 0.1, count):
        x, y = 0.5 - 0.36 * np.cos(angle), top + 0.24 - 0.24 * np.sin(angle)
        hand.shape(bounds.round(x, max(r, y), r, r, 14), hand.accent)
    hand.tags.add("hair")


def _hat(rng: Rng, hand: Hand, bounds: Bounds, top: float) -> None:
    """A cap, a bowler or a pointed hat with a band."""
    y, half = top + 0.14, rng.uniform(0.2, 0.36)
    if rng.random() < 0.3:
        crown = bounds([(0.5 - half, y), (rng.uniform(0.4, 0.6), 0), (0.5 + half, y)])
    else:
        crown = bounds.arc((0.5 - half, y), (0.5 - half, -0.04), (0.5 + half, -0.04), (0.5 + half, y), count=14)
    hand.shape(crown, hand.accent)
    hand.shape(bounds.round(0.5, y, min(0.49, half * rng.uniform(1, 1.5)), 0.04), hand.accent)
    hand.tags.add("hat")

"""Marks of feeling and movement: drops, veins, bolts, balloon tails, rays, claws, puffs, notes of music."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import blob
from textrm.synth.values import Rng


def drop(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A drop of sweat or rain, plain or with a gleam."""
    lean = rng.uniform(0.3, 0.7)
    left = bounds.arc((lean, 0.02), (0.05, 0.6), (0.05, 0.98), (0.5, 0.98))
    right = bounds.arc((0.5, 0.98), (0.95, 0.98), (0.95, 0.6), (lean, 0.02))
    hand.shape(np.concatenate([left, right]), hand.paper)
    if bounds.size > 16 and rng.random() < 0.5:
        hand.strokes([bounds.arc((0.3, 0.65), (0.3, 0.85), (0.45, 0.87))], hand.pen * 0.7)
    hand.tags.add("emotion_marks")


def vein(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """The crossed veins of anger: four bent strokes."""
    near, far = rng.uniform(0.3, 0.45), rng.uniform(0, 0.1)
    for a in (0, 1):
        for b in (0, 1):
            quarter = bounds.part(a, b, 1 - a, 1 - b)
            hand.strokes([quarter.arc((far, near), (near, near), (near, far))], hand.pen * 1.2)
    hand.tags.add("emotion_marks")


def bolt(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A flash of lightning, a zigzag or a jagged line."""
    if rng.random() < 0.5:
        outline = [(0.55, 0), (0.15, 0.55), (0.45, 0.5), (0.3, 1), (0.85, 0.35), (0.55, 0.4), (0.8, 0)]
        hand.shape(bounds(outline), hand.accent if rng.random() < 0.5 else hand.ink)
    else:
        count = int(rng.integers(6, 14))  # fewer would read as V, N, M or W
        edge = np.stack([np.linspace(0, 1, count), np.where(np.arange(count) % 2, 0.05, 0.95)], 1)
        hand.strokes([bounds(edge)])
    hand.tags.add("emotion_marks")


def tail(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """The tail of a balloon that is not there, a row of shrinking bubbles, or a pointer line."""
    kind = rng.integers(3)
    tip = rng.uniform(0.1, 0.9)
    if kind == 0:
        side = bounds.arc((0.3, 0), (0.4, 0.5), (tip, 1)), bounds.arc((tip, 1), (0.65, 0.5), (0.75, 0))
        hand.shape(np.concatenate(side), hand.bare)
    elif kind == 1:
        for y, r in ((0.2, 0.18), (0.58, 0.12), (0.88, 0.08)):
            x = 0.5 + (tip - 0.5) * y * 0.6
            hand.finer(bounds.size * 0.06).shape(bounds.round(x, y, r, r, 16), hand.bare)
    else:
        hand.strokes([bounds.arc((0.5, 0), (rng.uniform(0.2, 0.8), 0.5), (tip, 1))])
    hand.tags.add("pointers")


def rays(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Strokes around a point, all about or in a fan: surprise, a blow, shine; or arcs of shaking."""
    count, first = int(rng.integers(3, 16)), rng.uniform(0, 2 * np.pi)
    span = 2 * np.pi if rng.random() < 0.5 else rng.uniform(0.6, 2.5)
    angle = first + np.linspace(0, span, count, endpoint=False)
    unit = np.stack([np.cos(angle), np.sin(angle)], 1)
    near = rng.uniform(0.15, 0.35)
    if rng.random() < 0.7:
        for u in unit:
            line = bounds(0.5 + np.stack([u * near, u * (near + 0.48) / 2, u * rng.uniform(near + 0.08, 0.48)]))
            hand.brush(line, hand.finer(bounds.size * 0.06).pen * rng.uniform(1, 1.6), (0.2, 0.6))
    else:
        fine = np.linspace(first, first + min(span, 2.0), 14)
        arcs = [bounds(0.5 + r * np.stack([np.cos(fine), np.sin(fine)], 1)) for r in np.linspace(near, 0.48, 3)]
        hand.finer(bounds.size * 0.06).strokes(arcs)
    hand.tags.add("impact")


def claws(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Three to five claws side by side, or the scratches they leave."""
    count, bend = int(rng.integers(3, 6)), rng.uniform(-0.12, 0.12)
    step = 0.9 / count
    solid = rng.random() < 0.6
    for index in range(count):
        x, top, low = 0.05 + (index + 0.5) * step, rng.uniform(0, 0.15), rng.uniform(0.8, 1)
        tip = float(np.clip(x + bend, 0.02, 0.98))
        left = bounds.arc((x - step * 0.35, top), (x - step * 0.3 + bend / 2, 0.6), (tip, low))
        right = bounds.arc((tip, low), (x + step * 0.3 + bend / 2, 0.6), (x + step * 0.35, top))
        fine = hand.finer(bounds.size * 0.05)
        fine.shape(np.concatenate([left, right]), hand.ink if solid else hand.bare)
    hand.tags.add("claws")


def puff(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A cloud of dust, a small one of anger, or steam as waves."""
    if rng.random() < 0.6:
        hand.shape(bounds(blob(rng, 0.5, 0.5, 0.4, 0.4, 0.08, 9).clip(0, 1)), hand.paper or hand.bare)
        hand.strokes([bounds.arc((x, 0.55), (x + 0.08, 0.7), (x + 0.16, 0.5)) for x in (0.3, 0.5)])
    else:
        y = np.linspace(0, 1, 20)
        feet = np.linspace(0.1, 0.9, int(rng.integers(2, 5)))
        waves = [np.stack([x + 0.08 * np.sin(y * rng.uniform(6, 10)), y], 1) for x in feet]
        hand.finer(bounds.size * 0.08).strokes([bounds(wave) for wave in waves])
    hand.tags.add("emotion_marks")


def note(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A note of music, single or beamed, or a staff of lines with notes."""
    hand = hand.finer(bounds.size * 0.08)
    kind = rng.integers(3)
    if kind == 2:
        hand.strokes([bounds([(0, y), (1, y)]) for y in np.linspace(0.2, 0.8, 5)], hand.pen * 0.6)
    count = 1 if kind == 0 else 2 if kind == 1 else int(np.clip(bounds.stretch * 2, 2, 12))
    wide = min(0.8, 0.3 / max(bounds.stretch, 0.3)) if kind == 2 else 0.3 if kind else 0.5
    for x in np.linspace(wide / 2, 1 - wide / 2 - 0.2 * (kind == 0), count):
        y = rng.uniform(0.5, 0.85) if kind == 2 else 0.84
        hand.shape(bounds.round(x, y, wide / 2, 0.11, 14), hand.ink if rng.random() < 0.8 else None)
        stem, top = x + wide * 0.45, y - (0.4 if kind == 2 else 0.78)
        hand.strokes([bounds([(stem, y), (stem, top)])])
        if kind == 0:
            hand.brush(bounds.arc((stem, top), (stem + 0.05, 0.25), (1, 0.3), (0.85, 0.55)), hand.pen * 2)
    if kind == 1:
        hand.shape(bounds([(0.285, 0.02), (0.985, 0.02), (0.985, 0.16), (0.285, 0.16)]), hand.ink, 0)
    hand.tags.add("music_notes")

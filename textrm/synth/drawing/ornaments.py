"""Ornaments and studs: stars, coils, arrows, beads, rings, hearts, chains, borders."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import box
from textrm.synth.values import Rng


def star(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A star of 4 to 12 points, a sparkle, a burst; solid, open or only its rays."""
    points, inner = int(rng.choice([4, 4, 5, 5, 6, 8, 12])), rng.uniform(0.08, 0.5)
    angle = np.linspace(0, 2 * np.pi, points * 2, endpoint=False) - np.pi / 2
    radius = np.where(np.arange(points * 2) % 2, 0.5 * inner, 0.49)
    outline = 0.5 + np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
    choice = rng.random()
    if choice < 0.35:
        hand.shape(bounds(outline), hand.ink, 0)
    elif choice < 0.8:
        hand.finer(bounds.size * 0.08).shape(bounds(outline), hand.paper)
    else:
        rays = np.stack([0.5 + (outline[::2] - 0.5) * inner, outline[::2]], 1)
        hand.strokes(list(bounds(rays)))
    hand.tags.add("sparkles")


def spiral(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A coil, a curl with a tail, an S of two coils, or a figure of loops, as in wrought iron."""
    turns = rng.uniform(1.2, 3.5)
    t = np.linspace(0, turns * 2 * np.pi, int(20 * turns))
    kind = rng.integers(4)
    if kind == 0:
        r = t / t[-1] * 0.48
        curve = 0.5 + np.stack([r * np.cos(t), r * np.sin(t)], 1)
    elif kind == 1:
        r = t / t[-1] * 0.3
        coil = np.stack([0.35 + r * np.cos(t - t[-1]), 0.4 + r * np.sin(t - t[-1])], 1)
        curve = np.concatenate([coil, [(0.68, 0.6), (0.75, 0.8), (0.95, 0.97)]])
    elif kind == 2:
        r = t / t[-1] * 0.24
        coil = np.stack([0.5 + r * np.cos(t - t[-1] + np.pi / 2), 0.25 + r * np.sin(t - t[-1] + np.pi / 2)], 1)
        curve = np.concatenate([coil, 1 - coil[::-1]])
    else:
        t = np.linspace(0, 2 * np.pi, 60)
        a, b = rng.choice(np.array([(1, 2), (2, 1), (3, 2), (2, 3)]), 1)[0]
        curve = 0.5 + 0.46 * np.stack([np.sin(a * t + 0.3), np.sin(b * t)], 1)
    hand = hand.finer(bounds.size * 0.14 / turns)
    hand.strokes([bounds(curve)])
    hand.tags.add("spirals")


def arrow(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """An arrow: a line with a head, a block, or a bent one."""
    if rng.random() < 0.5:
        bounds = bounds.part(1, 0, 0, 1)
    kind = rng.integers(3)
    half, neck = rng.uniform(0.1, 0.25), rng.uniform(0.5, 0.75)
    if kind == 0:
        hand.strokes([bounds([(0, 0.5), (1, 0.5)]), bounds([(neck, 0.1), (1, 0.5), (neck, 0.9)])])
    elif kind == 1:
        head = [(neck, 0.02), (1, 0.5), (neck, 0.98)]
        low, high = 0.5 - half, 0.5 + half
        outline = bounds([(0, low), (neck, low), *head, (neck, high), (0, high)])
        hand.shape(outline, hand.ink if rng.random() < 0.5 else hand.paper)
    else:
        hand.strokes([bounds.arc((0.05, 0.95), (0, 0.3), (0.85, 0.3))], hand.pen * 1.2)
        hand.shape(bounds([(0.75, 0.05), (1, 0.3), (0.75, 0.55)]), hand.ink, 0)
    hand.tags.add("arrows")


def beads(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A string of beads, buttons or rings, straight or sagging."""
    count = int(np.clip(bounds.stretch * rng.uniform(0.8, 1.6), 1, 16))
    r = min(0.48, 0.5 * bounds.stretch / count * 0.95)
    sag = rng.uniform(0, 1 - 2 * r)
    hand = hand.finer(bounds.size * r * 0.3)
    kind = rng.integers(4)
    for x in (np.arange(count) + 0.5) / count:
        y, rx = r + sag * (1 - (2 * x - 1) ** 2), r / bounds.stretch
        hand.shape(bounds.round(x, y, rx, r), hand.ink if kind == 0 else hand.paper)
        if kind == 0:
            hand.shape(bounds.round(x - rx * 0.3, y - r * 0.3, rx * 0.25, r * 0.25, 8), hand.bare, 0)
        elif kind == 1:  # a button with two or four holes
            for dx, dy in ((-0.3, -0.3), (0.3, 0.3), (-0.3, 0.3), (0.3, -0.3))[: int(rng.choice([2, 4]))]:
                hand.shape(bounds.round(x + dx * rx, y + dy * r, rx * 0.14, r * 0.14, 8), hand.ink, 0)
        elif kind == 2:
            hand.shape(bounds.round(x, y, rx * 0.55, r * 0.55), hand.bare)
    hand.tags.add("beads")


def heart(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A heart, whole or broken."""
    left = bounds.arc((0.5, 0.28), (0.3, -0.2), (-0.25, 0.3), (0.5, 0.98))
    right = bounds.arc((0.5, 0.98), (1.25, 0.3), (0.7, -0.2), (0.5, 0.28))
    fill = hand.ink if rng.random() < 0.4 else hand.accent if rng.random() < 0.5 else hand.paper
    hand.shape(np.concatenate([left, right]), fill)
    if rng.random() < 0.15:
        hand.strokes([bounds([(0.5, 0.28), (0.4, 0.5), (0.58, 0.65), (0.5, 0.95)])], hand.pen, hand.bare)
    hand.tags.add("hearts")


def chain(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Links of a chain, seen flat and on edge by turns, or a plait."""
    count = int(np.clip(bounds.stretch * rng.uniform(1, 2), 2, 14))
    hand = hand.finer(bounds.size * bounds.stretch / count * 0.12)
    half = 0.5 / count
    if rng.random() < 0.6:
        for index in range(count):
            flat = 0.45 if index % 2 == 0 else 0.14
            x = min(max((index + 0.5) / count, half * 1.2), 1 - half * 1.2)
            hand.shape(bounds.round(x, 0.5, half * 1.2, flat), None)
    else:
        t = np.linspace(0, 1, count * 12)
        waves = [np.stack([t, 0.5 + 0.46 * np.sin(t * np.pi * count + shift)], 1) for shift in (0, np.pi)]
        hand.strokes([bounds(wave) for wave in waves])
    hand.tags.add("chains")


def border(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A band of meanders, lozenges, scallops, zigzags or crosses between two lines."""
    count = int(np.clip(bounds.stretch * rng.uniform(0.8, 2), 2, 20))
    hand = hand.finer(bounds.size * 0.09)
    kind = rng.integers(5)
    if kind == 4 or rng.random() < 0.7:  # a row of crosses alone would read as X
        hand.strokes([bounds([(0, y), (1, y)]) for y in (0, 1)])
    for index in range(count):
        cell = bounds.part(index / count, 0.14, (index + 1) / count, 0.86)
        if kind == 0:
            hand.strokes([cell([(0, 1), (0, 0), (0.8, 0), (0.8, 0.7), (0.4, 0.7), (0.4, 0.4)])])
        elif kind == 1:
            solid = hand.ink if index % 2 else hand.paper
            hand.shape(cell([(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)]), solid)
        elif kind == 2:
            hand.strokes([cell.arc((0, 1), (0.1, -0.3), (0.9, -0.3), (1, 1))])
        elif kind == 3:
            hand.shape(cell([(0, 1), (0.5, 0), (1, 1)]), hand.ink, 0)
        else:
            hand.strokes([cell([(0.15, 0.1), (0.85, 0.9)]), cell([(0.85, 0.1), (0.15, 0.9)])])
    hand.tags.add("borders")


def cross(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A plus, a cross, a tick, a box with one of them, a ring, a triangle."""
    kind = rng.integers(6)
    if kind == 1 or rng.random() < 0.3:  # a cross alone would read as X
        hand.finer(bounds.size * 0.08).shape(bounds(box(0, 0, 1, 1)), hand.paper)
        bounds = bounds.part(0.2, 0.2, 0.8, 0.8)
    if kind == 0:
        hand.strokes([bounds([(0.5, 0.05), (0.5, 0.95)]), bounds([(0.05, 0.5), (0.95, 0.5)])])
    elif kind == 1:
        hand.strokes([bounds([(0.05, 0.05), (0.95, 0.95)]), bounds([(0.95, 0.05), (0.05, 0.95)])])
    elif kind == 2:
        hand.strokes([bounds([(0.05, 0.5), (0.35, 0.9), (0.95, 0.1)])])
    elif kind == 3:
        hand.shape(bounds.round(0.5, 0.5, 0.47, 0.47, 28), None)
    elif kind == 4:
        solid = hand.ink if rng.random() < 0.5 else hand.paper
        hand.shape(bounds([(0.5, 0.03), (0.97, 0.95), (0.03, 0.95)]), solid)
    else:
        for r in (0.48, 0.3, 0.12):
            hand.finer(bounds.size * 0.08).shape(bounds.round(0.5, 0.5, r, r, 28), None)
    hand.tags.add("marks")

"""Things with rows of parts: keypads, dice, film, books, gears, abacuses, bottles, grilles."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import box
from textrm.synth.values import Rng


def keypad(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Keys or buttons in rows with nothing on them, square or round, some pressed."""
    rows = int(rng.integers(2, 6))
    columns = int(np.clip(round(rows * bounds.stretch * rng.uniform(0.8, 1.2)), 2, 14))
    hand = hand.finer(bounds.size / rows * 0.12)
    hand.shape(bounds(box(0, 0, 1, 1)), hand.accent if rng.random() < 0.5 else hand.paper)
    round_keys, pressed = rng.random() < 0.3, rng.choice([0.0, 0.2])
    for row in range(rows):
        shift = 0.25 * (row % 2) * (rng.random() < 0.5)
        for column in range(columns - (shift > 0)):
            left, right = (column + 0.15 + shift) / columns, (column + 0.85 + shift) / columns
            cell = bounds.part(left, (row + 0.15) / rows, right, (row + 0.85) / rows)
            outline = cell.round(0.5, 0.5, 0.5, 0.5, 16) if round_keys else cell(box(0, 0, 1, 1))
            hand.shape(outline, hand.ink if rng.random() < pressed else hand.bare)
    hand.tags.update(("keyboard", "grid"))


def dice(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A die or a row of dominoes with pips."""
    count = int(np.clip(bounds.stretch, 1, 8))
    hand = hand.finer(bounds.size * 0.07)
    for index in range(count):
        cell = bounds.part(index / count, 0, (index + 0.92) / count, 1)
        hand.shape(cell(box(0, 0, 1, 1)), hand.bare)
        spots = [(0.25, 0.25), (0.75, 0.75), (0.5, 0.5), (0.25, 0.75), (0.75, 0.25), (0.25, 0.5), (0.75, 0.5)]
        for x, y in spots[: int(rng.integers(1, 8))]:
            hand.shape(cell.round(x, y, 0.1, 0.1, 12), hand.ink, 0)
    hand.tags.add("dice")


def film(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A strip of film, a cassette rack or a shelf of frames, with holes along its edges."""
    count = int(np.clip(bounds.stretch * rng.uniform(2, 4), 3, 24))
    hand.shape(bounds(box(0, 0, 1, 1)), hand.ink, 0)
    for index in range(count):
        for y in (0.06, 0.82):
            hand.shape(bounds(box((index + 0.25) / count, y, (index + 0.75) / count, y + 0.12)), hand.bare, 0)
    frames = max(1, count // 3)
    for index in range(frames):
        hand.shape(bounds(box((index + 0.06) / frames, 0.26, (index + 0.94) / frames, 0.74)), hand.bare, 0)
    hand.tags.add("film")


def books(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Backs of books in a row, with bands, some leaning; bottles or candles among them."""
    hand = hand.finer(bounds.size * 0.05)
    x = 0.0
    while x < 0.97:
        w = min(1 - x, rng.uniform(0.06, 0.22) / max(bounds.stretch, 0.4))
        top = rng.uniform(0.02, 0.4)
        if rng.random() < 0.12:
            neck = [(x, 1), (x, top + 0.3), (x + w * 0.35, top + 0.2), (x + w * 0.35, top), (x + w * 0.65, top)]
            outline = [*neck, (x + w * 0.65, top + 0.2), (x + w, top + 0.3), (x + w, 1)]
            hand.shape(bounds(outline), hand.paper)
        else:
            fill = (hand.ink, hand.accent, hand.paper, hand.bare)[rng.integers(4)]
            hand.shape(bounds(box(x, top, x + w, 1)), fill)
            levels = top + (1 - top) * rng.choice([0.12, 0.2, 0.5, 0.8, 0.88], int(rng.integers(0, 4)), replace=False)
            line = hand.bare if fill == hand.ink else hand.ink
            hand.strokes([bounds([(x + w * 0.1, y), (x + w * 0.9, y)]) for y in levels], hand.pen, line)
        x += w
    hand.tags.add("books")


def gear(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A toothed wheel, a wheel with spokes, a valve or a bolt head."""
    hand = hand.finer(bounds.size * 0.06)
    count = int(rng.integers(5, 18))
    turn = np.linspace(0, 2 * np.pi, count * 4, endpoint=False)
    radius = np.where(np.arange(count * 4) % 4 < 2, 0.49, rng.uniform(0.36, 0.46))
    rim = 0.5 + radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    hand.shape(bounds(rim), hand.ink if rng.random() < 0.4 else hand.paper)
    inner = rng.uniform(0.1, 0.3)
    hand.shape(bounds.round(0.5, 0.5, inner, inner), hand.bare)
    if rng.random() < 0.5:
        spokes = 0.5 + inner * np.stack([np.cos(turn[::8]), np.sin(turn[::8])], 1)
        hand.strokes([bounds([(0.5, 0.5), spoke]) for spoke in spokes])
    hand.tags.add("gears")


def abacus(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Rods with beads in a frame, or sliders of a desk."""
    rods = int(rng.integers(2, 8))
    hand = hand.finer(bounds.size / rods * 0.12)
    hand.shape(bounds(box(0, 0, 1, 1)), hand.paper)
    per_rod = int(np.clip(bounds.stretch * rng.uniform(2, 8), 2, 9))
    for row in range(rods):
        y = (row + 0.5) / rods
        hand.strokes([bounds([(0, y), (1, y)])])
        for stop in np.sort(rng.choice(12, per_rod, replace=False)):
            bead = bounds.round((stop + 0.5) / 12, y, 1 / 26, 0.38 / rods, 12)
            hand.shape(bead, hand.ink if row % 2 else hand.accent)
    hand.tags.add("abacus")


def grille(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A drain, a loudspeaker, a radiator or a louvre: slots or holes in a plate."""
    hand = hand.finer(bounds.size * 0.05)
    hand.shape(bounds(box(0, 0, 1, 1)), hand.paper)
    if rng.random() < 0.5:
        levels = np.linspace(0.15, 0.85, int(rng.integers(3, 9)))
        hand.strokes([bounds([(0.1, v), (0.9, v)]) for v in levels], bounds.size * rng.uniform(0.02, 0.06))
    else:
        rows = int(rng.integers(2, 7))
        columns = int(np.clip(rows * bounds.stretch, 2, 16))
        for row in range(rows):
            for column in range(columns):
                x, y = 0.08 + 0.84 * (column + 0.5) / columns, 0.08 + 0.84 * (row + 0.5) / rows
                hand.shape(bounds.round(x, y, 0.25 / columns, 0.25 / rows, 10), hand.ink, 0)
    hand.tags.update(("grid", "grille"))

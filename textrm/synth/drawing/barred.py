"""Things of many parallel strokes: tallies, fences, ladders, rails, combs, zips, teeth, keys, rulers, stripes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import box
from textrm.synth.values import Rng


def tally(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Groups of upright strokes, most crossed by a slanted one."""
    groups = int(np.clip(round(bounds.stretch / rng.uniform(0.8, 1.3)), 1, 12))
    for group in range(groups):
        cell = bounds.part(group / groups, 0, (group + 0.85) / groups, 1)
        count = 4 if group < groups - 1 else int(rng.integers(1, 5))
        x = np.linspace(0.12, 0.88, count) if count > 1 else np.array([0.5])
        lean = rng.normal(0, 0.04, count)
        ends = rng.uniform(0, 0.12, (2, count))
        lines = [[(a + b, e), (a - b, 1 - f)] for a, b, e, f in zip(x, lean, *ends, strict=True)]
        if count == 4 and rng.random() < 0.85:
            lines.append([(0, rng.uniform(0.6, 0.95)), (1, rng.uniform(0.05, 0.4))])
        hand.strokes([cell(np.array(line).clip(0, 1)) for line in lines])
    hand.tags.add("tally_marks")


def fence(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Pickets, boards or bars on rails."""
    count = int(np.clip(bounds.stretch * rng.uniform(2, 9), 3, 40))
    step, share = 1 / count, rng.uniform(0.3, 0.95)
    hand = hand.finer(bounds.size * bounds.stretch * step * min(share, 1 - share / 2) * 0.4)
    thin = rng.random() < 0.4
    rails = rng.choice([0.15, 0.3, 0.5, 0.7, 0.85], int(rng.integers(1, 4)), replace=False)
    if thin:
        hand.strokes([bounds([(0, y), (1, y + rng.uniform(-0.03, 0.03))]) for y in rails], hand.pen * 1.3)
        centres = (np.arange(count) + 0.5) * step
        hand.strokes([bounds([(v, 0.02), (v, 1)]) for v in centres])
    else:
        for y in rails:
            hand.shape(bounds(box(0, y - 0.04, 1, y + 0.04)), hand.paper)
        tip = rng.choice([0.0, 0.12])
        for index in range(count):
            x, w, top = (index + 0.5 - share / 2) * step, share * step, rng.uniform(0, 0.06)
            picket = [(x, top + tip), (x + w / 2, top), (x + w, top + tip), (x + w, 1), (x, 1)]
            hand.shape(bounds(picket), hand.paper)
            if rng.random() < 0.2 and w * bounds.size > 6:  # a knot or nail
                hand.shape(bounds.round(x + w / 2, rng.uniform(0.3, 0.9), w * 0.15, 0.02, 8), hand.ink, 0)
    hand.tags.add("fence")


def ladder(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Two rails with rungs or sleepers between them, upright, level or running into the distance."""
    count = int(rng.integers(3, 16))
    narrow, hand = rng.uniform(0.02, 0.4), hand.finer(bounds.size * min(0.15, 1 / bounds.stretch / count / 2.5))
    depth = np.linspace(0.03, 0.97, count) if rng.random() < 0.6 else 1 - 0.95 * np.linspace(0, 1, count) ** 0.5
    reach = np.array([(-1, 0), (1, 0)]) * rng.choice([0.0, 0.08])

    def side(t: np.ndarray | float, sign: int) -> np.ndarray:
        half = 0.42 - narrow * (1 - np.asarray(t))
        return np.stack([0.5 + sign * np.maximum(half, 0.02), np.asarray(t)], -1)

    lines = [np.stack([side(0.0, s), side(1.0, s)]) for s in (-1, 1)]
    lines += [np.stack([side(t, -1), side(t, 1)]) + reach for t in depth]
    flip = rng.random() < 0.3
    hand.strokes([bounds(line[:, ::-1] if flip else line) for line in lines])
    hand.tags.add("ladder")


def comb(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A spine with teeth on one side or both: a comb, a brush, a rake, a zip, stitches, a saw, a ruler."""
    count = int(np.clip(bounds.stretch * rng.uniform(3, 14), 4, 60))
    x, hand = (np.arange(count) + 0.5) / count, hand.finer(bounds.size * bounds.stretch / count * 0.4)
    kind, spine = rng.integers(5), rng.uniform(0.08, 0.3)
    if kind == 0:  # comb
        hand.shape(bounds(box(0, 0, 1, spine)), hand.accent)
        hand.strokes([bounds([(v, spine), (v, 1)]) for v in x])
    elif kind == 1:  # zip
        hand.strokes([bounds([(0, 0.5), (1, 0.5)])])
        for index, v in enumerate(x):
            low = 0.12 if index % 2 else 0.5
            hand.shape(bounds(box(v - 0.3 / count, low, v + 0.3 / count, low + 0.38)), hand.paper, hand.pen * 0.7)
    elif kind == 2:  # stitches
        lean = rng.uniform(0, 0.4) / count
        hand.strokes([bounds([(0, 0.5), (1, 0.5)])])
        hand.strokes([bounds(np.clip([(v - lean, 0.1), (v + lean, 0.9)], 0, 1)) for v in x])
    elif kind == 3:  # saw
        edge = np.stack([np.linspace(0, 1, count * 2 + 1), np.where(np.arange(count * 2 + 1) % 2, 1.0, 0.55)], 1)
        hand.shape(bounds(np.concatenate([[(0, 0), (0, 0.55)], edge, [(1, 0)]])), hand.paper)
    else:  # ruler
        hand.shape(bounds(box(0, 0, 1, 1)), hand.paper)
        every = int(rng.choice([2, 4, 5, 10]))
        hand.strokes([bounds([(v, 0), (v, 0.6 if i % every == 0 else 0.3)]) for i, v in enumerate(x)], hand.pen * 0.7)
    hand.tags.add("comb")


def teeth(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """Two rows of teeth in a jaw, or a row of fangs."""
    count = int(rng.integers(4, 14))
    x, hand = np.linspace(0, 1, count + 1), hand.finer(bounds.size * bounds.stretch / count * 0.25)
    if rng.random() < 0.5:
        hand.shape(bounds(box(0, 0, 1, 1)), hand.bare)
        hand.strokes([bounds([(v, 0), (v + rng.normal(0, 0.01), 1)]) for v in x[1:-1]])
        hand.strokes([bounds.arc((0, 0.5), (0.5, rng.uniform(0.3, 0.7)), (1, 0.5))])
    else:
        for left, right in pairwise(x):
            reach = rng.uniform(0.3, 0.5)
            hand.shape(bounds([(left, 0), (right, 0), ((left + right) / 2, reach)]), hand.bare)
            hand.shape(bounds([(left, 1), (right, 1), ((left + right) / 2, 1 - reach)]), hand.bare)
    hand.tags.add("teeth")


def piano(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """White and black keys."""
    count = int(np.clip(bounds.stretch * rng.uniform(2, 6), 4, 30))
    hand = hand.finer(bounds.size * bounds.stretch / count * 0.25)
    hand.shape(bounds(box(0, 0, 1, 1)), hand.bare)
    hand.strokes([bounds([(v, 0), (v, 1)]) for v in np.linspace(0, 1, count + 1)[1:-1]])
    for index in range(count - 1):
        if index % 7 not in (2, 6):
            x = (index + 1) / count
            hand.shape(bounds(box(x - 0.3 / count, 0, x + 0.3 / count, 0.6)), hand.ink, 0)
    hand.tags.add("piano_keys")


def stripes(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A patch of stripes, checks or bricks."""
    rows = int(np.clip(bounds.size / rng.uniform(4, 40), 2, 16))
    columns = int(np.clip(rows * bounds.stretch, 2, 24))
    hand = hand.finer(bounds.size / rows * 0.3)
    hand.shape(bounds(box(0, 0, 1, 1)), hand.paper)
    kind = rng.integers(4)
    if kind == 0:
        for index in range(0, columns, 2):
            hand.shape(bounds(box(index / columns, 0, (index + 1) / columns, 1)), hand.ink, 0)
    elif kind == 1:
        for row in range(rows):
            for column in range(row % 2, columns, 2):
                cell = box(column / columns, row / rows, (column + 1) / columns, (row + 1) / rows)
                hand.shape(bounds(cell), hand.ink, 0)
    elif kind == 2:
        for index in range(0, rows, 2):
            hand.shape(bounds(box(0, index / rows, 1, (index + 1) / rows)), hand.accent)
    else:
        lines = [[(0, row / rows), (1, row / rows)] for row in range(1, rows)]
        for row in range(rows):
            x = (np.arange(columns // 2) * 2 + row % 2 + 0.5) / columns
            lines += [[(v, row / rows), (v, (row + 1) / rows)] for v in x]
        hand.strokes([bounds(line) for line in lines])
    hand.tags.add("stripes")


def clock(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A dial with ticks and hands but no digits."""
    hand = hand.finer(bounds.size * 0.06)
    hand.shape(bounds.round(0.5, 0.5, 0.5, 0.5, 40), hand.paper)
    turn = np.linspace(0, 2 * np.pi, int(rng.choice([4, 12, 12, 24, 60])), endpoint=False)
    rim = np.stack([np.cos(turn), np.sin(turn)], 1)
    hand.strokes(list(bounds(np.stack([0.5 + rim * 0.44, 0.5 + rim * rng.uniform(0.33, 0.4)], 1))), hand.pen * 0.8)
    for reach in (0.22, 0.34):
        angle = rng.uniform(0, 2 * np.pi)
        tip = (0.5 + reach * np.cos(angle), 0.5 + reach * np.sin(angle))
        hand.brush(bounds([(0.5, 0.5), tip]), hand.pen * 1.6, (1, 0.3))
    hand.tags.add("clock")

"""Eyes, noses and mouths of cartoons in a few ink strokes; each fills its place, alone or in a face."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand, Motif
from textrm.synth.values import Rng


def eye(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """One eye of a random make."""
    (eye_pair_maker(rng))(rng, hand, bounds)


def eye_pair_maker(rng: Rng) -> Motif:
    """A way to draw eyes that gives two eyes alike."""
    make = _EYES[rng.choice(len(_EYES), p=_EYE_ODDS)]
    gaze = (float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.35, 0.65)))
    size, wide = float(rng.uniform(0.14, 0.4)), float(rng.uniform(0.3, 0.5))

    def draw(rng: Rng, hand: Hand, bounds: Bounds) -> None:
        make(hand, bounds, gaze, size, wide)
        hand.tags.add("eyes")

    return draw


def _dot(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    r = max(size * 0.7, 0.7 / max(bounds.size, 1))
    hand.shape(bounds.round(0.5, 0.5, r, r * min(2.0, 0.48 / r, wide * 3.4)), hand.ink, 0)


def _bean(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    hand.shape(bounds.round(0.5, 0.5, min(0.45, size * 0.8), 0.48), hand.ink, 0)
    if bounds.size > 14:
        hand.shape(bounds.round(0.5 + size * 0.2, 0.25, size * 0.28, 0.12), hand.bare, 0)


def _ring(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    hand.shape(bounds.round(0.5, 0.5, wide, 0.5), hand.bare)
    hand.shape(bounds.round(*gaze, size * 0.5, size * 0.6), hand.ink, 0)


def _lidded(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    _ring(hand, bounds, (gaze[0], 0.62), size, 0.5)
    lid = np.concatenate([bounds.arc((0, 0.5), (0.05, 0), (0.5, 0)), bounds.arc((0.5, 0), (0.95, 0), (1, 0.5))])
    hand.shape(lid, hand.paper or hand.bare)


def _almond(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    upper, lower = bounds.arc((0, 0.55), (0.5, -0.1), (1, 0.5)), bounds.arc((1, 0.5), (0.5, 1.05), (0, 0.55))
    hand.shape(np.concatenate([upper, lower]), hand.bare, hand.pen * 0.7)
    hand.shape(bounds.round(gaze[0], 0.5, min(0.24, size), 0.24), hand.accent, hand.pen * 0.6)
    hand.shape(bounds.round(gaze[0], 0.5, 0.09, 0.11, 10), hand.ink, 0)
    hand.brush(upper, hand.pen * 1.8)


def _closed(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    bend = 0.95 if gaze[0] > 0.5 else 0.05
    hand.strokes([bounds.arc((0, 0.5), (0.5, bend), (1, 0.5))], hand.pen * 1.2)


def _cross(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    lines = [[(0.1, 0.1), (0.9, 0.9)], [(0.9, 0.1), (0.1, 0.9)]]
    if wide < 0.4:  # squeezed shut: > and <
        lines = [[(0.1, 0.1), (0.8, 0.5)], [(0.8, 0.5), (0.1, 0.9)]]
    hand.strokes([bounds(line) for line in lines], hand.pen * 1.2)


def _dash(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    tilt = gaze[0] - 0.5
    hand.brush(bounds.arc((0.05, 0.5 - tilt), (0.5, 0.5), (0.95, 0.5 + tilt)), hand.pen * 2, (0.6, 0.3))


def _spiral(hand: Hand, bounds: Bounds, gaze: tuple[float, float], size: float, wide: float) -> None:
    t = np.linspace(0.5, 14, 60)
    r = t / 14 * 0.48
    hand.strokes([bounds(np.stack([0.5 + r * np.cos(t), 0.5 + r * np.sin(t)], 1))], hand.pen * 0.8)


_EYES = (_dot, _bean, _ring, _lidded, _almond, _closed, _cross, _dash, _spiral)
_EYE_ODDS = (0.24, 0.15, 0.22, 0.09, 0.08, 0.09, 0.04, 0.06, 0.03)


def nose(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A potato, a hook, a wedge, nostrils or a bare arc."""
    skin = hand.paper or (hand.bare if rng.random() < 0.5 else None)
    choice = rng.random()
    if choice < 0.3:
        hand.shape(bounds.round(0.5, 0.5, 0.5, 0.5), skin)
    elif choice < 0.4:
        hand.shape(bounds.round(0.5, 0.5, 0.5, rng.uniform(0.3, 0.5)), hand.accent)
        hand.shape(bounds.round(0.35, 0.35, 0.12, 0.1, 10), hand.bare, 0)
    elif choice < 0.55:  # U
        hand.strokes([bounds.arc((0.05, 0), (0, 1.3), (1, 1.3), (0.95, 0))])
    elif choice < 0.7:  # a hook
        hand.strokes([bounds([(0.5, 0), (0.95, 0.85), (0.2, 1)])])
    elif choice < 0.8:
        hand.shape(bounds([(0.5, 0.1), (1, 0.9), (0, 0.9)]), skin)
    elif choice < 0.9:
        for x in (0.2, 0.8):
            hand.shape(bounds.round(x, 0.7, 0.1, 0.14, 10), hand.ink, 0)
    else:
        hand.strokes([bounds.arc((0, 0.4), (0.5, 1.4), (1, 0.4))])
    hand.tags.add("noses")


def mouth(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A smile, a frown, a wave, a line with ticks, an open mouth with teeth or a tongue, a beard of strokes."""
    bend = rng.uniform(0.4, 1.0)
    choice = rng.random()
    if choice < 0.3:
        low, high = (0.5 + bend / 2, 0.5 - bend / 2) if rng.random() < 0.7 else (0.5 - bend / 2, 0.5 + bend / 2)
        hand.strokes([bounds.arc((0, high), (0.5, 2 * low - high), (1, high))], hand.pen * 1.1)
        if rng.random() < 0.4:
            above, below = max(0, high - 0.2), min(1, high + 0.2)
            ends = [[(x - 0.03, above), (x + 0.05, high), (x - 0.03, below)] for x in (0.05, 0.95)]
            hand.strokes([bounds.arc(*end) for end in ends])
    elif choice < 0.45:
        x = np.linspace(0, 1, 33)
        y = 0.5 + 0.3 * bend * np.sin(x * np.pi * rng.integers(2, 8))
        hand.strokes([bounds(np.stack([x, y], 1))])
    elif choice < 0.55:
        hand.strokes([bounds([(0, 0.5), (1, rng.uniform(0.3, 0.7))])])
    elif choice < 0.65:
        r = rng.uniform(0.15, 0.35)
        hand.shape(bounds.round(0.5, 0.5, r, 0.48), hand.ink if rng.random() < 0.6 else hand.bare)
    elif choice < 0.93:
        _open_mouth(rng, hand, bounds)
    else:
        x = np.linspace(0, 1, int(rng.integers(5, 14)))
        hand.strokes([bounds([(v, 0.1), (v + 0.0, 0.9)]) for v in x] + [bounds([(0, 0.5), (1, 0.5)])])
    hand.tags.add("mouths")


def _open_mouth(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A half moon, mostly dark inside, with a row of teeth above and a tongue below."""
    dark = rng.random() < 0.7
    lip = bounds.arc((0, 0.1), (0.5, rng.uniform(0.1, 0.4)), (1, 0.1))
    jaw = bounds.arc((1, 0.1), (0.9, 1.25), (0.1, 1.25), (0, 0.1), count=16)
    hand.shape(np.concatenate([lip, jaw]), hand.ink if dark else hand.bare)
    if rng.random() < 0.5:
        hand.shape(bounds.round(0.5, 0.78, 0.22, 0.12), hand.accent, hand.pen * 0.6)
    if rng.random() < 0.6:
        teeth = np.array([(0.1, 0.2), (0.9, 0.2), (0.8, 0.45), (0.2, 0.45)])
        hand.shape(bounds(teeth), hand.bare, hand.pen * 0.6)
        gaps = np.linspace(0.2, 0.8, int(rng.integers(2, 9)))[1:-1]
        hand.strokes([bounds([(x, 0.2), (x, 0.45)]) for x in gaps], hand.pen * 0.6)

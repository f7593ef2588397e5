"""Shapes of balloons around a block of text, and their tails. All outlines are closed and lie around the origin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from textrm.synth.drawing.common.strokes import Curve, bezier, box, ellipse
from textrm.synth.values import Rng

Body = Callable[[Rng, float, float], Curve]
"""Gives an outline that holds a text of 2 a x 2 b pixels."""


def superellipse(rng: Rng, a: float, b: float, power: float, rough: float = 0.0, count: int = 64) -> Curve:
    """|x/p|^power + |y/q|^power = 1 through the corner (a, b) of the text; ``rough`` makes it wobble."""
    grow = 2 ** (1 / power)
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)
    x = a * grow * np.sign(cos) * np.abs(cos) ** (2 / power)
    y = b * grow * np.sign(sin) * np.abs(sin) ** (2 / power)
    if rough:
        waves = sum(rng.normal(0, 1 / k) * np.sin(k * angle + rng.uniform(0, 6.28)) for k in range(2, 6))
        x, y = x * (1 + rough * waves), y * (1 + rough * waves)
    return np.stack([x, y], 1)


def oval(rng: Rng, a: float, b: float) -> Curve:
    """A plain ellipse or something between it and a rectangle."""
    return superellipse(rng, a, b, rng.uniform(2.0, 3.5))


def wobbly(rng: Rng, a: float, b: float) -> Curve:
    """An oval drawn by hand."""
    return superellipse(rng, a * 1.04, b * 1.04, rng.uniform(2.0, 4.0), rng.uniform(0.01, 0.04))


def rounded(rng: Rng, a: float, b: float) -> Curve:
    """A rectangle with rounded corners."""
    return superellipse(rng, a, b, rng.uniform(4, 9))


def rectangle(rng: Rng, a: float, b: float) -> Curve:
    """A box, sometimes slanted."""
    lean = rng.normal(0, 0.12) * b if rng.random() < 0.2 else 0.0
    a += abs(lean)
    return box(-a, -b, a, b) + np.array([[lean, 0], [lean, 0], [-lean, 0], [-lean, 0]])


def octagon(rng: Rng, a: float, b: float) -> Curve:
    """A box without its corners, or a rough polygon."""
    cut = rng.uniform(0.25, 0.6) * min(a, b)
    a, b = a + cut * 0.4, b + cut * 0.4
    upper = np.array([(-a, cut - b), (cut - a, -b), (a - cut, -b), (a, cut - b)])
    return np.concatenate([upper, -upper]) + rng.normal(0, cut * 0.12, (8, 2))


def cloud(rng: Rng, a: float, b: float) -> Curve:
    """Bulges all round."""
    base = superellipse(rng, a * 1.08, b * 1.08, 2.2, 0.0, 180)
    bulges = rng.integers(7, 16)
    lift = np.abs(np.sin(np.linspace(0, np.pi * bulges, 180, endpoint=False) + rng.uniform(0, 3)))
    return base * (1 + rng.uniform(0.08, 0.2) * lift)[:, None]


def burst(rng: Rng, a: float, b: float) -> Curve:
    """Spikes of unequal lengths all round."""
    spikes = int(rng.integers(10, 30))
    angle = np.linspace(0, 2 * np.pi, spikes * 2, endpoint=False) + rng.normal(0, 0.25 / spikes, spikes * 2)
    outer = np.arange(spikes * 2) % 2 == 1
    radius = np.where(outer, 1.15 + rng.exponential(0.14, spikes * 2).clip(0, 0.6), rng.uniform(0.98, 1.06, spikes * 2))
    corner = np.stack([np.cos(angle) * a, np.sin(angle) * b], 1) * np.sqrt(2) * radius[:, None]
    if rng.random() < 0.4:
        return corner
    # Concave sides: each edge sags towards the middle, as drawn with a brush.
    sag = (corner + np.roll(corner, -1, 0)) / 2 * 0.97
    return np.stack([corner, sag], 1).reshape(-1, 2)


def electric(rng: Rng, a: float, b: float) -> Curve:
    """A jagged outline of small teeth: radio, shouting."""
    base = superellipse(rng, a * 1.06, b * 1.06, rng.uniform(2.2, 4), 0.0, int(rng.integers(24, 70)) * 2)
    return (
        base * (1 + rng.uniform(0.03, 0.12) * (np.arange(len(base)) % 2 - 0.5 + rng.normal(0, 0.2, len(base))))[:, None]
    )


def flash(rng: Rng, a: float, b: float) -> Curve:
    """The white middle of a flash balloon."""
    return superellipse(rng, a, b, 2.0, 0.0, 96)


def flash_rays(rng: Rng, outline: Curve) -> list[Curve]:
    """Dense strokes that point at the middle, all round an outline."""
    count = int(rng.integers(60, 240))
    start = outline[rng.integers(0, len(outline), count)] * rng.uniform(0.97, 1.05, (count, 1))
    end = start * rng.uniform(1.15, 1.5, (count, 1))
    return list(np.stack([start, end], 1))


def pointed_tail(rng: Rng, outline: Curve, reach: float) -> list[Curve]:
    """A tail that bends from the balloon to a point."""
    foot = outline[rng.integers(len(outline))]
    if rng.random() < 0.7:
        foot = outline[np.argsort(outline[:, 1])[-max(2, len(outline) // 4) :]][rng.integers(max(2, len(outline) // 4))]
    length = rng.uniform(0.2, 0.9) * min(reach, 90) + 6
    direction = foot / (np.linalg.norm(foot) + 1e-6)
    aside = np.array([-direction[1], direction[0]])
    tip = foot + direction * length + aside * rng.normal(0, 0.5) * length
    half = rng.uniform(0.08, 0.22) * min(reach, 80) + 1.5
    bend = aside * rng.normal(0, 0.3) * length
    root = foot * 0.85
    first, second = root + aside * half, root - aside * half
    middle = (root + tip) / 2 + bend
    left = bezier([first, middle + aside * half * 0.4, tip], 9)
    right = bezier([tip, middle - aside * half * 0.4, second], 9)
    return [np.concatenate([left, right])]


def thought_tail(rng: Rng, outline: Curve, reach: float) -> list[Curve]:
    """A row of shrinking bubbles."""
    foot = outline[rng.integers(len(outline))]
    direction = foot / (np.linalg.norm(foot) + 1e-6)
    bubbles, at, r = [], foot + direction * 3, rng.uniform(0.06, 0.14) * min(reach, 90) + 2
    for _ in range(rng.integers(2, 4)):
        at = at + direction * r * 1.3 + rng.normal(0, r * 0.3, 2)
        bubbles.append(ellipse(at[0], at[1], r, r * 0.85, count=20))
        at = at + direction * r * 1.3
        r *= 0.7
    return bubbles


ODDS: dict[Body, float] = {
    oval: 0.3, wobbly: 0.2, rounded: 0.14, rectangle: 0.1, octagon: 0.06, cloud: 0.07, burst: 0.06, electric: 0.04,
    flash: 0.03,
}  # fmt: skip
"""How often each shape is drawn."""
TAGS: dict[Body, str] = {
    oval: "oval_balloon", wobbly: "oval_balloon", rounded: "rounded_balloon", rectangle: "caption_box",
    octagon: "polygon_balloon", cloud: "cloud_balloon", burst: "burst_balloon", electric: "electric_balloon",
    flash: "flash_balloon",
}  # fmt: skip
ROUND = frozenset({oval, wobbly, cloud, burst, flash})
"""Shapes whose text may follow an ellipse."""


def random_body(rng: Rng) -> Body:
    """One of the shapes, by ODDS."""
    return list(ODDS)[rng.choice(len(ODDS), p=list(ODDS.values()))]

"""How very large lettering is coloured: solid, outlined once or twice, hollow, filled with a pattern, glowing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from textrm.synth.inks.dresses import CONTRAST, contrast, shadow_of, stands_out, vivid
from textrm.synth.inks.effects import Dress, without_color
from textrm.synth.values import BLACK, WHITE, Background, Color, Rng

Dressing = Callable[[Rng, Dress, Color, float], Dress]


def large_dress(rng: Rng, size: float, background: Background, monochrome: bool) -> Dress:
    """A dress for letters ``size`` px high that can be told from ``background`` (mean RGB, None = unknown or uneven).

    Outlines grow with the letters: 1 to 9 % of their height, where those of ``effect_dress`` stop at 9 px.
    """
    inks = [BLACK, WHITE, vivid(rng)]
    ink = inks[rng.choice(3, p=[0.5, 0.5, 0.0] if monochrome else [0.36, 0.34, 0.3])]
    light = 0.3 * ink[0] + 0.6 * ink[1] + 0.1 * ink[2] > 110
    other = BLACK if light else WHITE
    if not monochrome and rng.random() < 0.2:
        other = vivid(rng)
        if contrast(other, np.array(ink, np.float32)) < CONTRAST:
            other = BLACK if light else WHITE
    weights = np.array([share for _, share in DRESSINGS])
    dressing = DRESSINGS[rng.choice(len(DRESSINGS), p=weights / weights.sum())][0]
    dress = dressing(rng, Dress(ink, hard=rng.random() < 0.08), other, size)
    if rng.random() < 0.06:
        dress = replace(dress, opacity=float(rng.uniform(0.45, 0.9)))
    if background is None:
        if len(dress.outlines) + (not dress.hollow) == 1 and rng.random() < 0.5:  # of two colours, one shows anywhere
            last = dress.outlines[-1][1] if dress.hollow else dress.ink
            dress = replace(dress, outlines=(*dress.outlines, (_line(rng, size), BLACK if sum(last) > 380 else WHITE)))
    elif not stands_out(dress, background):
        ink = BLACK if background.mean() > 110 else WHITE
        dress = replace(dress, ink=ink, pattern="flat", outlines=(), hollow=False, opacity=1.0)
    return without_color(dress) if monochrome else dress


def _solid(rng: Rng, dress: Dress, other: Color, size: float) -> Dress:
    return dress


def _outlined(rng: Rng, dress: Dress, other: Color, size: float) -> Dress:
    dress = replace(dress, outlines=((_line(rng, size), other),))
    return _pattern(rng, dress, size) if rng.random() < 0.2 else dress


def _twice_outlined(rng: Rng, dress: Dress, other: Color, size: float) -> Dress:
    return replace(dress, outlines=((_line(rng, size), other), (_line(rng, size), dress.ink)))


def _hollow(rng: Rng, dress: Dress, other: Color, size: float) -> Dress:
    outlines: tuple[tuple[float, Color], ...] = ((_line(rng, 0.7 * size), dress.ink),)
    if rng.random() < 0.35:
        outlines += ((_line(rng, 0.7 * size), other),)
    return replace(dress, outlines=outlines, hollow=True)


def _patterned(rng: Rng, dress: Dress, other: Color, size: float) -> Dress:
    dress = _pattern(rng, dress, size)
    return replace(dress, outlines=((_line(rng, size), other),)) if rng.random() < 0.75 else dress


def _glowing(rng: Rng, dress: Dress, other: Color, size: float) -> Dress:
    if rng.random() < 0.35:
        dress = replace(dress, outlines=((_line(rng, 0.5 * size), other),))
    halo = other if rng.random() < 0.6 else dress.ink
    return replace(dress, glow=(float(rng.uniform(0.03, 0.16) * size), float(rng.uniform(0.5, 1.0)), halo))


def _shaded(rng: Rng, dress: Dress, other: Color, size: float) -> Dress:
    if rng.random() < 0.5:
        dress = replace(dress, outlines=((_line(rng, size), other),))
    distance, angle = size * rng.uniform(0.03, 0.1), rng.uniform(0, 6.28)
    blur = 0.0 if rng.random() < 0.55 else float(rng.uniform(0.01, 0.04) * size)
    return replace(dress, shadow=shadow_of(rng, distance, angle, blur, other))


DRESSINGS: tuple[tuple[Dressing, float], ...] = (
    (_solid, 0.24), (_outlined, 0.26), (_twice_outlined, 0.1), (_hollow, 0.16), (_patterned, 0.1), (_glowing, 0.09),
    (_shaded, 0.05),
)  # fmt: skip


def _line(rng: Rng, size: float) -> float:
    """Width of an outline in px: mostly thin, now and then a heavy one."""
    return float(max(np.exp(rng.uniform(np.log(0.012), np.log(0.09))) * size, 1.2))


def _pattern(rng: Rng, dress: Dress, size: float) -> Dress:
    pattern = ["gradient", "hatch", "dots", "split"][rng.choice(4, p=[0.5, 0.2, 0.2, 0.1])]
    second = [vivid(rng), WHITE, BLACK][rng.choice(3, p=[0.5, 0.25, 0.25])]
    angle, pitch = float(rng.uniform(0, 180)), float(rng.uniform(4, max(0.1 * size, 6)))
    return replace(dress, pattern=pattern, second=second, angle=angle, pitch=pitch)

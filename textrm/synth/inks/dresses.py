"""Random colours and effects, chosen so that lettering can be read on what lies behind it."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from textrm.data.masks import VISIBLE
from textrm.synth.inks.effects import Dress, Shadow, without_color
from textrm.synth.values import BLACK, WHITE, Background, Color, Rng, rgb

T = TypeVar("T")
CONTRAST = 40  # grey levels that ink or outline differs from the background by, in some channel
LOW_CONTRAST = 0.03  # share of lettering that may be as faint as FAINT
FAINT = VISIBLE + 6  # grey levels that the faintest ink differs by: enough for the mask to have it


def dialogue_dress(rng: Rng, size: float, background: Background, ink: Color | None, plain: bool | None) -> Dress:
    """Mostly flat ink; on an unknown background, or now and then, with outline, shadow or glow."""
    hard = rng.random() < 0.12
    known = background is not None
    if ink is None:
        ink = _ink(rng, background) if known else _pick(rng, [BLACK, WHITE, vivid(rng)], [0.5, 0.35, 0.15])
    if plain or (plain is None and rng.random() < (0.9 if known else 0.25)):
        if background is not None and not plain and contrast(ink, background) < CONTRAST:
            ink = _ink(rng, background) if rng.random() > LOW_CONTRAST else ink
        return Dress(ink, hard=hard)
    return _effects(rng, ink, background, size, hard, outline=0.75, shadow=0.15, glow=0.15)


def effect_dress(rng: Rng, size: float, background: Background, ink: Color | None, monochrome: bool) -> Dress:
    """Large lettering: outlines, patterns, hollow letters, see-through inks."""
    hard = rng.random() < 0.1
    if ink is None:
        colors = [BLACK, WHITE, vivid(rng), vivid(rng)]
        ink = _pick(rng, colors, [0.6, 0.4, 0, 0] if monochrome else [0.3, 0.2, 0.25, 0.25])
    dress = _effects(rng, ink, background, size, hard, outline=0.75, shadow=0.12, glow=0.1, effect=True)
    return without_color(dress) if monochrome else dress


def meme_dress(rng: Rng, size: float, background: Background) -> Dress:
    """White with a black outline; plain dark ink where a light background is known."""
    if background is not None and background.min() > 190 and rng.random() < 0.85:
        return Dress(_pick(rng, [BLACK, (30, 30, 30)], [0.8, 0.2]))
    ink = _pick(rng, [WHITE, (255, 255, 0), vivid(rng), BLACK], [0.85, 0.05, 0.05, 0.05])
    if background is not None and rng.random() < 0.15 and contrast(ink, background) >= CONTRAST:
        return Dress(ink)
    edge = WHITE if sum(ink) < 200 else BLACK
    width = max(size * rng.uniform(0.03, 0.11), 1.0)
    shadow = (width, width, float(rng.choice([0.0, 2.0])), 0.8, edge) if rng.random() < 0.12 else None
    outlines = () if shadow and rng.random() < 0.5 else ((float(width), edge),)
    return Dress(ink, outlines=outlines, shadow=shadow)


def contrast(color: Color, background: np.ndarray) -> float:
    """The largest difference in one channel, 0 to 255."""
    return float(np.abs(np.array(color, np.float32) - background).max())


def _brightness_step(color: Color, background: np.ndarray) -> float:
    """How much lighter or darker a colour is, in grey levels."""
    return abs(float(np.dot((0.299, 0.587, 0.114), np.array(color, np.float32) - background)))


def _effects(
    rng: Rng, ink: Color, background: Background, size: float, hard: bool,
    outline: float, shadow: float, glow: float, effect: bool = False,
) -> Dress:  # fmt: skip
    edge = _against(rng, ink)
    outlines: tuple[tuple[float, Color], ...] = ()
    widest = min(0.14 * size, 9.0) if effect else min(0.16 * size, 5.0)
    if rng.random() < outline:
        outlines = ((float(max(rng.uniform(0.25, 1.0) * widest, 1.0)), edge),)
        if rng.random() < (0.3 if effect else 0.1):
            outlines += ((float(max(rng.uniform(0.25, 1.0) * widest, 1.0)), _against(rng, edge)),)
    hollow = effect and bool(outlines) and rng.random() < 0.14
    pattern, second = "flat", None
    if effect and rng.random() < 0.35:
        pattern = _pick(rng, ["gradient", "hatch", "dots", "split"], [0.7, 0.1, 0.1, 0.1])
        second = _pick(rng, [vivid(rng), WHITE, BLACK], [0.5, 0.25, 0.25])
    elif rng.random() < 0.04:
        pattern, second = "gradient", vivid(rng)
    cast = halo = None
    if rng.random() < shadow:
        distance = size * rng.uniform(0.04, 0.12)
        angle = rng.uniform(0.1, 1.4) if rng.random() < 0.8 else rng.uniform(0, 6.28)
        blur = 0.0 if rng.random() < 0.6 else float(rng.uniform(0.5, 0.08 * size + 0.6))
        dark = BLACK if sum(ink) > 150 or outlines else vivid(rng)
        cast = shadow_of(rng, distance, angle, blur, dark)
    if rng.random() < glow:
        halo = (float(max(rng.uniform(0.06, 0.2) * size, 1.5)), float(rng.uniform(0.5, 1)), edge)
    opacity = float(rng.uniform(0.4, 0.9)) if rng.random() < (0.1 if effect else 0.03) else 1.0
    dress = Dress(
        ink, second, pattern, float(rng.uniform(0, 180)) if rng.random() < 0.5 else 90.0, float(rng.uniform(4, 14)),
        outlines, cast, halo, hollow, opacity, hard,
    )  # fmt: skip
    if not _readable(dress, background) and rng.random() > LOW_CONTRAST:
        outlines = ((max(0.08 * size, 1.0), _ink(rng, background)),)
        return replace(dress, outlines=outlines, hollow=False, opacity=1.0, hard=False)
    return dress


def shadow_of(rng: Rng, distance: float, angle: float, blur: float, color: Color) -> Shadow:
    """A shadow ``distance`` px away in a direction (radians), half to fully opaque."""
    return float(distance * np.cos(angle)), float(distance * np.sin(angle)), blur, float(rng.uniform(0.5, 1)), color


def stands_out(dress: Dress, background: np.ndarray) -> bool:
    """Whether some part of a letter differs from the background by CONTRAST or more."""
    colors = [color for _, color in dress.outlines] + ([] if dress.hollow else [dress.ink])
    return max(contrast(color, background) for color in colors) * dress.opacity >= CONTRAST


def _readable(dress: Dress, background: Background) -> bool:
    if background is None:
        return bool(dress.outlines) or sum(dress.ink) in (0, 765)
    return stands_out(dress, background)


def _ink(rng: Rng, background: Background) -> Color:
    """A colour that stands out: mostly black or white, whichever is further, else a colour."""
    if background is None:
        return BLACK
    far = BLACK if background.mean() > 110 else WHITE
    faint = rng.random() < LOW_CONTRAST
    for _ in range(6):
        grey = int(rng.integers(0, 90))
        near = (grey, grey, grey) if far == BLACK else (255 - grey, 255 - grey, 255 - grey)
        color = _pick(rng, [far, near, vivid(rng)], [0.7, 0.15, 0.15])
        if faint:
            step = int(rng.integers(FAINT, CONTRAST)) * (-1 if far == BLACK else 1)
            color = rgb(np.clip(background + step, 0, 255))
        if contrast(color, background) >= FAINT and (faint or _brightness_step(color, background) >= CONTRAST):
            return color
    return far


def _against(rng: Rng, color: Color) -> Color:
    """An outline colour that differs from the fill: black or white mostly."""
    light = 0.3 * color[0] + 0.6 * color[1] + 0.1 * color[2]
    other = WHITE if light < 110 else BLACK
    chosen = _pick(rng, [other, vivid(rng)], [0.85, 0.15])
    return chosen if max(abs(a - b) for a, b in zip(chosen, color, strict=True)) >= CONTRAST else other


def vivid(rng: Rng) -> Color:
    """Any hue, from pale to full and from dark to bright."""
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.35, 1), rng.uniform(0.25, 1))
    return (int(255 * red), int(255 * green), int(255 * blue))


def _pick(rng: Rng, items: Sequence[T], weights: Sequence[float]) -> T:
    return items[int(rng.choice(len(items), p=weights))]

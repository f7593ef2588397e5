"""The few colours of one page: greys for black-and-white pages, a handful of related hues for coloured ones."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.values import Color, Rng


@dataclass(frozen=True, slots=True)
class Palette:
    """``hues`` (0 to 1) are those of the page, ``saturation`` its usual one; without ``color`` everything is grey."""

    color: bool
    hues: tuple[float, ...]
    saturation: float
    ink: Color

    def pick(self, rng: Rng, low: int = 60, high: int = 245) -> Color:
        """A colour of the page whose value lies between ``low`` and ``high``."""
        hue = self.hues[rng.integers(len(self.hues))] + rng.normal(0, 0.02)
        return self.at(hue, self.saturation * rng.uniform(0.4, 1.3), int(rng.integers(low, high + 1)))

    def near(self, rng: Rng, hue: float, low: int = 60, high: int = 245, vivid: float = 1.0) -> Color:
        """A colour near a given hue (sky, leaves, skin): the value between ``low`` and ``high``."""
        saturation = min(1.0, (0.3 + 0.5 * self.saturation) * vivid)
        return self.at(hue + rng.normal(0, 0.025), saturation * rng.uniform(0.7, 1.2), int(rng.integers(low, high + 1)))

    def skin(self, rng: Rng) -> Color:
        """Skin of a drawn figure, or an animal's or alien's coat."""
        if not self.color:
            value = 255 if rng.random() < 0.7 else int(rng.integers(150, 250))
            return (value, value, value)
        if rng.random() < 0.15:
            return self.pick(rng, 120, 250)
        return self.at(rng.uniform(0.04, 0.09), rng.uniform(0.15, 0.6), int(rng.integers(110, 256)))

    def at(self, hue: float, saturation: float, value: int) -> Color:
        """The colour itself, or the grey of this value."""
        value = int(np.clip(value, 0, 255))
        if not self.color:
            return (value, value, value)
        red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, float(np.clip(saturation, 0, 1)), value / 255)
        return (round(red * 255), round(green * 255), round(blue * 255))


Drawing = Callable[[Canvas, Rng, Palette], None]
"""Draws something in the colours of a page and adds its tags."""


def random_palette(rng: Rng, color: bool) -> Palette:
    """Two to four hues: neighbours, complements or anything; from nearly grey to poster-like."""
    first = rng.random()
    others = first + rng.choice([0.04, 0.08, 0.33, 0.5, 0.62, 0.92], size=int(rng.integers(1, 4)))
    saturation = float(rng.choice([0.15, 0.35, 0.55, 0.8], p=[0.15, 0.3, 0.35, 0.2]))
    ink: Color = (0, 0, 0)
    if color and rng.random() < 0.35:
        red, green, blue = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.2, 0.8), rng.uniform(0.08, 0.35))
        ink = (round(red * 255), round(green * 255), round(blue * 255))
    elif rng.random() < 0.3:
        level = int(rng.integers(5, 60))
        ink = (level, level, level)
    return Palette(color, (first, *(float(hue) for hue in others)), saturation, ink)

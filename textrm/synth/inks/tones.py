"""Inks close to their ground: lettering that is hard to see."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.synth.inks.dresses import FAINT, contrast
from textrm.synth.values import Box, Color, Rng, rgb

STEPS = 2.0, 15.0  # difference in lightness, L* of CIELAB 1976
EVEN = 10.0  # standard deviation, in grey levels, up to which a ground is of one colour


def near_tone(rng: Rng, ground: np.ndarray, color: bool) -> Color:
    """An ink 2 to 15 L* lighter or darker than ``ground`` (RGB 0 to 255, (3,)), of about its hue or of another.

    It differs by FAINT levels or more in some channel, so that the mask has it; greys, which have one channel, lie at
    the far end of the range.
    """
    lightness, green_red, blue_yellow = lab(ground)
    for attempt in range(24):
        step = rng.uniform(*STEPS) * (1 if rng.random() < 0.5 else -1)
        reach, turn = rng.uniform(0, 10 + 3 * attempt), rng.uniform(0, 2 * np.pi)
        off = (reach * np.cos(turn), reach * np.sin(turn)) if color else (-green_red, -blue_yellow)
        found = _rgb(np.array([lightness + step, green_red + off[0], blue_yellow + off[1]]))
        if contrast(found, ground) >= FAINT and STEPS[0] <= abs(lab(np.array(found))[0] - lightness) <= STEPS[1]:
            return found
    level = ground.mean() + (FAINT + 4) * (-1 if ground.mean() > 127 else 1)
    return rgb(np.clip(ground + level - ground.mean(), 0, 255))


def even_ground(picture: np.ndarray, box: Box) -> np.ndarray | None:
    """The mean RGB under a box of a picture (H W 3 uint8), or None where it is not of one colour."""
    x0, y0, x1, y1 = (int(max(0, v)) for v in box)
    view = picture[y0:y1, x0:x1][::3, ::3].reshape(-1, 3)
    return view.mean(0) if len(view) and view.std(0).max() <= EVEN else None


def lab(color: np.ndarray) -> np.ndarray:
    """L*, a*, b* (3,) of an sRGB colour (3,) in 0 to 255."""
    return cv2.cvtColor((color / 255).astype(np.float32)[None, None], cv2.COLOR_RGB2Lab)[0, 0].astype(np.float64)


def _rgb(values: np.ndarray) -> Color:
    values = values.clip((0, -127, -127), (100, 127, 127))
    red, green, blue = cv2.cvtColor(values.astype(np.float32)[None, None], cv2.COLOR_Lab2RGB)[0, 0] * 255
    return round(float(red)), round(float(green)), round(float(blue))

"""How fills become print: flat, washed, toned, hatched. Every finish takes a canvas and returns H W 3 uint8 RGB."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.screentone import ANGLES, PITCHES, color_dots, dots, grain, halftone, hatching, lines
from textrm.synth.drawing.common.strokes import noise
from textrm.synth.drawing.common.texture import sensor_noise, shade
from textrm.synth.values import Rng

Finish = Callable[[Canvas, Rng], np.ndarray]


def flat(canvas: Canvas, rng: Rng) -> np.ndarray:
    """Fills as they are."""
    return canvas.flatten()


def washed(canvas: Canvas, rng: Rng) -> np.ndarray:
    """Watercolour or grey wash: fills shaded unevenly under the lines."""
    return canvas.flatten(shade(rng, canvas.fill, rng.uniform(0.15, 0.5)))


def painted(canvas: Canvas, rng: Rng) -> np.ndarray:
    """Digital painting: shaded fills with texture, faint lines, everything a little soft."""
    tone = sensor_noise(rng, shade(rng, canvas.fill, rng.uniform(0.3, 0.7)), rng.uniform(1, 7), gray=True)
    canvas.line[:] = cv2.convertScaleAbs(canvas.line, alpha=rng.choice([0.3, 0.5, 0.85]))
    picture = canvas.flatten(cv2.GaussianBlur(tone, (0, 0), rng.uniform(0.8, 3.0)))
    canvas.tags.add("painting")
    return cv2.GaussianBlur(picture, (0, 0), 0.6) if rng.random() < 0.5 else picture


def newsprint(canvas: Canvas, rng: Rng) -> np.ndarray:
    """Dots in three colours under the lines."""
    canvas.tags.update(("screentone", "color_dots"))
    return canvas.flatten(color_dots(canvas.fill, float(rng.choice(PITCHES[1:9])), rng.uniform(20, 120)))


def toned(canvas: Canvas, rng: Rng) -> np.ndarray:
    """Manga: greys as dots, lines or grain, now and then over a gradient or mottled light."""
    h, w = canvas.height, canvas.width
    gray: np.ndarray = canvas.fill[..., 0]
    if rng.random() < 0.35:  # light and shadow rubbed into the tone
        light = noise(rng, h, w, rng.uniform(1.5, 6), 2)
        gray = cv2.addWeighted(gray, 1.0, (light * 255).astype(np.uint8), -rng.uniform(0.3, 0.9), 90)
        gray[canvas.fill[..., 0] < 25] = 0
    choice = rng.random()
    if choice < 0.7:
        threshold = dots(h, w, float(rng.choice(PITCHES)), float(rng.choice(ANGLES)))
    elif choice < 0.88:
        threshold = lines(h, w, float(rng.choice(PITCHES)), float(rng.choice(ANGLES)))
    else:
        threshold = grain(rng, h, w, rng.uniform(0.8, 2.5))
    canvas.tags.add("screentone")
    tone = halftone(gray, threshold, float(rng.choice([2.0, 40.0, 110.0])))
    return canvas.flatten(cv2.merge([tone, tone, tone]))


def hatched(canvas: Canvas, rng: Rng) -> np.ndarray:
    """Pen and ink: greys as hatching and cross-hatching."""
    threshold = hatching(rng, canvas.height, canvas.width, float(rng.choice(PITCHES[2:])), float(rng.choice(ANGLES)))
    tone = halftone(canvas.fill[..., 0], threshold, rng.uniform(30, 120))
    canvas.tags.add("hatching")
    return canvas.flatten(cv2.merge([tone, tone, tone]))


def line_art(canvas: Canvas, rng: Rng) -> np.ndarray:
    """White paper and solid black only."""
    level = int(rng.integers(25, 110))
    tone = cv2.threshold(canvas.fill, level, 255, cv2.THRESH_BINARY)[1]
    canvas.tags.add("line_art")
    canvas.tags -= {"gradient", "flat_color"}
    return canvas.flatten(tone)


def hatched_color(canvas: Canvas, rng: Rng) -> np.ndarray:
    """Flat colours with black hatching in their shadows."""
    h, w = canvas.height, canvas.width
    light = (noise(rng, h, w, rng.uniform(2, 6), 2) * 255).astype(np.uint8)
    threshold = hatching(rng, h, w, float(rng.choice(PITCHES[3:])), float(rng.choice(ANGLES)))
    ink = halftone(cv2.convertScaleAbs(light, beta=90), threshold, 60)
    canvas.tags.add("hatching")
    return canvas.flatten(cv2.min(canvas.fill, cv2.merge([ink, ink, ink])))


COLOR: tuple[tuple[Finish, float], ...] = (
    (flat, 0.34), (washed, 0.22), (painted, 0.24), (newsprint, 0.12), (hatched_color, 0.08),
)  # fmt: skip
MONOCHROME: tuple[tuple[Finish, float], ...] = (
    (flat, 0.12), (washed, 0.08), (painted, 0.06), (toned, 0.48), (hatched, 0.1), (line_art, 0.16),
)  # fmt: skip


def random_finish(rng: Rng, color: bool) -> Finish:
    """One of the finishes that suit a coloured or a black-and-white page."""
    choices = COLOR if color else MONOCHROME
    return choices[rng.choice(len(choices), p=[weight for _, weight in choices])][0]

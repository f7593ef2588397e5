"""Coloured art as black-and-white print: grey wash, or inked lines over screentone."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.synth.drawing.common.screentone import ANGLES, PITCHES, dots, halftone, hatching, lines
from textrm.synth.values import Rng


def as_print(rng: Rng, art: np.ndarray) -> np.ndarray:
    """A grey H W 3 uint8 version of ``art`` (H W 3 uint8 RGB): half of the time grey wash, else screentone."""
    gray = cv2.cvtColor(art, cv2.COLOR_RGB2GRAY)
    curve = (np.linspace(0, 1, 256) ** rng.uniform(0.5, 1.1) * 255 * rng.uniform(1, 1.6)).clip(0, 255).astype(np.uint8)
    gray = cv2.LUT(gray, curve)
    if rng.random() < 0.5:
        gray = _print(rng, gray)
    return cv2.merge([gray, gray, gray])


def _print(rng: Rng, gray: np.ndarray) -> np.ndarray:
    """Tone for the greys; contours are inked where the art is darker than its surroundings."""
    height, width = gray.shape
    smooth = cv2.GaussianBlur(gray, (0, 0), rng.uniform(0.8, 2.5))
    if rng.random() < 0.4:  # cut the tone from few sheets, as by hand
        levels = int(rng.integers(3, 6))
        smooth = (np.rint(smooth / 255 * levels) * (255 / levels)).astype(np.uint8)
    pitch, angle = float(rng.choice(PITCHES[:9])), float(rng.choice(ANGLES))
    make = rng.random()
    if make < 0.75:
        threshold = dots(height, width, pitch, angle)
    elif make < 0.9:
        threshold = lines(height, width, pitch, angle)
    else:
        threshold = hatching(rng, height, width, max(pitch, 4.0), angle)
    tone = halftone(smooth, threshold, float(rng.choice([2.0, 30.0, 90.0])))
    # Difference of Gaussians finds contours (Winnemöller 2011); only its dark side is inked.
    fine = cv2.GaussianBlur(gray, (0, 0), 0.7)
    coarse = cv2.GaussianBlur(gray, (0, 0), 2.2)
    ink = cv2.subtract(coarse, fine)
    faint = int(rng.integers(4, 12))
    strength = (np.maximum(np.arange(256) - faint, 0) * rng.uniform(8, 30)).clip(0, 255)
    contour = cv2.LUT(ink, (255 - strength).astype(np.uint8))
    return cv2.min(tone, contour)

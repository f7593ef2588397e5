"""Screens drawn for tests, with the vectors that they were drawn from."""

from __future__ import annotations

import numpy as np


def frequencies(period: float, angle: float, lines: bool = False) -> np.ndarray:
    """Cycles per pixel in (x, y), 2 x 2 or, of lines, 1 x 2; the angle in degrees."""
    turn = np.radians(angle)
    both = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / period
    return both[:1] if lines else both


def drawn(
    height: int, width: int, vectors: np.ndarray, ink: float | np.ndarray = 0.25, soft: bool = True
) -> np.ndarray:
    """Black dots or lines on white, H W uint8; ``ink`` is the share of black; 1 bit unless ``soft``."""
    fine = 4 if soft else 1
    y, x = (np.mgrid[: height * fine, : width * fine] + 0.5) / fine - 0.5
    wave = sum(np.cos(2 * np.pi * (along * x + down * y + 0.2)) for along, down in vectors)
    phase = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    one = np.cos(phase)
    values = (one if len(vectors) == 1 else one[:, None] + one).ravel()
    share = np.broadcast_to(np.asarray(ink, np.float64), (height, width)).repeat(fine, 0).repeat(fine, 1)
    black = wave > np.quantile(values, np.linspace(0, 1, 501))[np.rint((1 - share) * 500).astype(int)]
    picture = np.where(black, 0.0, 255.0).reshape(height, fine, width, fine).mean((1, 3))
    return picture.round().astype(np.uint8)

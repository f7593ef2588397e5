"""Pictures without lines: gradients, photo-like scenes and brush painting. All return or fill H W 3 uint8 RGB."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, beziers, ellipse, fixed, noise
from textrm.synth.values import Color, Rng


def gradient(rng: Rng, height: int, width: int, first: Color, second: Color) -> np.ndarray:
    """A linear or radial gradient between two colours."""
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    if rng.random() < 0.3:
        cx, cy = rng.uniform(-0.7, 0.7, 2).astype(np.float32)
        share = np.sqrt((x - cx) ** 2 + (y - cy) ** 2) * np.float32(rng.uniform(0.5, 1.2))
    else:
        turn = rng.choice([np.pi / 2, np.pi / 2, 0.0, rng.uniform(0, 6.3)])
        share = (x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))) * np.float32(0.6) + np.float32(0.5)
    return mix(first, second, share)


def mix(first: Color, second: Color, share: np.ndarray) -> np.ndarray:
    """``first`` where ``share`` (H W float) is 0, ``second`` where it is 1."""
    index = (share * 255).clip(0, 255).astype(np.uint8)
    steps = np.linspace(np.array(first), np.array(second), 256)
    table = np.rint(steps).astype(np.uint8)[:, None, :]
    return cv2.LUT(cv2.merge([index, index, index]), table)


def cloudy(rng: Rng, height: int, width: int, palette: Palette, low: int, high: int) -> np.ndarray:
    """Two colours of the page, mingled by smooth noise."""
    field = noise(rng, height, width, rng.uniform(2, 8))
    return mix(palette.pick(rng, low, (low + high) // 2), palette.pick(rng, (low + high) // 2, high), field * 2 - 0.5)


def photo(rng: Rng, height: int, width: int, palette: Palette) -> np.ndarray:
    """A photo-like picture: occluding shapes of power-law sizes, shaded, out of focus, with sensor noise.

    The shapes are the dead-leaves model (Lee, Mumford & Huang 2001; used to train nets by Baradad et al. 2021); what
    is added here is shading, depth of field and a colour scheme.
    """
    picture = cloudy(rng, height, width, palette, int(rng.integers(10, 90)), int(rng.integers(120, 256)))
    base = max(height, width)
    for layer in range(2):
        # Small sizes are more frequent: sizes follow r^-3 between two bounds, large ones are drawn first.
        count = int(rng.integers(6, 40) * (1 + layer))
        radius = np.sort((rng.uniform(0, 1, count) * (0.02**-1.2 - 0.35**-1.2) + 0.35**-1.2) ** (-1 / 1.2))[::-1] * base
        for r in radius:
            x, y = rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.1, 1.1) * height
            color = palette.pick(rng, 5, 255)
            if rng.random() < 0.5:
                outline = ellipse(x, y, r, r * rng.uniform(0.3, 1), rng.uniform(0, 3.2))
            else:
                corners = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 6))))
                outline = np.stack([x + r * np.cos(corners), y + r * np.sin(corners)], 1)
            cv2.fillPoly(picture, [fixed(outline)], color, cv2.LINE_AA, SUBPIXEL_BITS)
        if layer == 0 and rng.random() < 0.8:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(1.5, 9))
    return shade(rng, picture, rng.uniform(0.2, 0.6))


def shade(rng: Rng, picture: np.ndarray, strength: float) -> np.ndarray:
    """Light and shadow: multiply by smooth noise; ``strength`` is the relative darkening, 0 to 1."""
    height, width = picture.shape[:2]
    light = noise(rng, height, width, rng.uniform(2, 6), 4)
    factor = np.rint(255 * (1 - strength * light)).astype(np.uint8)
    return cv2.multiply(picture, cv2.merge([factor, factor, factor]), scale=1.12 / 255)


def paint(rng: Rng, height: int, width: int, palette: Palette) -> np.ndarray:
    """Digital painting: soft ground with thick strokes of a brush that follow a slow flow, smoothed a little."""
    low = int(rng.integers(5, 110))
    high = min(255, low + int(rng.integers(60, 180)))
    picture = cloudy(rng, height, width, palette, low, high)
    flow = noise(rng, 64, 64, 3, 1) * 2 * np.pi
    base = max(height, width)
    vivid = rng.exponential(6)
    for size in (0.12, 0.05, 0.02):
        count = int(rng.integers(20, 80) * (0.06 / size) ** 0.5)
        start = rng.uniform(-0.05, 1.05, (count, 2)) * (width, height)
        cells = (start / (width, height) * 63).clip(0, 63).astype(int)
        angle = flow[cells[:, 1], cells[:, 0]] + rng.normal(0, 0.3, count)
        step = np.stack([np.cos(angle), np.sin(angle)], 1) * (base * size * rng.uniform(0.6, 2.5, count))[:, None]
        bent = step[:, ::-1] * (1, -1) * rng.uniform(-0.4, 0.4, (count, 1))
        curves = beziers(np.stack([start, start + step / 2 + bent, start + step], 1), 6)
        # A stroke takes the colour it starts on, lighter or darker, hardly another hue.
        inside = start.clip(0, (width - 1, height - 1)).astype(int)
        sampled = picture[inside[:, 1], inside[:, 0]] + rng.normal(0, 18, (count, 1))
        if palette.color:
            sampled = sampled + rng.normal(0, vivid, (count, 3))
        widths = np.maximum(1, base * size * rng.uniform(0.1, 0.6, count)).astype(int).tolist()
        for curve, color, thickness in zip(curves, sampled.clip(0, 255).astype(int).tolist(), widths, strict=True):
            cv2.polylines(picture, [fixed(curve)], False, color, thickness, cv2.LINE_AA, SUBPIXEL_BITS)
    if rng.random() < 0.7:
        if rng.random() < 0.5:
            return cv2.blur(picture, (3, 3))
        return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 3))
    return picture


def sensor_noise(rng: Rng, picture: np.ndarray, strength: float, gray: bool) -> np.ndarray:
    """Add Gaussian noise of ``strength`` grey levels, the same in all channels if ``gray``."""
    height, width = picture.shape[:2]
    tile = rng.normal(0, strength, (128, 128, 1 if gray else 3)).astype(np.float32)
    signed = np.rint(np.repeat(tile, 3, 2) if gray else tile).clip(-127, 127).astype(np.int16)
    # The noise tile is laid with random offsets row by row of tiles; noise this small shows no seam.
    row = np.tile(signed, (1, -(-width // 128), 1))
    rows = [np.roll(row, int(rng.integers(128)), 1) for _ in range(-(-height // 128))]
    field = np.concatenate(rows)[:height, :width]
    return cv2.add(picture, field, dtype=cv2.CV_8U)

"""Tones of black-and-white print: dot and line halftones, hatching, grain, and the colour dots of old comics."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from textrm.synth.values import Rng

ANGLES = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0)
PITCHES = (2.5, 3.0, 3.5, 4.0, 4.6, 5.2, 6.0, 7.0, 8.0, 9.5, 11.0, 12.5)
_TILE = 256


def dots(height: int, width: int, pitch: float, angle: float) -> np.ndarray:
    """Threshold map (H W uint8) of round dots on a square grid; pitch in pixels, angle in degrees."""
    return _crop(_dots, height, width, pitch, angle)


def lines(height: int, width: int, pitch: float, angle: float) -> np.ndarray:
    """Threshold map (H W uint8) of parallel lines."""
    return _crop(_lines, height, width, pitch, angle)


def hatching(rng: Rng, height: int, width: int, pitch: float, angle: float) -> np.ndarray:
    """Threshold map (H W uint8) of hand-drawn hatching: one direction for light tones, crossed for dark ones."""
    first = _crop(_lines, height, width, pitch, angle)
    second = _crop(_lines, height, width, pitch, angle + 60)
    crossed = np.maximum(first // 2 + 112, second // 2)
    # Bent lines: displace the map by a slow wave.
    shift = rng.uniform(0.2, 0.6) * pitch
    phase = rng.uniform(0, 6.28, 2)
    y, x = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    map_x = x[None, :] + shift * np.sin(y / (7 * pitch) + phase[0])[:, None].astype(np.float32)
    map_y = y[:, None] + shift * np.sin(x / (5 * pitch) + phase[1])[None, :].astype(np.float32)
    return cv2.remap(crossed, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def grain(rng: Rng, height: int, width: int, size: float) -> np.ndarray:
    """Threshold map (H W uint8) of sand: random speckles about ``size`` pixels large."""
    small = rng.integers(0, 256, (max(1, round(height / size)), max(1, round(width / size))), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC if size > 1.5 else cv2.INTER_NEAREST)


def halftone(gray: np.ndarray, threshold: np.ndarray, softness: float = 8.0) -> np.ndarray:
    """Print grey (H W uint8) in black and white through a threshold map.

    softness: grey levels over which a dot's edge fades; small = a digital screen, large = a scan. Near-white stays
    white and near-black solid, as a printer would do it.
    """
    levels = cv2.LUT(gray, _stretch())
    printed = cv2.addWeighted(levels, 255 / softness / 2, threshold, -255 / softness / 2, 127.5)
    white = cv2.threshold(levels, 253, 255, cv2.THRESH_BINARY)[1]
    not_black = cv2.threshold(levels, 1, 255, cv2.THRESH_BINARY)[1]
    return cv2.bitwise_and(cv2.bitwise_or(printed, white), not_black)


def color_dots(picture: np.ndarray, pitch: float, softness: float) -> np.ndarray:
    """Dots of cyan, magenta and yellow at three angles, as in newsprint; H W 3 uint8."""
    height, width = picture.shape[:2]
    planes = [
        halftone(np.ascontiguousarray(picture[..., channel]), dots(height, width, pitch, angle), softness)
        for channel, angle in enumerate((15.0, 75.0, 0.0))
    ]
    return cv2.merge(planes)


@lru_cache(maxsize=1)
def _stretch() -> np.ndarray:
    levels = (np.arange(256) - 20) * (255 / 215)
    return levels.clip(0, 255).astype(np.uint8)


def _crop(make: object, height: int, width: int, pitch: float, angle: float) -> np.ndarray:
    tile_height, tile_width = -(-height // _TILE) * _TILE, -(-width // _TILE) * _TILE
    return make(tile_height, tile_width, pitch, angle)[:height, :width]  # type: ignore[operator]


@lru_cache(maxsize=48)
def _dots(height: int, width: int, pitch: float, angle: float) -> np.ndarray:
    return _equalise((_wave(height, width, pitch, angle) + _wave(height, width, pitch, angle + 90)) / 2)


@lru_cache(maxsize=48)
def _lines(height: int, width: int, pitch: float, angle: float) -> np.ndarray:
    return _equalise(_wave(height, width, pitch, angle))


def _wave(height: int, width: int, pitch: float, angle: float) -> np.ndarray:
    turn, step = np.deg2rad(angle), 2 * np.pi / pitch
    a = np.arange(width, dtype=np.float32) * np.float32(step * np.cos(turn))
    b = np.arange(height, dtype=np.float32) * np.float32(step * np.sin(turn))
    return np.outer(np.cos(b), np.cos(a)) - np.outer(np.sin(b), np.sin(a))


def _equalise(wave: np.ndarray) -> np.ndarray:
    """Rank-transform to 0..255, so that a grey of p per cent prints p per cent of white."""
    coarse = ((wave + 1) * 511.5).clip(0, 1023).astype(np.int32)
    counts = np.cumsum(np.bincount(coarse.ravel(), minlength=1024))
    table = (counts * (255 / counts[-1])).astype(np.uint8)
    return table[coarse]

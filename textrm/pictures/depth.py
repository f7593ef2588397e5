"""Levels of other depths than 8 and 16 bits, spread over all levels of those, and taken back."""

from __future__ import annotations

import numpy as np


def spread(pixels: np.ndarray, highest: int | np.ndarray, dtype: type) -> np.ndarray:
    """Levels from 0 to ``highest`` as levels of ``dtype``, uint8 or uint16; not more than these has."""
    full = int(np.iinfo(dtype).max)
    if np.all(highest == full):
        return pixels.astype(dtype)
    return ((pixels.astype(np.uint32) * full + highest // 2) // highest).astype(dtype)


def gathered(pixels: np.ndarray, highest: int) -> np.ndarray:
    """The inverse of :func:`spread`, exact for what it gave."""
    full = int(np.iinfo(pixels.dtype).max)
    if highest == full:
        return pixels
    return ((pixels.astype(np.uint32) * highest + full // 2) // full).astype(pixels.dtype)

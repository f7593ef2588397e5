"""Pictures of 8 and of 16 bits in one measure: levels of 8 bits, in which all that the fill compares is told."""

from __future__ import annotations

import numpy as np


def to_levels(pixels: np.ndarray) -> np.ndarray:
    """Float32 in [0, 255] of uint8 or uint16."""
    levels = pixels.astype(np.float32)
    return levels / np.float32(257) if pixels.dtype == np.uint16 else levels


def from_levels(levels: np.ndarray, kind: np.dtype) -> np.ndarray:
    """The nearest uint8 or uint16, whichever ``kind`` is; what :func:`to_levels` has made comes back bit for bit."""
    values = levels * np.float32(257) if kind == np.uint16 else levels
    return np.clip(np.rint(values), 0, np.iinfo(kind).max).astype(kind)

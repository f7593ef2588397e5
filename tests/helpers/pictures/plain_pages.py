"""Pages of one value and masks of one square, of which figures can be computed by hand."""

from __future__ import annotations

import numpy as np


def page(height: int = 60, width: int = 60, value: int = 255) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def square(y: int, x: int, size: int = 8, shape: tuple[int, int] = (60, 60)) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    mask[y : y + size, x : x + size] = 1
    return mask

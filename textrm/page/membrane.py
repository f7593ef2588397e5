"""Spans holes smoothly from their edges, for painted surfaces."""

from __future__ import annotations

import cv2
import numpy as np

_ROUNDS = 8  # of relaxation on each level; more change nothing visible
_CROSS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4


def span(image: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Fill unknown pixels with the membrane through the known ones (the solution of Laplace's equation, nearly).

    A pull-push pyramid (Gortler et al. 1996, "The Lumigraph"), relaxed by Jacobi's method on each level.

    Args:
        image: h w 3 float32.
        unknown: h w uint8, not 0 where the value of ``image`` means nothing; 0 somewhere.

    Returns:
        h w 3 float32; known pixels unchanged.
    """
    return _span(image, (unknown == 0).astype(np.float32))


def _span(image: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """``weight`` is how much of each pixel is known, in [0, 1]."""
    height, width = weight.shape
    if min(height, width) <= 2 or weight.min() >= 1:
        mean = (image * weight[..., None]).sum((0, 1)) / max(float(weight.sum()), 1e-6)
        return np.where(weight[..., None] > 0, image, mean).astype(np.float32)
    size = (width + 1) // 2 * 2, (height + 1) // 2 * 2
    border = 0, size[1] - height, 0, size[0] - width, cv2.BORDER_CONSTANT
    # The mean over blocks of 2 x 2 of what is known, and how much of each block is.
    half = size[0] // 2, size[1] // 2
    weighted = image * weight[..., None]
    known = cv2.resize(cv2.copyMakeBorder(weight, *border), half, interpolation=cv2.INTER_AREA)
    values = cv2.resize(cv2.copyMakeBorder(weighted, *border), half, interpolation=cv2.INTER_AREA)
    coarse = _span(values / np.maximum(known, 1e-6)[..., None], np.minimum(4 * known, 1))
    missing = 1 - weight[..., None]
    filled = weighted + cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)[:height, :width] * missing
    for _ in range(_ROUNDS):
        filled = weighted + missing * cv2.filter2D(filled, -1, _CROSS, borderType=cv2.BORDER_REPLICATE)
    return filled

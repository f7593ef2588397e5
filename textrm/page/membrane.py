"""Spans holes smoothly from their edges, for painted surfaces."""

from __future__ import annotations

import cv2
import numpy as np

_ROUNDS = 12  # of relaxation; the pyramid starts so near the solution that more change nothing visible
_CROSS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4


def span(image: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Fill unknown pixels with the membrane through the known ones (the solution of Laplace's equation).

    Pull-push pyramid (Gortler et al. 1996, "The Lumigraph") for the start, then Jacobi relaxation.

    Args:
        image: h w C float32.
        unknown: h w uint8, not 0 where the value of ``image`` means nothing.

    Returns:
        h w C float32; known pixels unchanged.
    """
    hole = unknown != 0
    filled = _pull_push(image, (~hole).astype(np.float32))
    for _ in range(_ROUNDS):
        filled[hole] = cv2.filter2D(filled, -1, _CROSS, borderType=cv2.BORDER_REPLICATE)[hole]
    return filled


def _pull_push(image: np.ndarray, weight: np.ndarray) -> np.ndarray:
    height, width = weight.shape
    weighted = image * weight[..., None]
    if min(height, width) <= 2 or weight.min() >= 1:
        mean = weighted.sum((0, 1)) / max(float(weight.sum()), 1e-6)
        return np.where(weight[..., None] > 0, image, mean).astype(np.float32)
    size = (width + 1) // 2 * 2, (height + 1) // 2 * 2
    half = size[0] // 2, size[1] // 2
    border = 0, size[1] - height, 0, size[0] - width, cv2.BORDER_CONSTANT
    # The mean over blocks of 2 x 2 of the known values, and how much of each block is known.
    known = cv2.resize(cv2.copyMakeBorder(weight, *border), half, interpolation=cv2.INTER_AREA)
    values = cv2.resize(cv2.copyMakeBorder(weighted, *border), half, interpolation=cv2.INTER_AREA)
    values = values.reshape(*known.shape, -1) / np.maximum(known, 1e-6)[..., None]
    coarse = _pull_push(values, np.minimum(4 * known, 1))
    fine = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR).reshape(size[1], size[0], -1)[:height, :width]
    return weighted + fine * (1 - weight[..., None])

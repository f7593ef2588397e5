"""Picks pixels out of a crop, several times as fast as numpy's own indices of two dimensions."""

from __future__ import annotations

import numpy as np


def places(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the N pixels of h w bool, from top to bottom."""
    return np.divmod(np.flatnonzero(mask), mask.shape[1])


def taken(crop: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The pixels of a contiguous h w or h w C at N places within it, N or N x C."""
    return crop.reshape(-1, *crop.shape[2:]).take(rows * crop.shape[1] + columns, 0)

"""Solves the normal equations of least squares."""

from __future__ import annotations

import numpy as np

_REGULAR = 1e-6  # of the product of its diagonal is the determinant of regular equations, at least


def solved(normal: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The solutions of normal equations, … x N x N, with … x N x M right sides; where many solve them, the shortest.

    So it is where blocks in one row or column, or points in a line, tell no slope across.
    """
    diagonal = np.diagonal(normal, axis1=-2, axis2=-1)
    if (np.linalg.det(normal) > _REGULAR * diagonal.prod(-1)).all():
        return np.linalg.solve(normal, right)  # twenty times as fast
    return np.linalg.pinv(normal, rcond=1e-12, hermitian=True) @ right

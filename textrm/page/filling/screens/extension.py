"""Continues smooth maps from where they are known to where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

_GRID = 4  # pixels; smooth maps are continued on a grid as coarse as this
_SOFT = 3.0  # pixels; nearer than this, known places count alike
_STIFF = 0.05  # of the known places' mean square distance is added to it: with few of them there is no slope
_FARTHEST = 1.5  # standard deviations of the known places around may a plane leave their mean


def extend(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """A map h w float32 from what is known of it, by planes through the known places.

    A known place counts by the inverse of its distance to the fourth power (Shepard's method), so that the nearest
    decide, from however far; a plane is fitted to them by least squares in every place, which keeps a gradient between
    two sides and continues one known on one side.

    Args:
        values: h w float32; what has no weight does not count.
        weight: h w float32, 0 or more.
    """
    size = _coarse(values.shape)
    known, total = (_shrunk(plane, size) for plane in (weight, weight * values))
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float64) * _GRID
    y, x = y - y.mean(), x - x.mean()
    offset = _mean(total, known)
    total = total - np.float32(offset) * known
    moments = [known, total, known * x, known * y, known * x * x, known * x * y, known * y * y, total * x, total * y]
    moments.append(_shrunk(weight * np.square(values - offset), size))
    spread = _spread(np.stack(moments).astype(np.float64), size)
    return _enlarged(_planes(spread / np.maximum(spread[0], 1e-30), x, y) + offset, values.shape)


def extend_means(maps: Sequence[np.ndarray], weight: np.ndarray) -> list[np.ndarray]:
    """Several maps as of :func:`extend` with the same weight, by means of the known places instead of planes."""
    size = _coarse(weight.shape)
    known = _shrunk(weight, size)
    totals = [_shrunk(weight * values, size) for values in maps]
    offsets = [_mean(total, known) for total in totals]
    totals = [total - np.float32(offset) * known for total, offset in zip(totals, offsets, strict=True)]
    spread = _spread(np.stack([known, *totals]).astype(np.float64), size)
    count = np.maximum(spread[0], 1e-30)
    return [_enlarged(one / count + offset, weight.shape) for one, offset in zip(spread[1:], offsets, strict=True)]


def _coarse(shape: tuple[int, ...]) -> tuple[int, int]:
    height, width = shape
    return -(-width // _GRID), -(-height // _GRID)


def _shrunk(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    height, width = plane.shape
    border = 0, size[1] * _GRID - height, 0, size[0] * _GRID - width, cv2.BORDER_CONSTANT
    return cv2.resize(cv2.copyMakeBorder(plane, *border), size, interpolation=cv2.INTER_AREA)


def _mean(total: np.ndarray, known: np.ndarray) -> float:
    return float(total.sum() / max(float(known.sum()), 1e-6))


def _enlarged(coarse: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    full = cv2.resize(coarse.astype(np.float32), (coarse.shape[1] * _GRID, coarse.shape[0] * _GRID))
    return full[: shape[0], : shape[1]]


def _spread(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Each map convolved with the weights of distance."""
    columns, rows = (cv2.getOptimalDFTSize(2 * side) for side in size)
    transformed = np.fft.rfft2(maps, (rows, columns)) * _kernel(rows, columns)
    return np.fft.irfft2(transformed, (rows, columns))[:, : size[1], : size[0]]


@lru_cache(maxsize=4)
def _kernel(rows: int, columns: int) -> np.ndarray:
    """The transform of the weights of distance on a grid that goes around."""
    y = np.minimum(np.arange(rows), rows - np.arange(rows))[:, None] * _GRID
    x = np.minimum(np.arange(columns), columns - np.arange(columns))[None] * _GRID
    return np.fft.rfft2((x.astype(np.float64) ** 2 + y**2 + _SOFT**2) ** -2)


def _planes(mean: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """In every place the value there of the plane through what counts, from the means of its moments."""
    _, value, mean_x, mean_y, xx, xy, yy, value_x, value_y, squares = mean
    xx, xy, yy = xx - mean_x * mean_x, xy - mean_x * mean_y, yy - mean_y * mean_y
    stiff = _STIFF * (xx + yy) + 1
    xx, yy = xx + stiff, yy + stiff
    value_x, value_y = value_x - value * mean_x, value_y - value * mean_y
    determinant = xx * yy - xy * xy
    slope_x, slope_y = (yy * value_x - xy * value_y) / determinant, (xx * value_y - xy * value_x) / determinant
    step = slope_x * (x - mean_x) + slope_y * (y - mean_y)
    most = _FARTHEST * np.sqrt(np.maximum(squares - value * value, 0))
    return value + np.clip(step, -most, most)

"""Continues smooth maps from where they are known to where they are not."""

from __future__ import annotations

import cv2
import numpy as np

_GRID = 4  # pixels; smooth maps are continued on a grid as coarse as this
_SOFT = 3.0  # pixels; nearer than this, known places count alike
_STIFF = 0.05  # of the known places' mean square distance is added to it: with few of them there is no slope
_FARTHEST = 1.5  # standard deviations of the known places around may a plane leave their mean


def extend(values: np.ndarray, weight: np.ndarray, sloping: bool = False) -> np.ndarray:
    """A map h w float32 from what is known of it: means of the known places, or planes through them.

    A known place counts by the inverse of its distance to the fourth power (Shepard's method), so that the nearest
    decide, from however far; with ``sloping`` a plane is fitted to them by least squares in every place, which keeps a
    gradient between two sides and continues one known on one side.

    Args:
        values: h w float32; what has no weight does not count.
        weight: h w float32, 0 or more.
        sloping: fit planes.
    """
    height, width = values.shape
    size = -(-width // _GRID), -(-height // _GRID)
    border = 0, size[1] * _GRID - height, 0, size[0] * _GRID - width, cv2.BORDER_CONSTANT
    known, total = (cv2.resize(cv2.copyMakeBorder(plane, *border), size, interpolation=cv2.INTER_AREA)
                    for plane in (weight, weight * values))  # fmt: skip
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float64) * _GRID
    offset = float(total.sum() / max(float(known.sum()), 1e-6))
    total = total - np.float32(offset) * known
    moments = [known, total]
    if sloping:
        y, x = y - y.mean(), x - x.mean()
        moments += [known * x, known * y, known * x * x, known * x * y, known * y * y, total * x, total * y]
        moments.append(
            cv2.resize(
                cv2.copyMakeBorder(weight * np.square(values - offset), *border), size, interpolation=cv2.INTER_AREA
            )
        )
    spread = _spread(np.stack(moments).astype(np.float64), size)
    count = np.maximum(spread[0], 1e-30)
    coarse = spread[1] / count
    if sloping:
        coarse = _planes(spread / count, x, y)
    full = cv2.resize((coarse + offset).astype(np.float32), (size[0] * _GRID, size[1] * _GRID))
    return full[:height, :width]


def _spread(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Each map convolved with the weights of distance."""
    columns, rows = (cv2.getOptimalDFTSize(2 * side) for side in size)
    y = np.minimum(np.arange(rows), rows - np.arange(rows))[:, None] * _GRID
    x = np.minimum(np.arange(columns), columns - np.arange(columns))[None] * _GRID
    kernel = (x.astype(np.float64) ** 2 + y**2 + _SOFT**2) ** -2
    transformed = np.fft.rfft2(maps, (rows, columns)) * np.fft.rfft2(kernel)
    return np.fft.irfft2(transformed, (rows, columns))[:, : size[1], : size[0]]


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

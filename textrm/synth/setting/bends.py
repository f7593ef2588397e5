"""Lettering on things that are bent or seen from the side: along an arc, and in perspective."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from textrm.synth.pieces.patch import Lettering, resampled


def in_perspective(lettering: Lettering, corners: np.ndarray) -> Lettering:
    """The patch with its corners (from the top left, clockwise) moved by ``corners`` (4 2, shares of its sides)."""
    height, width = lettering.alpha.shape
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = flat + (corners * (width, height)).astype(np.float32)
    low, high = np.floor(moved.min(0)), np.ceil(moved.max(0))
    matrix = cv2.getPerspectiveTransform(flat, moved - low)
    size = int(high[0] - low[0]) + 1, int(high[1] - low[1]) + 1
    # polygons count from pixel corners, OpenCV from pixel centres
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    centred = np.linalg.inv(half) @ matrix @ half
    color, alpha = resampled(lettering, lambda plane: cv2.warpPerspective(plane, centred, size, flags=cv2.INTER_LINEAR))

    def bend_point(points: np.ndarray) -> np.ndarray:
        return cv2.perspectiveTransform(points[None].astype(np.float64), matrix)[0]

    return Lettering(color, alpha, _outlines(lettering, bend_point), lettering.tags | {"perspective"})


def along_arc(lettering: Lettering, degrees: float) -> Lettering:
    """The patch bent so that its middle line is an arc of ``degrees``: above 0 its middle is highest, else lowest."""
    height, width = lettering.alpha.shape
    radius = width / np.deg2rad(abs(degrees))
    sign = 1.0 if degrees > 0 else -1.0

    def bent(points: np.ndarray) -> np.ndarray:
        turn = (points[:, 0] - width / 2) / radius
        reach = radius - sign * (points[:, 1] - height / 2)
        return np.stack([reach * np.sin(turn), -sign * reach * np.cos(turn)], 1)

    border = bent(_along_sides(np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)))
    low, high = np.floor(border.min(0)), np.ceil(border.max(0))
    x = np.arange(int(high[0] - low[0])) + 0.5 + low[0]
    y = (np.arange(int(high[1] - low[1])) + 0.5 + low[1])[:, None]
    turn, reach = np.arctan2(x, -sign * y), np.hypot(x, y)
    u = (width / 2 + radius * turn - 0.5).astype(np.float32)
    w = (height / 2 + sign * (radius - reach) - 0.5).astype(np.float32)
    color, alpha = resampled(lettering, lambda plane: cv2.remap(plane, u, w, cv2.INTER_LINEAR))
    words = _outlines(lettering, lambda points: bent(points) - low)
    return Lettering(color, alpha, words, lettering.tags | {"arc"})


def _outlines(lettering: Lettering, bend_point: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, ...]:
    """The convex hulls of the words after every point of their sides went through ``bend_point``."""
    hulls = (cv2.convexHull(bend_point(_along_sides(word)).astype(np.float32)) for word in lettering.words)
    return tuple(hull.reshape(-1, 2) for hull in hulls)


def _along_sides(polygon: np.ndarray, count: int = 12) -> np.ndarray:
    """Points along the sides of a polygon, ``count`` a side."""
    share = np.linspace(0, 1, count, endpoint=False)[None, :, None]
    sides = polygon[:, None] + share * (np.roll(polygon, -1, 0) - polygon)[:, None]
    return sides.reshape(-1, 2)

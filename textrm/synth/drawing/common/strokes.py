"""Curves and noise that the drawn art is made of."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.synth.values import Rng

Curve = np.ndarray
"""N x 2 float array of points (x, y) in pixels."""

SUBPIXEL_BITS = 3


def fixed(points: Curve) -> np.ndarray:
    """Points as OpenCV's fixed-point integers with SUBPIXEL_BITS fractional bits, kept in a range it can draw."""
    return np.rint(np.clip(points, -4000, 4000) * (1 << SUBPIXEL_BITS)).astype(np.int32)


def bezier(controls: Sequence[Sequence[float]] | np.ndarray, count: int = 16) -> Curve:
    """A quadratic or cubic Bézier curve through 3 or 4 control points, ``count`` points long."""
    p = np.asarray(controls, np.float32)
    t = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    if len(p) == 3:
        return (1 - t) ** 2 * p[0] + 2 * t * (1 - t) * p[1] + t**2 * p[2]
    return (1 - t) ** 3 * p[0] + 3 * t * (1 - t) ** 2 * p[1] + 3 * t**2 * (1 - t) * p[2] + t**3 * p[3]


def beziers(controls: np.ndarray, count: int = 12) -> np.ndarray:
    """Many quadratic Bézier curves at once: K 3 2 control points give K ``count`` 2 points."""
    t = np.linspace(0, 1, count, dtype=np.float32)[None, :, None]
    p = controls.astype(np.float32)[:, :, None, :]
    return (1 - t) ** 2 * p[:, 0] + 2 * t * (1 - t) * p[:, 1] + t**2 * p[:, 2]


def smooth_closed(points: Curve, per_edge: int = 8) -> Curve:
    """A closed Catmull-Rom curve through the points."""
    p = np.asarray(points, np.float32)
    before, after, next_after = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = np.linspace(0, 1, per_edge, endpoint=False, dtype=np.float32)[None, :, None]
    a, b, c, d = before[:, None], p[:, None], after[:, None], next_after[:, None]
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return curve.reshape(-1, 2)


def smooth_open(points: Curve, per_edge: int = 8) -> Curve:
    """An open Catmull-Rom curve through the points."""
    p = np.asarray(points, np.float32)
    padded = np.concatenate([p[:1] * 2 - p[1:2], p, p[-1:] * 2 - p[-2:-1]])
    t = np.linspace(0, 1, per_edge, endpoint=False, dtype=np.float32)[None, :, None]
    a, b, c, d = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.concatenate([curve.reshape(-1, 2), p[-1:]])


def wander(rng: Rng, start: Sequence[float], heading: float, length: float, bend: float) -> Curve:
    """A smooth open curve that starts somewhere in some direction (radians) and turns by about ``bend`` radians."""
    steps = 5
    angles = heading + np.cumsum(rng.normal(0, bend / steps, steps))
    offsets = np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1), 0) * (length / steps)
    return smooth_open(np.concatenate([[start], np.asarray(start) + offsets]), 4)


def blob(rng: Rng, x: float, y: float, rx: float, ry: float, rough: float = 0.2, knots: int = 8) -> Curve:
    """A closed smooth outline around (x, y); ``rough`` is the relative deviation of its radius."""
    angle = np.linspace(0, 2 * np.pi, knots, endpoint=False) + rng.uniform(0, 2 * np.pi)
    radius = 1 + rng.normal(0, rough, knots).clip(-0.6, 0.6)
    return smooth_closed(np.stack([x + rx * radius * np.cos(angle), y + ry * radius * np.sin(angle)], 1))


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0, count: int = 32) -> Curve:
    """A closed ellipse, turned by ``turn`` radians."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    u, v = rx * np.cos(angle), ry * np.sin(angle)
    return np.stack([x + u * np.cos(turn) - v * np.sin(turn), y + u * np.sin(turn) + v * np.cos(turn)], 1)


def box(x0: float, y0: float, x1: float, y1: float) -> Curve:
    """An upright rectangle as a closed outline."""
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def heart(count: int) -> Curve:
    """A heart of ``count`` points around the origin, 32 px wide; it begins and ends at the notch."""
    t = np.linspace(0, 2 * np.pi, count)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([16 * np.sin(t) ** 3, -y], 1)


def rotation(turn: float) -> np.ndarray:
    """The 2 x 2 matrix that turns points (N x 2, as ``points @ matrix``) clockwise on the screen by radians."""
    return np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def ribbon(points: Curve, width: float, thin_start: float = 0.1, thin_end: float = 0.1) -> Curve:
    """The outline of an inked stroke: full ``width`` in its middle, thinner (relative) towards its ends."""
    p = np.asarray(points, np.float32)
    direction = np.gradient(p, axis=0)
    normal = np.stack([-direction[:, 1], direction[:, 0]], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-6
    t = np.linspace(0, 1, len(p))
    swell = np.minimum(1, np.minimum(thin_start + 3 * t, thin_end + 3 * (1 - t)))[:, None] * (width / 2)
    return np.concatenate([p + normal * swell, (p - normal * swell)[::-1]])


def noise(rng: Rng, height: int, width: int, cells: float, octaves: int = 3) -> np.ndarray:
    """Smooth multi-octave value noise, H W float32 in [0, 1], with ``cells`` cells along the longer side."""
    longest = max(height, width)
    # Coarse octaves are summed at low resolution: a fourfold enlargement of a smooth field cannot be told apart.
    small_height, small_width = max(2, height // 4), max(2, width // 4)
    field = np.zeros((small_height, small_width), np.float32)
    weight, total = 1.0, 0.0
    for _ in range(octaves):
        grid = rng.random((max(2, round(cells * height / longest)), max(2, round(cells * width / longest))), np.float32)
        field += weight * cv2.resize(grid, (small_width, small_height), interpolation=cv2.INTER_CUBIC)
        total += weight
        weight *= 0.55
        cells = min(cells * 2, longest / 4)
    field /= total
    return cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR).clip(0, 1)

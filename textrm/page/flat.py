"""Fills holes whose surroundings are flat, a balloon above all, with exactly that colour or gradient."""

from __future__ import annotations

import cv2
import numpy as np

RING = 6  # pixels around a hole that tell its colour
_TOLERANCE = 6  # levels; JPEG noise around letters stays below
_ENOUGH = 12  # pixels of ring; fewer tell nothing


def fill_flat(crop: np.ndarray, unknown: np.ndarray, own: np.ndarray, share: float) -> np.ndarray:
    """Fill those connected parts of ``own`` that lie on one colour or one linear gradient.

    First one plane per channel is fitted to the surroundings of all parts together, so that a balloon gets one colour;
    then each part that it does not suit gets a plane of its own, if that suits.

    Args:
        crop: h w 3 uint8; written to.
        unknown: h w uint8, 1 = lettering, not to be learnt from.
        own: h w uint8, 1 = to fill; within ``unknown``.
        share: how much of a part's surroundings must lie within 6 levels of the plane, in [0, 1].

    Returns:
        h w uint8, 1 = not filled.
    """
    distance, nearest = cv2.distanceTransformWithLabels(1 - own, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
    y, x = np.nonzero((distance <= RING) & (unknown == 0))
    rest = own.copy()
    if len(y) < _ENOUGH:
        return rest
    part, colour = nearest[y, x], crop[y, x].astype(np.float32)
    plane = _fit(x, y, colour)
    good = np.abs(_evaluate(plane, x, y) - colour).max(1) <= _TOLERANCE
    count = np.bincount(part, minlength=nearest.max() + 1)
    suits = np.bincount(part, good, len(count)) >= share * np.maximum(count, 1)
    hole_y, hole_x = np.nonzero(own)
    hole_part = nearest[hole_y, hole_x]
    _paint(crop, rest, hole_y, hole_x, suits[hole_part], plane)
    for label in np.unique(hole_part[~suits[hole_part]]).tolist():
        around = part == label
        if np.count_nonzero(around) < _ENOUGH:
            continue
        plane = _fit(x[around], y[around], colour[around])
        good = np.abs(_evaluate(plane, x[around], y[around]) - colour[around]).max(1) <= _TOLERANCE
        if good.mean() >= share:
            _paint(crop, rest, hole_y, hole_x, hole_part == label, plane)
    return rest


def _fit(x: np.ndarray, y: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """A plane per channel, 3 x 3 (slope along x, along y, constant), through most of N points.

    Starts at the median and fits anew to what lies within a shrinking distance, so that an outline of the balloon or
    neighbouring art does not pull it.
    """
    plane = np.zeros((3, 3), np.float64)
    plane[2] = np.median(colour, 0)
    error = np.abs(colour - plane[2]).max(1)
    if np.mean(error <= 1) > 0.9:
        return plane  # plain paper
    points = np.stack([x, y, np.ones_like(x)], 1).astype(np.float64)
    for tolerance in (3 * _TOLERANCE, 2 * _TOLERANCE, _TOLERANCE):
        near = error <= tolerance
        if np.count_nonzero(near) < _ENOUGH:
            break
        plane = np.linalg.lstsq(points[near], colour[near], rcond=None)[0]
        error = np.abs(points @ plane - colour).max(1)
    return plane


def _evaluate(plane: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return x[:, None] * plane[0] + y[:, None] * plane[1] + plane[2]


def _paint(
    crop: np.ndarray, rest: np.ndarray, y: np.ndarray, x: np.ndarray, chosen: np.ndarray, plane: np.ndarray
) -> None:
    y, x = y[chosen], x[chosen]
    crop[y, x] = np.clip(np.rint(_evaluate(plane, x, y)), 0, 255).astype(np.uint8)
    rest[y, x] = 0

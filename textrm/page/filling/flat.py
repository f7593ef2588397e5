"""Fills holes whose surroundings are flat, a balloon above all, with exactly that colour or gradient."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.least_squares import solved
from textrm.page.filling.pixels import places, taken
from textrm.page.group import box_around
from textrm.page.levels import from_levels, median, to_levels

RING = 6  # pixels around a hole that tell its colour
HALO = 10  # pixels around a hole in which compression leaves traces of it: a block of JPEG and a little
_TOLERANCE = 6  # levels; JPEG noise around letters stays below mostly
_TRACE = 24  # levels; what differs more from a flat surface is no trace of compression
_NEXT = 3  # pixels around a hole where an outline of its balloon or a frame seldom runs, however tight they are
_MOST = 0.92  # of these must differ from the surface by no more than traces do
_MAIN = 0.45  # of the ring must lie on the surface even so
_PLAIN = 0.3  # of the ring within one level of the plane: then the surface has no grain of its own
_ENOUGH = 12  # pixels of ring; fewer tell nothing
_SAMPLE = 4000  # pixels of ring that a plane is fitted to; more cost time only


def fill_flat(crop: np.ndarray, unknown: np.ndarray, own: np.ndarray, share: float, wipe: bool) -> np.ndarray:
    """Fill those connected parts of ``own`` that lie on one colour or one linear gradient.

    First one plane per channel is fitted to the surroundings of all parts together, so that a balloon gets one colour;
    then each part that it does not suit gets a plane of its own, if that suits.

    Args:
        crop: h w C uint8 or uint16; written to.
        unknown: h w uint8, 1 = lettering, not to be learnt from.
        own: h w uint8, 1 = to fill; within ``unknown``. Where ``wipe`` finds traces, they are added to it.
        share: how much of a part's surroundings must lie within 6 levels of the plane, in [0, 1]; less will do where
            the pixels right beside the part do: what lies farther is an outline then, or a panel's frame.
        wipe: on a surface without grain, also paint over the faint traces that compression left around the hole.

    Returns:
        h w uint8, 1 = not filled.
    """
    near = box_around(own, HALO + 1)
    distance, nearest = cv2.distanceTransformWithLabels(1 - own[near], cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
    y, x = places((distance <= (HALO if wipe else RING)) & (unknown[near] == 0))
    away, part = taken(distance, y, x), taken(nearest, y, x)
    y, x = y + near[0].start, x + near[1].start
    rest, colour = own.copy(), to_levels(taken(crop, y, x)).T
    ring, beside = away <= RING, away <= _NEXT
    if np.count_nonzero(ring) < _ENOUGH:
        return rest
    plane = _fit(x[ring], y[ring], colour[:, ring])
    error = _distance(plane, x, y, colour)
    suits = _suits(error, part, ring, beside, int(nearest.max()) + 1, share)
    hole_y, hole_x = places(own[near] != 0)
    hole_part = taken(nearest, hole_y, hole_x)
    hole_y, hole_x = hole_y + near[0].start, hole_x + near[1].start
    _paint(crop, rest, hole_y, hole_x, suits[hole_part], plane)
    if wipe and np.mean(error[ring] <= 1) >= _PLAIN:
        _paint(crop, rest, y, x, _traces(y, x, error) & suits[part], plane, own)
    others = np.flatnonzero((np.bincount(hole_part, minlength=len(suits)) > 0) & ~suits)
    for hole, around in zip(_members(hole_part, others), _members(part, others), strict=True):
        inner = around[ring[around]]
        if len(inner) < _ENOUGH:
            continue
        plane = _fit(x[inner], y[inner], colour[:, inner])
        error = _distance(plane, x[around], y[around], colour[:, around])
        if _suits(error, np.zeros_like(around), ring[around], beside[around], 1, share)[0]:
            _paint(crop, rest, hole_y, hole_x, hole, plane)
            if wipe and np.mean(error[ring[around]] <= 1) >= _PLAIN:
                _paint(crop, rest, y, x, around[_traces(y[around], x[around], error)], plane, own)
    return rest


def _suits(
    error: np.ndarray, part: np.ndarray, ring: np.ndarray, beside: np.ndarray, parts: int, share: float
) -> np.ndarray:
    """For each of the parts, whether it lies on the plane that N pixels around them differ from by ``error``."""

    def held(chosen: np.ndarray, tolerance: int) -> np.ndarray:
        count = np.bincount(part[chosen], minlength=parts)
        return np.bincount(part[chosen], error[chosen] <= tolerance, parts) / np.maximum(count, 1)

    near = held(ring, _TOLERANCE)
    return (near >= share) | ((near >= _MAIN) & (held(beside, _TRACE) >= _MOST))


def _members(label: np.ndarray, wanted: np.ndarray) -> list[np.ndarray]:
    """For each wanted label the indices where it stands."""
    every = np.zeros(int(label.max(initial=0)) + 1, bool)
    every[wanted[wanted < len(every)]] = True
    order = np.flatnonzero(every[label])
    order = order[np.argsort(label[order], kind="stable")]
    sorted_label = label[order]
    starts, stops = np.searchsorted(sorted_label, wanted), np.searchsorted(sorted_label, wanted, "right")
    return [order[start:stop] for start, stop in zip(starts, stops, strict=True)]


def _traces(y: np.ndarray, x: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Which of N pixels differ a little from the surface and do not touch what differs much: an outline, art."""
    top, left = y.min(), x.min()
    other = np.zeros((y.max() - top + 1, x.max() - left + 1), np.uint8)
    other[y - top, x - left] = error > _TRACE
    other = cv2.dilate(other, np.ones((3, 3), np.uint8))
    return (error > 0.5) & (other[y - top, x - left] == 0)


def _fit(x: np.ndarray, y: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """A plane per channel through most of N points: per channel the slope along x, along y, and the constant.

    Starts at the median and fits anew to what lies within a shrinking distance, so that an outline of the balloon or
    neighbouring art does not pull it. A slope must explain more points than the median does. ``colour`` is C x N.
    """
    step = len(x) // _SAMPLE + 1
    x, y, colour = x[::step], y[::step], colour[:, ::step]
    flat = np.zeros((len(colour), 3), np.float32)
    flat[:, 2] = median(colour.T)
    error = _distance(flat, x, y, colour)
    explained = np.mean(error <= 2)
    if explained > 0.9:
        return flat  # plain paper
    plane = flat
    points, right = np.stack([x, y, np.ones_like(x)]).astype(np.float64), colour.T.astype(np.float64)
    for tolerance in (3 * _TOLERANCE, 2 * _TOLERANCE, _TOLERANCE):
        near = error <= tolerance
        if np.count_nonzero(near) < _ENOUGH:
            break
        weighted = points * near
        plane = solved(weighted @ points.T, weighted @ right).T.astype(np.float32)
        error = _distance(plane, x, y, colour)
    return plane if np.mean(error <= 2) > explained + 0.05 else flat


def _evaluate(plane: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The plane's colour at N points, C x N."""
    return plane[:, :1] * x.astype(np.float32) + plane[:, 1:2] * y.astype(np.float32) + plane[:, 2:]


def _distance(plane: np.ndarray, x: np.ndarray, y: np.ndarray, colour: np.ndarray) -> np.ndarray:
    return np.abs(_evaluate(plane, x, y) - colour).max(0)


def _paint(
    crop: np.ndarray,
    rest: np.ndarray,
    y: np.ndarray,
    x: np.ndarray,
    chosen: np.ndarray,
    plane: np.ndarray,
    own: np.ndarray | None = None,
) -> None:
    y, x = y[chosen], x[chosen]
    crop[y, x] = from_levels(_evaluate(plane, x, y), crop.dtype).T
    rest[y, x] = 0
    if own is not None:
        own[y, x] = 1

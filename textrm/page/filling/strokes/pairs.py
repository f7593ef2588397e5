"""Tells which ends of strokes belong together across a hole."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.filling.strokes.ends import Ends
from textrm.page.filling.strokes.ridges import Ridges

_FARTHEST = 320  # pixels that a stroke is hidden for, at most,
_TIMES = 14  # and times what is seen of its longer end
_TURN = 0.9  # radians that an end may be turned from the straight way to the other, at most
_SHIFT = 0.04  # radians by which two ends of one straight stroke miss each other mostly
_STRAIGHT = 0.02  # radians that the heading of a straight stroke may be off
_ARC = 0.12  # by which the arc between them differs from what their curvature says
_PLACE = 0.7  # pixels by which an end may be misplaced
_WIDTH, _TONE, _INK = 0.35, 0.25, 50.0  # ratio of widths (logarithm) and of contrasts, levels of ink
_GROUND = 48.0  # levels that the ground at a stroke's side changes by
_COST = 9.0  # at most, in squared standard deviations;
_COST_ART = 3.0  # where the ground beside an end is not even,
_CALM = 0.9  # of it at least
_BARE = 2.0  # pixels of the way without a stroke where the ground is known
_SAG, _SAG_MOST = 2.0, 3.0  # standard deviations, and pixels, that the middle of a way may lie aside
_GROUND_SEEN, _SEEN = 5, 0.5  # pixels around a place, and what share of them tells ground from a stroke
_LONG, _SHORT = 12, 3.0  # pixels of both ends; what less of one costs
_APART = 1.5  # pixels that an end between lies off the curve,
_ALONG = 0.4  # and the sine of the angle between them, at most
_SAMPLES = 96  # places of a way that are looked at
_JOINT = 40  # pixels that a stroke without a partner goes on to another, at most,
_JOINT_TIMES = 5  # and times what is seen of it
_JOINT_SEEN = 5  # pixels that are seen of it, at least
_JOINT_ANGLE = 0.4  # sine of the angle at which it meets the other, at least


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ends of a stroke, those ends of what is seen of it in between, all as indices, and the sag of its middle."""

    first: int
    second: int
    between: list[int]
    sag: float


def pair(ends: Ends, grey: np.ndarray, ridges: Ridges, unknown: np.ndarray) -> list[Pair]:
    """Pairs of ends, each end at most once: those that fit best come first, and more so where much is seen of both.

    Args:
        ends: N ends of strokes.
        grey: h w uint8.
        ridges: the thin strokes around the hole.
        unknown: h w uint8 in {0, 1}, the holes.
    """
    first, second, cost = _candidates(ends)
    pairs: list[Pair] = []
    if not len(first):
        return pairs
    standing = _standing(ends, grey, ridges, unknown)
    sag, bare = _sagging(ends, first, second, standing, unknown)
    x, y = _curves(ends, first, second, _SAMPLES, sag)
    good = np.flatnonzero(bare <= _BARE)
    short = np.minimum(ends.length[first], ends.length[second]) < _LONG
    free = np.ones(len(ends), bool)
    for index in good[np.argsort(cost[good] + _SHORT * short[good], kind="stable")].tolist():
        one, other = int(first[index]), int(second[index])
        if free[one] and free[other]:
            free[[one, other]] = False
            between = free & _on(ends, x[index], y[index])
            free &= ~between
            pairs.append(Pair(one, other, np.flatnonzero(between).tolist(), float(sag[index])))
    return pairs


def _on(ends: Ends, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which ends lie on a curve through T places and point along it; N bool."""
    distance = np.hypot(ends.place[:, :1] - x, ends.place[:, 1:] - y)
    nearest = distance.argmin(1).clip(1, len(x) - 2)
    along = np.arctan2(y[nearest + 1] - y[nearest - 1], x[nearest + 1] - x[nearest - 1])
    slack = _APART + np.hypot(np.diff(x), np.diff(y)).max() / 2
    return (distance.min(1) <= slack) & (np.abs(np.sin(ends.heading - along)) <= _ALONG)


def way(ends: Ends, pair: Pair) -> tuple[np.ndarray, np.ndarray]:
    """The curve of a pair, through the ends in between: x and y, T each, half a pixel apart."""
    count = 2 + int(2 * np.linalg.norm(ends.place[pair.first] - ends.place[pair.second]))
    first, second = np.array([pair.first]), np.array([pair.second])
    x, y = (side[0] for side in _curves(ends, first, second, count, np.array([pair.sag])))
    if not pair.between:
        return x, y
    place = ends.place[pair.between]
    nearest = np.hypot(place[:, :1] - x, place[:, 1:] - y).argmin(1)
    order = np.argsort(nearest)
    at = [0, *nearest[order], count - 1]
    off = np.pad((place - np.stack([x[nearest], y[nearest]], 1))[order], ((1, 1), (0, 0)))
    return x + np.interp(np.arange(count), at, off[:, 0]), y + np.interp(np.arange(count), at, off[:, 1])


def _sagging(
    ends: Ends, first: np.ndarray, second: np.ndarray, standing: np.ndarray, unknown: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By how many pixels the middles of M curves lie beside where their ends point, and how much of each is bare.

    What is seen of a stroke in between tells it, as far as the doubt of its headings allows.
    """
    distance = np.linalg.norm(ends.place[second] - ends.place[first], axis=1)
    most = np.minimum(_SAG * distance * (ends.doubt[first] + ends.doubt[second]) / 8, _SAG_MOST)
    sag, bare = np.zeros(len(first)), _bare(ends, first, standing, unknown, *_curves(ends, first, second, _SAMPLES))
    for part in (-0.5, 0.5, -1, 1):
        again = np.flatnonzero((bare > 0) & (most >= _PLACE))
        if not len(again):
            break
        x, y = _curves(ends, first[again], second[again], _SAMPLES, part * most[again])
        found = _bare(ends, first[again], standing, unknown, x, y)
        better = found < bare[again]
        bare[again[better]], sag[again[better]] = found[better], part * most[again[better]]
    return sag, bare


def _curves(
    ends: Ends, first: np.ndarray, second: np.ndarray, count: int, sag: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Those of M pairs, M x ``count`` each; their middles by ``sag`` pixels, M, aside."""
    t = np.linspace(0, 1, count)[:, None]
    start, stop = ends.place[first][:, None], ends.place[second][:, None]
    reach = np.linalg.norm(stop - start, axis=2)[..., None]
    toward = np.arctan2(*(ends.place[second] - ends.place[first]).T[::-1])
    leaves = toward + _sure(ends.heading[first] - toward, ends.doubt[first])
    arrives = toward + _sure(ends.heading[second] + np.pi - toward, ends.doubt[second])
    curve = (1 + 2 * t) * (1 - t) ** 2 * start + t * (1 - t) ** 2 * reach * _direction(leaves)[:, None]
    curve = curve + t**2 * (3 - 2 * t) * stop + t**2 * (t - 1) * reach * _direction(arrives)[:, None]
    if sag is not None:
        curve = curve + 16 * (t * (1 - t)) ** 2 * (sag[:, None] * _direction(toward + np.pi / 2))[:, None]
    return curve[..., 0], curve[..., 1]


def _sure(turn: np.ndarray, doubt: np.ndarray) -> np.ndarray:
    """What of an angle is no mistake of measurement: small ones become 0, so that straight strokes stay straight."""
    turn = _wrapped(turn)
    return turn * np.clip(np.abs(turn) / (_STRAIGHT + doubt) - 1, 0, 1)


def _direction(heading: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(heading), np.sin(heading)], -1)


def _candidates(ends: Ends) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs that may belong together, and what each costs: squared deviations from one smooth even stroke."""
    first, second = np.triu_indices(len(ends), 1)
    chord = ends.place[second] - ends.place[first]
    distance = np.maximum(np.linalg.norm(chord, axis=1), 1e-6)
    longer = np.maximum(ends.length[first], ends.length[second])
    toward = np.arctan2(chord[:, 1], chord[:, 0])
    leaves = _wrapped(ends.heading[first] - toward)
    arrives = _wrapped(ends.heading[second] + np.pi - toward)
    near = (distance <= np.minimum(_FARTHEST, _TIMES * longer)) & (ends.contrast[first] * ends.contrast[second] > 0)
    near &= (np.abs(leaves) <= _TURN) & (np.abs(arrives) <= _TURN)
    first, second, distance = first[near], second[near], distance[near]
    leaves, arrives = leaves[near], arrives[near]
    doubt = (ends.doubt[first] ** 2 + ends.doubt[second] ** 2) / 4 + (_PLACE / distance) ** 2
    weights = ends.doubt[first] ** -2, ends.doubt[second] ** -2
    curvature = ends.curvature[first] * weights[0] - ends.curvature[second] * weights[1]
    arc = curvature / (weights[0] + weights[1]) * distance / 2
    cost = ((leaves + arrives) / 2) ** 2 / (_SHIFT**2 + doubt)
    cost += ((arrives - leaves) / 2 - arc) ** 2 / (_ARC**2 + doubt)
    cost += (np.log(ends.width[first] / ends.width[second]) / _WIDTH) ** 2
    cost += (np.log(ends.contrast[first] / ends.contrast[second]) / _TONE) ** 2
    cost += (np.abs(ends.ink[first] - ends.ink[second]).max(1) / _INK) ** 2
    cost += (np.abs(ends.sides[first] - ends.sides[second, ::-1]).max(1) / _GROUND) ** 2
    calm = np.minimum(ends.calm[first], ends.calm[second]) >= _CALM
    good = cost <= np.where(calm, _COST, _COST_ART)
    return first[good], second[good], cost[good]


def _standing(ends: Ends, grey: np.ndarray, ridges: Ridges, unknown: np.ndarray) -> np.ndarray:
    """By how many levels dark and light strokes may stand at every place, 2 x h x w uint8.

    Where hardly any ground is known beside it, what is as dark as a stroke may be one.
    """
    block = np.ones((3, 3), np.uint8)
    planes = np.stack([cv2.dilate(ridge, block) for ridge in (ridges.dark, ridges.light)])
    alone = (cv2.blur(1.0 - unknown, (_GROUND_SEEN, _GROUND_SEEN)) < _SEEN) & (unknown == 0)
    ink = ends.ink.mean(1)
    for plane, those in zip(planes, (ends.contrast > 0, ends.contrast < 0), strict=True):
        if those.any():
            near = np.abs(grey - np.median(ink[those])) <= np.abs(ends.contrast[those]).min() / 2
            plane[alone & near] = 255
    return planes


def _bare(
    ends: Ends,
    first: np.ndarray,
    standing: np.ndarray,
    unknown: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
) -> np.ndarray:
    """How many pixels of each way go where the ground is known and no stroke stands."""
    height, width = unknown.shape
    rows, columns = np.rint(y).astype(int).clip(0, height - 1), np.rint(x).astype(int).clip(0, width - 1)
    seen = standing[(ends.contrast[first] < 0).astype(int)[:, None], rows, columns]
    bare = (seen < np.abs(ends.contrast[first])[:, None] / 2) & (unknown[rows, columns] == 0)
    steps = np.hypot(np.diff(x, axis=1), np.diff(y, axis=1)).sum(1) / (x.shape[1] - 1)
    return bare.sum(1) * steps


def joint(
    ends: Ends, number: int, crop: np.ndarray, unknown: np.ndarray, drawn: np.ndarray, heading: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """The straight way of an end without a partner to the stroke that it meets first; None where it meets none.

    Args:
        ends: the ends.
        number: which of them.
        crop: h w C float32 levels.
        unknown: h w uint8 in {0, 1}, the holes.
        drawn: h w, 1 where strokes are drawn through the hole.
        heading: h w, their headings in radians there.
    """
    if ends.length[number] < _JOINT_SEEN or not ends.clear[number]:
        return None
    steps = np.arange(0, min(_JOINT, _JOINT_TIMES * int(ends.length[number])), 0.5)
    direction = _direction(ends.heading[number])
    x, y = ends.place[number, 0] + direction[0] * steps, ends.place[number, 1] + direction[1] * steps
    rows, columns = np.rint(y).astype(int), np.rint(x).astype(int)
    inside = (rows >= 0) & (columns >= 0) & (rows < unknown.shape[0]) & (columns < unknown.shape[1])
    rows, columns = rows[inside], columns[inside]
    hidden = unknown[rows, columns] != 0
    if not hidden.any():
        return None
    start = int(hidden.argmax())
    met = drawn[rows, columns] != 0
    near = np.abs(crop[rows, columns] - ends.ink[number]).mean(1) <= abs(ends.contrast[number]) / 2
    met[:start] = False
    out = (~hidden & ~met) & (np.arange(len(met)) > start)
    stop = int((met | out).argmax())
    if stop < 2 or not (met | out)[start:].any() or (out[stop] and not near[stop : stop + 2].any()):
        return None
    if met[stop] and abs(np.sin(heading[rows[stop], columns[stop]] - ends.heading[number])) < _JOINT_ANGLE:
        return None
    return x[: stop + 1], y[: stop + 1]


def _wrapped(angle: np.ndarray) -> np.ndarray:
    return (angle + np.pi) % (2 * np.pi) - np.pi

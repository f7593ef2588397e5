"""Finds where thin strokes of the drawing run into a hole, and measures them along their last pixels before it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np

from textrm.page.filling.pixels import places
from textrm.page.filling.strokes.cuts import SHORTEST, SLANT, Cuts, sampled, value_at
from textrm.page.filling.strokes.ridges import WIDEST, Ridges
from textrm.page.group import box_around

LENGTH = 24  # pixels of a stroke before the hole that are measured, at most
_LEAST = 40  # levels that a stroke differs from its ground by
_FIRST = 8  # pixels of it that tell its heading at first
_DIRECTIONS = 24  # that are tried for it
_LOBE = 2  # directions to both sides that are the same stroke's
_ASLANT, _HALF = 16, 2  # pixels for which a hole's border may run along a stroke, at most, and how near it does
_FACING = 0.6  # cosine of the angles by which two ends may be turned from each other, at least
_STEADY = 0.4  # of the most that its first pixels have, softened, the least have
_EVEN = 0.2  # of the mean by which the ink of cuts may vary; rows of dots vary by more
_USUAL = 0.7  # of the cuts must be alike; where strokes cross they are not
_ROUGH = 0.5  # pixels by which a stroke may lie off its curve
_BESIDE = 0.4  # of its contrast that may stand right beside it; hatching in layers and grain have more


@dataclass(frozen=True, slots=True)
class Ends:
    """N ends of strokes at the border of a hole.

    ``place`` N x 2 (x, y) in pixels; ``heading`` N, radians, into the hole; ``curvature`` N, radians a pixel, along it;
    ``doubt`` N, the standard deviation of the heading; ``length`` N, pixels that were measured; ``width`` N, pixels;
    ``ink`` N x C, levels, the stroke's colour; ``contrast`` N, levels of grey by which it differs from its ground,
    above 0 where it is darker. ``sides`` N x 2, levels of grey to the left and right of the stroke, looking along its
    heading; ``calm`` N, the share of what is seen there that hardly differs from them;
    ``clear`` N bool, whether no other stroke crosses it right before the hole.
    """

    place: np.ndarray
    heading: np.ndarray
    curvature: np.ndarray
    doubt: np.ndarray
    length: np.ndarray
    width: np.ndarray
    ink: np.ndarray
    contrast: np.ndarray
    sides: np.ndarray
    calm: np.ndarray
    clear: np.ndarray

    def __len__(self) -> int:
        return len(self.heading)

    def taken(self, which: np.ndarray) -> Ends:
        """Those that a mask or indices name."""
        return Ends(*(getattr(self, field.name)[which] for field in fields(self)))


def find_ends(
    crop: np.ndarray, grey: np.ndarray, ridges: Ridges, unknown: np.ndarray, own: np.ndarray,
    walls: np.ndarray | None = None,
) -> Ends:  # fmt: skip
    """The strokes that meet a hole; none where no two of them might belong together.

    Args:
        crop: h w C, levels in [0, 255], float32.
        grey: h w uint8.
        ridges: the thin strokes of the crop.
        unknown: h w uint8 in {0, 1}, all holes.
        own: h w uint8 in {0, 1}, the hole.
        walls: h w uint8 in {0, 1}, where strokes have no ends.
    """
    apart = None if walls is None else cv2.dilate(walls, np.ones((3, 3), np.uint8))
    touched = [_contacts(plane if apart is None else plane * (1 - apart), own) for plane in (ridges.dark, ridges.light)]
    place, light = np.concatenate(touched), np.arange(2).repeat([len(part) for part in touched])
    which, heading = _away(ridges, light, own, place)
    light = light[which]
    place = _whole(place[which], heading, ridges, light, unknown)
    bend = np.zeros(len(place))
    for length, order in ((_FIRST, 2), (LENGTH, 3)):
        if len(place) < 2:
            return _none(crop.shape[2])
        cuts = Cuts(ridges, light, unknown, place, heading, bend, length, length < LENGTH)
        offset, slope, bent, doubt, rough = cuts.fitted(order)
        place = place + offset[:, None] * np.stack([-np.sin(heading), np.cos(heading)], 1)
        heading, bend = heading + np.arctan(slope), bend + bent
        if length < LENGTH:
            # Most of what art has is told by its first pixels.
            good = (cuts.length >= SHORTEST) & (rough <= _ROUGH) & (cuts.uneven <= 2 * _EVEN)
            good &= cuts.contrast >= _LEAST
            place, heading, bend, light = place[good], heading[good], bend[good], light[good]
            if not _facing(place, heading, light):
                return _none(crop.shape[2])
    ink, contrast = cuts.colours(crop)
    width = cuts.area / np.maximum(contrast, 1)
    good = (cuts.length >= SHORTEST) & (rough <= _ROUGH) & (cuts.uneven <= _EVEN) & (width <= WIDEST)
    good &= cuts.weight.sum(1) >= np.maximum(_USUAL * cuts.length - SLANT, SHORTEST)
    good &= (contrast >= _LEAST) & (cuts.beside(width) <= _BESIDE * contrast)
    # What stands between two darker strokes is ground.
    good &= (light == 0) | (cuts.between(ridges.dark, width) < _BESIDE * contrast)
    sides, calm = cuts.sides(grey, unknown, width)
    clear = cuts.weight[:, : SLANT + 2].sum(1) >= SLANT
    signed = np.where(light, -contrast, contrast)
    ends = Ends(place, heading + np.pi, -2 * bend, doubt, cuts.length, width, ink, signed, sides, calm, clear)
    return ends.taken(good)


def _facing(place: np.ndarray, away: np.ndarray, light: np.ndarray) -> bool:
    """Whether any two of N strokes of one kind might be parts of one."""
    right, down = (side - side[:, None] for side in place.T)
    leaves = -(np.cos(away)[:, None] * right + np.sin(away)[:, None] * down) / np.maximum(np.hypot(right, down), 1e-6)
    return bool(((np.minimum(leaves, leaves.T) >= _FACING) & (light == light[:, None])).any())


def _none(channels: int) -> Ends:
    one = np.zeros(0)
    return Ends(np.zeros((0, 2)), one, one, one, one, one, np.zeros((0, channels)), one, np.zeros((0, 2)), one, one > 0)


def _contacts(ridges: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The middles of strokes right beside the hole, N x 2; of those that run along it both ends."""
    near = box_around(own, 1)
    own, ridges = own[near], ridges[near]
    beside = (cv2.dilate(own, np.ones((3, 3), np.uint8)) - own) & (ridges >= _LEAST)
    count, labels = cv2.connectedComponents(beside, connectivity=8, ltype=cv2.CV_16U)
    y, x = places(beside != 0)
    label, weight = labels[y, x], ridges[y, x].astype(np.float64)
    area = np.bincount(label, minlength=count)
    total = np.maximum(np.bincount(label, weight, count), 1)
    middles = np.stack([np.bincount(label, weight * side, count) / total for side in (x, y)], 1)
    found = [middles[1:][area[1:] <= 3 * WIDEST]]
    every = np.stack([x, y], 1)
    for long in (np.flatnonzero(area[1:] > WIDEST) + 1).tolist():
        place = every[label == long]
        along = place @ np.linalg.eigh(np.cov(place.T))[1][:, 1]
        found.append(place[[along.argmin(), along.argmax()]])
    return np.concatenate(found) + np.array([near[1].start, near[0].start])


def _away(ridges: Ridges, light: np.ndarray, own: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of N places strokes leave away from the hole, and in which directions, radians; M each."""
    if not len(place):
        return np.zeros(0, int), np.zeros(0)
    soft = cv2.blur(ridges.both, (3, 3))
    angles = np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS)
    steps = np.arange(1, _FIRST + 1)
    x = place[:, :1, None] + np.cos(angles)[:, None] * steps
    y = place[:, 1:, None] + np.sin(angles)[:, None] * steps + ridges.rows(light)[:, None, None]
    seen = sampled(soft, x.reshape(len(place), -1), y.reshape(len(place), -1)).reshape(len(place), _DIRECTIONS, -1)
    total = seen.sum(2)
    around = np.stack([np.roll(total, turn, 1) for turn in range(-_LOBE, _LOBE + 1)])
    which, best = np.nonzero((total == around.max(0)) & (total > 0))
    heading, seen = angles[best], seen[which, best, SLANT - 1 : SLANT + SHORTEST - 1]
    back_x, back_y = (place[which] - SHORTEST * np.stack([np.cos(heading), np.sin(heading)], 1)).T
    into = value_at(cv2.dilate(own, np.ones((5, 5), np.uint8)), back_x, back_y) != 0
    good = into & (seen.min(1) >= _STEADY * seen.max(1)) & (seen.min(1) >= _LEAST / 4)
    return which[good], heading[good]


def _whole(
    place: np.ndarray, heading: np.ndarray, ridges: Ridges, light: np.ndarray, unknown: np.ndarray
) -> np.ndarray:
    """The places of N strokes moved away from the hole to where they are seen whole, N x 2.

    The border of a hole may run along a stroke for a while.
    """
    steps = np.arange(_ASLANT + 1)
    cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
    x, y = place[:, :1] + cos * steps, place[:, 1:] + sin * steps
    beside = [value_at(unknown, x - sin * side, y + cos * side) for side in (-_HALF, _HALF)]
    hidden = (beside[0] | beside[1]) != 0
    inked = value_at(cv2.dilate(ridges.both, np.ones((3, 3), np.uint8)), x, y + ridges.rows(light)[:, None]) >= _LEAST
    hidden[:, SLANT:] &= np.logical_and.accumulate(inked, 1)[:, SLANT:]
    moved = np.where(hidden[:, SLANT], np.argmin(hidden | (steps < SLANT), 1), 0)
    return place + moved[:, None] * np.concatenate([cos, sin], 1)

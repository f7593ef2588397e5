"""Gives what was filled on an unclear screen the tone that its surroundings have."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.least_squares import solved
from textrm.page.filling.pixels import places
from textrm.page.filling.screens.extension import extend
from textrm.page.filling.screens.screen import local_means
from textrm.page.levels import from_levels, to_levels

TONE_AROUND = 48  # pixels around a hole that tell its tone
_SIGMA = 8.0  # pixels over which the tone is taken (standard deviation)
_RING = 32  # pixels around a hole in which its tone must be even
# Levels that it is off a plane there (root of the mean square), at most; on drawings it is off by 13 and more.
_EVEN = 8.0


def keep_tone(crop: np.ndarray, unknown: np.ndarray, own: np.ndarray) -> None:
    """Shift a filling's tone in place to that around it, continued; what is drawn stays on top of it.

    Only where the tone around is even, or changes evenly: else a drawing is there, and its tone is anybody's guess. The
    shift is less by what the tone around is off from even, so that no more is mended than is told.

    Args:
        crop: h w C uint8 or uint16, filled, with up to ``TONE_AROUND`` pixels around the hole.
        unknown: h w uint8, 1 = tells no tone.
        own: h w uint8, 1 = filled; within ``unknown``.
    """
    levels, known, inside = to_levels(crop), (unknown == 0).astype(np.float32), own.astype(np.float32)
    ring = known * (cv2.distanceTransform(1 - own, cv2.DIST_L2, 3) < _RING)
    y, x = places(own)
    if not ring.any() or not len(y):
        return
    alike = (levels == levels[..., :1]).all()
    for number in range(1 if alike else crop.shape[2]):
        plane = np.ascontiguousarray(levels[..., number])
        seen = local_means([plane], known, _SIGMA)[0]
        uneven = _off_plane(seen, ring)
        if uneven > _EVEN**2:
            continue
        shift = (extend(seen, known) - local_means([plane], inside, _SIGMA)[0])[y, x]
        shift *= max(0.0, 1 - uneven / max(float(np.square(shift).mean()), 1e-6))
        around = plane[known > 0]
        shown = from_levels(np.clip(plane[y, x] + shift, around.min(), around.max())[:, None], crop.dtype)
        crop[y, x, slice(None) if alike else slice(number, number + 1)] = shown


def _off_plane(values: np.ndarray, where: np.ndarray) -> float:
    """The mean square of what a map is off the plane through it, at the places of h w that are not 0."""
    y, x = places(where)
    plane = np.stack([y - y.mean(), x - x.mean(), np.ones(len(y))])
    seen = values[y, x].astype(np.float64)
    return float(np.square(seen - solved(plane @ plane.T, (plane @ seen)[:, None])[:, 0] @ plane).mean())

"""Continues screens, halftone dots and lines, into holes: in phase, and with the tone that they have around."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.page.filling.pixels import places, taken
from textrm.page.filling.screens.frequencies import Frequency
from textrm.page.filling.screens.lattice import find_lattice, may_repeat, without_tone
from textrm.page.filling.screens.screen import Screen
from textrm.page.group import box_around
from textrm.page.levels import from_levels, median, to_levels

AROUND = 80  # pixels around a hole that tell its screen
_RING, _SAMPLE = 12, 8000  # pixels around a hole that are looked at first, and how many of them at most
_OFF, _SPECKLED = 24, 0.03  # levels by which such a share is off the rest, …
_CELL, _FEW, _MOST = 24, 20, 0.6  # … in most of the squares of so many pixels a side, of which so many are seen
_NEARER = 24  # pixels from the hole: there what is seen counts half
_TELLING = 64 * 64  # pixels; of fewer, and less than the hole has, nobody can say that they are no screen
_FARTHEST = 12  # pixels from one line to the next; lines that are farther apart are strokes, and continued one by one
_PHASE = 0.04  # cycles that the phase may be off by (standard deviation)
_EXPLAINED = 0.75  # of the variance of what is known and not drawn over must be predicted from the rest of it


def continue_screen(crop: np.ndarray, unknown: np.ndarray, own: np.ndarray) -> np.ndarray | None:
    """Fill in place those pixels of a hole that lie on a screen which the known pixels around tell with certainty.

    The screen is described by its lattice, by its tone, a smooth map that is continued into the hole, and by its cell:
    what a pixel is at a phase of the lattice and a tone. The description is tried on known pixels that it was not
    learnt from; where it does not predict them, a drawing, noise, two crossed screens, nothing is filled. What is left
    of a letter's white edge beside the hole is filled with it.

    Args:
        crop: h w C uint8 or uint16, the hole with up to ``AROUND`` pixels around it.
        unknown: h w uint8, 1 = not to be learnt from.
        own: h w uint8, 1 = to fill; within ``unknown``. White edges are added to it.

    Returns:
        h w uint8, 1 = of ``own``, and not filled: all of it where there may be a screen, and none is certain; None of
        no screen.
    """
    if not _speckled(crop, unknown, own):
        return None
    levels, known = to_levels(crop), (unknown == 0).astype(np.float32)
    grey = cv2.transform(levels, np.full((1, crop.shape[2]), 1 / crop.shape[2])).reshape(own.shape)
    few = cv2.countNonZero(known) < min(_TELLING, cv2.countNonZero(own))
    if not may_repeat(grey, known):
        return own.copy() if few else None
    detail = without_tone(grey, known)
    # Another panel's screen may be in sight: what is nearer tells more.
    detail /= 1 + np.square(cv2.distanceTransform(1 - own, cv2.DIST_L2, 3) / _NEARER)
    lattice = find_lattice(detail)
    if lattice is None:
        return own.copy() if few else None
    screen = Screen(grey, known, _cycles(lattice))
    if len(lattice) == 2 and screen.lines():
        lattice = lattice[:1]
        screen = Screen(grey, known, _cycles(lattice))
    if len(lattice) == 1 and np.linalg.norm(lattice[0].cycles) * _FARTHEST < 1:
        return None
    if screen.score < _EXPLAINED or not screen.repeats():
        return own.copy()
    edge = screen.white_edge(own)
    filled = screen.certain(own | edge) & _in_phase(own | edge, lattice)
    if not filled.any():
        return own.copy()
    own |= edge & filled
    if crop.shape[2] == 1 or (levels == levels[..., :1]).all():
        crop[filled] = from_levels(screen.values(grey, filled)[:, None], crop.dtype)
    else:
        values = [screen.values(levels[..., number], filled) for number in range(crop.shape[2])]
        crop[filled] = from_levels(np.stack(values, 1), crop.dtype)
    return own & (1 - filled.astype(np.uint8))


def _cycles(lattice: Sequence[Frequency]) -> np.ndarray:
    return np.stack([frequency.cycles for frequency in lattice])


def _in_phase(own: np.ndarray, lattice: Sequence[Frequency]) -> np.ndarray:
    """The pixels at which the phase is told, h w bool: far from little that is known it may be off by anything."""
    told = np.ones(own.shape, bool)
    left, top, width, height = cv2.boundingRect(own)
    corners = np.array([left, left + width, left, left + width]), np.array([top, top, top + height, top + height])
    for frequency in lattice:
        if frequency.off(*corners).max() > _PHASE:  # nowhere within is it more
            y, x = places(own)
            told[y, x] &= frequency.off(x, y) <= _PHASE
    return told


def _speckled(crop: np.ndarray, unknown: np.ndarray, own: np.ndarray) -> bool:
    """Whether most of what is around a hole is not of one tone; a quick look, so that plain balloons cost no more.

    A balloon's outline and what lies behind it come near to some of the hole, a screen surrounds it.
    """
    near = box_around(own, _RING)
    ring = cv2.dilate(own[near], np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)) & (1 - unknown[near])
    rows, columns = places(ring, _SAMPLE)
    rows, columns = rows + near[0].start, columns + near[1].start
    if not len(rows):
        return False
    around = to_levels(taken(crop, rows, columns)) @ np.full(crop.shape[2], 1 / crop.shape[2], np.float32)
    off = np.abs(around - median(around)) > _OFF
    cells = rows // _CELL * crop.shape[1] + columns // _CELL
    seen, differing = np.bincount(cells), np.bincount(cells, off)
    judged = seen >= _FEW
    return bool(np.mean(differing[judged] >= _SPECKLED * seen[judged]) >= _MOST) if judged.any() else bool(off.any())

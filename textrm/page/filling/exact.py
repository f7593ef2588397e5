"""Where the paper around a hole is exactly one colour, what nearly has it in the hole has it exactly."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.pixels import places
from textrm.page.group import box_around
from textrm.page.levels import to_levels

_RING = 6  # pixels around a hole that tell its colours
_NEAR = 5  # levels by which a net misses the paper, at most
_SHARE = 0.1  # of the ring's pixels are exactly of a colour that counts
_ALONE = 0.6  # of those in the ring that are as near to it; grain and gradients stay below

_SAMPLE = 4000  # pixels of the ring that are looked at; more cost time only


def take_exact_colours(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> None:
    """Give the pixels of ``inner`` in place the exact colours of plain grounds around them that they nearly have.

    Args:
        crop: h w C uint8 or uint16, filled.
        unknown: h w uint8, 1 = hole, not to be learnt from.
        inner: h w uint8, 1 = to change; within ``unknown``.
    """
    near = box_around(inner, _RING)
    crop, inner = crop[near], inner[near]
    ring = cv2.dilate(inner, np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)) & (1 - unknown[near])
    around, where = crop[places(ring, _SAMPLE)], places(inner)
    if not len(around):
        return
    packed = around.astype(np.uint64) @ (np.uint64(1 << 16) ** np.arange(crop.shape[2], dtype=np.uint64))
    _, first, count = np.unique(packed, return_index=True, return_counts=True)
    often = first[count >= _SHARE * len(around)]
    if not len(often):
        return
    exact = crop[where]
    known, filled = to_levels(around), to_levels(exact)
    for number in often:
        alike = np.abs(known - known[number]).max(1) <= _NEAR
        if np.count_nonzero(packed == packed[number]) >= _ALONE * np.count_nonzero(alike):
            exact[np.abs(filled - known[number]).max(1) <= _NEAR] = around[number]
    crop[where] = exact

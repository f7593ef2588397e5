"""Tells what kind of lettering a word is, as far as its height and its ground show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from textrm.page.finding.mask import Region
from textrm.page.group import ellipse

DIALOGUE, EFFECT, FREE = "dialogue", "sound effect", "free text"
_RING = 4  # pixels around a word in which its ground is judged
_EDGE = 2  # pixels of these that are the letters' soft edges
_FLAT = 8.0  # levels; standard deviation up to which a ground is a balloon's or a caption's
_LARGE = 1.8  # times the usual height of the page's dialogue, from which lettering on art is a sound effect
_HIGH = 1 / 25  # of the page's shorter side: the same where the page has no dialogue


def with_kinds(image: np.ndarray, ink: np.ndarray, regions: Sequence[Region]) -> list[Region]:
    """The regions with their kinds: ``dialogue`` on a flat ground, else ``sound effect`` (large) or ``free text``.

    Args:
        image: H W 3 uint8 RGB, lettered.
        ink: H W uint8, 1 = a stroke of lettering, taken out or not.
        regions: of this page.
    """
    flat = [_is_flat(image, ink, region) for region in regions]
    heights = np.array([_letter_height(region) for region in regions])
    spoken = heights[flat] if any(flat) else np.zeros(0)
    large = _LARGE * np.median(spoken) if len(spoken) >= 3 else min(image.shape[:2]) * _HIGH
    return [
        replace(region, kind=DIALOGUE if level else EFFECT if height >= large else FREE)
        for region, level, height in zip(regions, flat, heights, strict=True)
    ]


def _letter_height(region: Region) -> float:
    """The shorter side of the word: its height, or the width of a column."""
    left, top, right, bottom = region.box
    return float(min(right - left, bottom - top))


def _is_flat(image: np.ndarray, ink: np.ndarray, region: Region) -> bool:
    left, top, right, bottom = region.box
    rows, columns = slice(max(top - _RING, 0), bottom + _RING), slice(max(left - _RING, 0), right + _RING)
    ground = cv2.dilate(ink[rows, columns], ellipse(_EDGE)) == 0
    grey = cv2.cvtColor(np.ascontiguousarray(image[rows, columns]), cv2.COLOR_RGB2GRAY)[ground]
    return bool(len(grey) and grey.std() <= _FLAT)

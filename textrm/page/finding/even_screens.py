"""Paints even dot screens grey, so that letters on them are found as well as those on paper."""

from __future__ import annotations

import cv2
import numpy as np

_TILE = 1024  # pixels a side that are looked at together, so that memory does not grow with the page
_DARK = 150  # levels below which a pixel is part of a dot or of a drawing
_LARGEST, _WIDEST = 24, 7  # pixels, and pixels a side, of a dot
_FEWEST = 300  # dots of a screen
_APART = 9  # pixels from a dot to the next, at most
_AROUND = 31  # pixels a side over which dots are counted
_DENSE = 12  # of them in a square of as many pixels, mostly
_TONE = 13  # and over which their tone is the mean
_EVEN, _LEVELS = 0.93, 12  # of the dots of an even screen have its tone, within so many levels; of shaded ones 0.85
_REGULAR, _COUNT = 0.65, 0.12  # have its number of others around, within this share of it
_ALIKE, _SIZE = 0.75, 0.35  # and have its size, within this share or 1.5 pixels; letters of small print have any


def without_even_screens(image: np.ndarray) -> np.ndarray:
    """The page with the grey of its even dot screens in place of their dots; the page itself where there are none.

    What stands on a screen stays as it is, with the pixels right beside it. Screens whose tone changes stay: half of
    their dots melt into each other, and the rest alone would be a drawing that is not there.

    Args:
        image: H W 3 uint8 RGB.
    """
    painted = None
    for top in range(0, image.shape[0], _TILE):
        for left in range(0, image.shape[1], _TILE):
            tile = slice(top, top + _TILE), slice(left, left + _TILE)
            where, tone = _screens(image[tile])
            if where.any():
                painted = image.copy() if painted is None else painted
                painted[tile][where] = tone[where]
    return image if painted is None else painted


def _screens(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where h w 3 uint8 are even screens, h w bool, and their tone, h w 3 uint8."""
    none = np.zeros(pixels.shape[:2], bool), pixels
    dark = cv2.threshold(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), _DARK - 1, 1, cv2.THRESH_BINARY_INV)[1]
    _, labels, boxes, centres = cv2.connectedComponentsWithStats(dark, connectivity=4, ltype=cv2.CV_32S)
    sizes = boxes[:, cv2.CC_STAT_AREA]
    dot = (sizes <= _LARGEST) & (boxes[:, cv2.CC_STAT_WIDTH] <= _WIDEST) & (boxes[:, cv2.CC_STAT_HEIGHT] <= _WIDEST)
    dot[0] = False
    size = sizes[dot].astype(np.float32)
    x, y = np.rint(centres[dot]).astype(int).T
    if not _dense(x, y, size):
        return none
    dots = dot.astype(np.uint8)[labels]
    region: np.ndarray = cv2.morphologyEx(dots, cv2.MORPH_CLOSE, np.ones((_APART, _APART), np.uint8))
    region_of = cv2.connectedComponents(region, connectivity=4, ltype=cv2.CV_32S)[1]
    own = region_of[y, x]
    bare = region & (1 - cv2.dilate(dark - dots, np.ones((3, 3), np.uint8)))
    centre = np.zeros(dark.shape, np.uint8)
    centre[y, x] = 1
    count, covered = (cv2.boxFilter(plane, cv2.CV_32F, (_AROUND, _AROUND))[y, x] for plane in (centre, bare))
    dense = count / np.maximum(covered, 1e-3)
    even = np.zeros(int(region_of.max()) + 1, bool)
    for number in (np.flatnonzero(np.bincount(own)[1:] >= _FEWEST) + 1).tolist():
        apart, large = dense[own == number], size[own == number]
        even[number] = _near(apart, _COUNT * float(np.median(apart))) >= _REGULAR
        even[number] &= _near(large, max(_SIZE * float(np.median(large)), 1.5)) >= _ALIKE
    if not even.any():
        return none
    tone: np.ndarray = cv2.boxFilter(cv2.bitwise_and(pixels, pixels, mask=bare), cv2.CV_32F, (_TONE, _TONE))
    tone /= np.maximum(cv2.boxFilter(bare, cv2.CV_32F, (_TONE, _TONE)), 1e-3)[..., None]
    for number in np.flatnonzero(even).tolist():
        those = own == number
        even[number] = _near(tone[y[those], x[those]].mean(1), _LEVELS) >= _EVEN
    return (bare != 0) & even[region_of], np.clip(np.rint(tone), 0, 255).astype(np.uint8)


def _dense(x: np.ndarray, y: np.ndarray, size: np.ndarray) -> bool:
    """Whether many of N dots stand close to others of their size, as those of hardly any drawing do."""
    cell = y // _AROUND * _TILE + x // _AROUND
    count, total, squares = (np.bincount(cell, weights) for weights in (None, size, size**2))
    mean = total / np.maximum(count, 1)
    spread = np.sqrt(np.maximum(squares / np.maximum(count, 1) - mean**2, 0))
    return int(count[(count >= _DENSE) & (spread <= np.maximum(_SIZE * mean, 1))].sum()) >= _FEWEST


def _near(values: np.ndarray, by: float) -> float:
    """The share of N values that differ from their median by so much at most."""
    return float(np.mean(np.abs(values - np.median(values)) <= by))

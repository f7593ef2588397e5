"""What stands in front of lettering: the edge of the panel, the lines of the drawing, a thing in it."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.synth.values import Box, Rng

SEEN = 0.5  # share of a patch that must stay to be seen


def seen_through(shape: tuple[int, int], x: int, y: int, panel: Box, region: np.ndarray | None) -> np.ndarray:
    """How much of a patch of ``shape`` (h, w) at (x, y) lies within a panel and a region of it (H W uint8): h w uint8,
    255 = all.
    """
    keep = np.zeros(shape, np.uint8)
    x0, y0 = round(max(panel[0], 0)) - x, round(max(panel[1], 0)) - y
    x1, y1 = round(panel[2]) - x, round(panel[3]) - y
    if region is not None:
        x1, y1 = min(x1, region.shape[1] - x), min(y1, region.shape[0] - y)
    inside = np.s_[max(y0, 0) : max(min(y1, shape[0]), 0), max(x0, 0) : max(min(x1, shape[1]), 0)]
    keep[inside] = 255
    if region is not None and keep[inside].size:
        keep[inside] = region[inside[0].start + y : inside[0].stop + y, inside[1].start + x : inside[1].stop + x]
    return keep


def in_front(rng: Rng, art: np.ndarray, alpha: np.ndarray, x: int, y: int) -> np.ndarray:
    """How much of a patch at (x, y) is seen: h w uint8, 255 = all.

    Now and then the drawing's dark lines, or an area of the drawing of one colour, lie over it. ``art`` is H W 3 uint8
    RGB, ``alpha`` the patch's h w coverage.
    """
    keep = np.full(alpha.shape, 255, np.uint8)
    draw = rng.random()
    if draw > 0.3:
        return keep
    height, width = alpha.shape
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + width, art.shape[1]), min(y + height, art.shape[0])
    if x1 - x0 < 16 or y1 - y0 < 16:
        return keep
    gray = cv2.cvtColor(np.ascontiguousarray(art[y0:y1, x0:x1]), cv2.COLOR_RGB2GRAY)
    front = _lines(gray) if draw < 0.12 else _thing(rng, gray)
    part = keep[y0 - y : y1 - y, x0 - x : x1 - x]
    ink = alpha[y0 - y : y1 - y, x0 - x : x1 - x]
    left = cv2.subtract(part, front)
    if cv2.multiply(ink, left, scale=1 / 255).sum(dtype=np.int64) >= SEEN * ink.sum(dtype=np.int64):
        part[...] = left
    return keep


def _lines(gray: np.ndarray) -> np.ndarray:
    """Dark lines, which a printer would lay over any colour; H W uint8."""
    wide = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    return cv2.convertScaleAbs(cv2.subtract(wide, gray), alpha=1.6)


def _thing(rng: Rng, gray: np.ndarray) -> np.ndarray:
    """An area of about one grey around a random point, with soft edges; H W uint8."""
    small = cv2.resize(cv2.GaussianBlur(gray, (0, 0), 2), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    for _ in range(3):
        seed = int(rng.integers(width)), int(rng.integers(height))
        found = np.zeros((height + 2, width + 2), np.uint8)
        cv2.floodFill(small, found, seed, 0, 9, 9, 4 | (255 << 8) | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE)
        share = found.mean() / 255
        if 0.03 < share < 0.4:
            solid = cv2.morphologyEx(found[1:-1, 1:-1], cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
            return cv2.GaussianBlur(cv2.resize(solid, gray.shape[::-1], interpolation=cv2.INTER_LINEAR), (0, 0), 0.8)
    return np.zeros_like(gray)

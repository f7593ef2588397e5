"""What outline the ground of a block has: a box's corners, an ellipse, a tail, a line around it."""

from __future__ import annotations

import cv2
import numpy as np

OUTLINES = 7
_CRACK = 0.25  # heights of letters; gaps and spikes thinner than this do not count
_TAIL = 0.9  # what is thinner than this is a tail
_CORNER = 0.025  # of the outline's length: how far a corner stands out
_MOST_CORNERS = 12
_LINE = 0.6  # heights of letters around a ground in which a line around it stands
_FAR = 60  # levels from the ground's tone that make a line


def outline_of(
    part: np.ndarray, grey: np.ndarray, corner: tuple[int, int], tone: float, letter: float, middle: float
) -> list[float]:
    """Numbers of a ground: how much of a turned box it fills, with and without its tail; corners; tail; line around.

    Args:
        part: H W bool, True = the ground.
        grey: uint8, the picture around it, at least as large.
        corner: x, y in it of the ground's upper left corner.
        tone: of the ground, in levels.
        letter: how high the letters are, in pixels.
        middle: of the block's height, a row of ``grey``.
    """
    (x, y), (high, wide) = corner, part.shape
    crack = max(int(_CRACK * letter) | 1, 3)
    pad = 2 * crack
    whole = cv2.copyMakeBorder(part.astype(np.uint8), pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    whole = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((crack, crack), np.uint8))
    thin = 2 * (int(_TAIL * letter) // 2) + 1
    body = cv2.morphologyEx(whole, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thin, thin)))
    around = cv2.copyMakeBorder(grey, pad, pad, pad, pad, cv2.BORDER_REFLECT)
    around = around[y : y + high + 2 * pad, x : x + wide + 2 * pad].astype(np.float32)
    distance = cv2.distanceTransform(1 - whole, cv2.DIST_L2, 3)
    band = (distance > 0) & (distance <= _LINE * letter)
    line = float((np.abs(around[band] - tone) > _FAR).mean()) if band.any() else 0.0
    filled, _ = _box(whole)
    square, outline = _box(body)
    if outline is None:
        return [filled, 0.0, 0.0, 0.0, 0.0, 0.0, line]
    corners = len(cv2.approxPolyDP(outline, _CORNER * cv2.arcLength(outline, True), True))
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.subtract(whole, body), connectivity=8)
    tail = float(stats[1:, cv2.CC_STAT_AREA].max()) / letter**2 if count > 1 else 0.0
    _, top, _, tall = cv2.boundingRect(outline)
    return [filled, square, min(corners, _MOST_CORNERS) / 6, 1 - float(body.sum()) / float(whole.sum()),
            tail / 4, abs(y + top - pad + tall / 2 - middle) / letter / 4, line]  # fmt: skip


def _box(mask: np.ndarray) -> tuple[float, np.ndarray | None]:
    """How much of the smallest box around its largest part that part fills, and the part's outline."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return 0.0, None
    largest = max(outlines, key=cv2.contourArea)
    _, (wide, high), _ = cv2.minAreaRect(largest)
    return cv2.contourArea(largest) / max(wide * high, 1.0), largest

"""Find the empty balloons of text-free art: large flat regions with room for lines of text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

FLAT = 14  # a pixel is flat where no channel varies by more than this within its 3 x 3 neighbours
MAX_REGIONS = 24


@dataclass(frozen=True, slots=True)
class EmptyBalloon:
    """``box`` (x0, y0, x1, y1) lies wholly inside the region; ``region`` is H W uint8 in {0, 1}, ``color`` its mean.

    ``open_sides`` (left, top, right, bottom) tells where the region goes on beyond the picture.
    """

    box: tuple[int, int, int, int]
    color: np.ndarray
    region: np.ndarray
    open_sides: tuple[bool, bool, bool, bool]


def find_empty_balloons(art: np.ndarray, least: float) -> list[EmptyBalloon]:
    """Flat, bright or very dark regions of ``art`` (H W 3 uint8 RGB) with room for lines of text.

    A region must hold an upright box of at least ``least`` x 1.6 ``least`` pixels.
    Gutters and margins are left out by their shape: too narrow, or much longer than wide.
    """
    height, width = art.shape[:2]
    kernel = np.ones((3, 3), np.uint8)
    red, green, blue = cv2.split(cv2.morphologyEx(art, cv2.MORPH_GRADIENT, kernel))
    flat = (cv2.max(cv2.max(red, green), blue) <= FLAT).astype(np.uint8)
    red, green, blue = cv2.split(art)
    lowest, highest = cv2.min(cv2.min(red, green), blue), cv2.max(cv2.max(red, green), blue)
    tone = ((lowest > 165) | (highest < 40)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(flat & tone, connectivity=4)
    found = []
    order: Iterable[int] = np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:MAX_REGIONS] + 1 if count > 1 else []
    for label in order:
        x, y, w, h, area = stats[label]
        if area < 1.6 * least**2:
            break
        if min(w, h) < least:
            continue
        region = (labels[y : y + h, x : x + w] == label).astype(np.uint8)
        region = cv2.morphologyEx(region, cv2.MORPH_CLOSE, kernel)
        inner = _largest_box(region)
        if inner is None:
            continue
        x0, y0, x1, y1 = inner[0] + x, inner[1] + y, inner[2] + x, inner[3] + y
        short, long = sorted((x1 - x0, y1 - y0))
        if short < least or long < 1.6 * least or long > 9 * short:
            continue
        spread = art[y0:y1:3, x0:x1:3].reshape(-1, 3).std(0).max()
        if spread > 25:
            continue
        sides = (x0 <= 1, y0 <= 1, x1 >= width - 1, y1 >= height - 1)
        if sum(sides) > 2 or (sum(sides) and short < 2 * least):
            continue
        full = np.zeros((height, width), np.uint8)
        full[y : y + h, x : x + w] = region
        found.append(EmptyBalloon((x0, y0, x1, y1), art[y0:y1, x0:x1].reshape(-1, 3).mean(0), full, sides))
    return found


def _largest_box(region: np.ndarray) -> tuple[int, int, int, int] | None:
    """A large upright box inside a region: grown from the point that lies deepest in it."""
    height, width = region.shape
    padded = cv2.copyMakeBorder(region, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    cy, cx = np.unravel_index(int(depth.argmax()), depth.shape)
    half = int(depth[cy, cx] * 0.66)
    if half < 2:
        return None
    total = cv2.integral(region)

    def full(x0: int, y0: int, x1: int, y1: int) -> bool:
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            return False
        filled = total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0]
        return bool(filled >= 0.995 * (x1 - x0) * (y1 - y0))

    box = [int(cx) - half, int(cy) - half, int(cx) + half, int(cy) + half]
    box = [max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)]
    step = max(1, half // 4)
    while step:
        grown = False
        for side, sign in ((0, -1), (2, 1), (1, -1), (3, 1)):
            trial = box.copy()
            trial[side] += sign * step
            if full(*trial):
                box, grown = trial, True
        if not grown:
            step //= 2
    return box[0], box[1], box[2], box[3]

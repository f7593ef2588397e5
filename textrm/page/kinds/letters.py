"""How high the letters of a word are, and how many it has: a word may be several lines, and two balloons."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.page.finding.mask import Region

LETTERS = 5
_SMALL = 0.15  # of the largest stroke's area: what is smaller is a dot or an accent
_SIDE = 400  # pixels of a word's longer side that are looked at; of larger words fewer than all


def letters_of(ink: np.ndarray, regions: Sequence[Region]) -> tuple[np.ndarray, np.ndarray]:
    """The height of each word's letters in pixels, float64, at least 1; and N x ``LETTERS`` numbers of them.

    These are the logarithm of their number to base 2, how much their heights differ, how wide they are beside their
    height, how much of their boxes they fill, and how much that differs.

    Args:
        ink: H W uint8, 1 = a stroke of lettering.
        regions: words of this page.
    """
    heights, rows = np.ones(len(regions)), np.zeros((len(regions), LETTERS))
    for number, region in enumerate(regions):
        left, top, right, bottom = region.box
        step = max(1, max(right - left, bottom - top) // _SIDE)
        hull = np.zeros((-(-(bottom - top) // step), -(-(right - left) // step)), np.uint8)
        cv2.fillConvexPoly(hull, (region.polygon - (left, top)) // step, 1)
        own = hull & ink[top:bottom:step, left:right:step]
        count, _, boxes, _ = cv2.connectedComponentsWithStats(own, connectivity=8, ltype=cv2.CV_32S)
        if count < 2:
            heights[number] = min(right - left, bottom - top)
            continue
        areas = boxes[1:, cv2.CC_STAT_AREA]
        large = areas >= _SMALL * areas.max()
        tall, wide, weight = boxes[1:, cv2.CC_STAT_HEIGHT][large], boxes[1:, cv2.CC_STAT_WIDTH][large], areas[large]
        order = np.argsort(tall)
        sums = np.cumsum(np.sqrt(weight[order]))
        heights[number] = max(int(tall[order][min(np.searchsorted(sums, sums[-1] / 2), len(order) - 1)]) * step, 1)
        filled = weight / (tall * wide)
        rows[number] = np.log2(large.sum()), np.log(tall).std(), np.log(wide / tall).mean(), filled.mean(), filled.std()
    return heights, rows

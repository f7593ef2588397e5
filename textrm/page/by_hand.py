"""Changes a cleaned page by masks that a person made: only what changed is filled again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from textrm.page.cleaning import ByHand, Result
from textrm.page.finding.find import Found
from textrm.page.finding.mask import Region, find_lettering
from textrm.page.group import groups, surroundings
from textrm.page.kinds.tell import with_kinds

_GAP = 16  # pixels; strokes that are nearer are given back together

# Takes the lettering of a mask out of a picture in place; returns what it filled, H W uint8 in {0, 1}.
TakeOut = Callable[[np.ndarray, np.ndarray], np.ndarray]


def as_found(image: np.ndarray, mask: np.ndarray) -> Found:
    """A mask as if it had been found in the page, H W 3 uint8 RGB: its words are certain."""
    levels = mask * np.uint8(255)
    return Found(mask, levels, _words(image, mask), [])


def change(
    result: Result, page: np.ndarray, shown: np.ndarray, by_hand: ByHand, take_out: TakeOut, reach: int
) -> Result:
    """The page cleaned as ``by_hand`` says, made from the one cleaned without.

    What is erased gets the page's own pixels back, and so does of the hole around it what is nearer to it than to the
    lettering that goes. What is added is filled, widened as usual. No other pixel changes.

    Args:
        result: of the page without ``add`` and ``erase``; its arrays are written to.
        page: the page as it was, of the kind of ``result.image``; where nothing is erased it may be that one.
        shown: the page in H W 3 uint8 RGB.
        by_hand: what to change.
        take_out: fills what is added.
        reach: pixels from lettering to the farthest pixel of its hole.
    """
    nothing = np.zeros_like(result.mask)
    erase = nothing if by_hand.erase is None else by_hand.erase
    lost = result.mask & erase
    if by_hand.erase is not None:
        left = result.mask & (1 - erase)
        back = _given_back(result.filled, lost, left, reach) | (result.filled & erase)
        np.copyto(result.image, page, where=back[..., None] != 0)
        result.filled[back != 0] = 0
        result.mask[:] = left
    new = nothing if by_hand.add is None else by_hand.add & (1 - erase) & (1 - result.mask)
    if new.any():
        filled = take_out(result.image, new)
        if by_hand.erase is not None:
            np.copyto(result.image, page, where=(filled & erase)[..., None] != 0)
            filled &= 1 - erase
        result.filled[:] |= filled
        result.mask[:] |= new
    result.prob[lost != 0] = np.minimum(result.prob[lost != 0], 127)
    result.prob[new != 0] = np.maximum(result.prob[new != 0], 128)
    regions = [part for region in result.regions if (part := _without(region, lost, result.mask & (1 - new)))]
    doubtful = [region for region in result.doubtful if not within(region, new).any()]
    kept = [region for region in result.kept if not within(region, new).any()]
    both = sorted([*regions, *_words(shown, new)], key=lambda region: region.box[1])
    return replace(result, regions=both, doubtful=doubtful, kept=kept)


def _given_back(filled: np.ndarray, lost: np.ndarray, left: np.ndarray, reach: int) -> np.ndarray:
    """Of a hole what belongs to the lettering ``lost``, not to what is ``left``: each pixel to the nearest of both."""
    back = np.zeros_like(filled)
    for slices, own in groups(lost, _GAP):
        window, _ = surroundings(slices, own, 2 * reach, filled.shape)  # the letters of all pixels within reach
        from_lost = cv2.distanceTransform(1 - lost[window], cv2.DIST_L2, 5)
        nearer = from_lost <= reach
        if left[window].any():
            nearer &= from_lost < cv2.distanceTransform(1 - left[window], cv2.DIST_L2, 5)
        back[window] |= filled[window] & nearer
    return back


def _words(image: np.ndarray, mask: np.ndarray) -> list[Region]:
    return with_kinds(image, mask, find_lettering(mask * np.uint8(255), 0.5)[1])


def within(region: Region, mask: np.ndarray) -> np.ndarray:
    """The pixels of a mask, H W uint8 in {0, 1}, within a region's hull: of the size of its box."""
    x0, y0, x1, y1 = region.box
    hull = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillConvexPoly(hull, region.polygon - (x0, y0), 1)
    return hull & mask[y0:y1, x0:x1]


def _without(region: Region, lost: np.ndarray, left: np.ndarray) -> Region | None:
    """A region after some of its strokes were erased; None where it has none left."""
    if not within(region, lost).any():
        return region
    pixels = within(region, left)
    if not pixels.any():
        return None
    hull = cv2.convexHull(cv2.findNonZero(pixels))[:, 0] + region.box[:2]
    (x0, y0), (x1, y1) = hull.min(0).tolist(), hull.max(0).tolist()
    area = int(cv2.countNonZero(pixels))
    return replace(region, polygon=hull.astype(np.int32), box=(x0, y0, x1 + 1, y1 + 1), area=area)

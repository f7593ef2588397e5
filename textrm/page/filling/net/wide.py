"""Fills the inside of wide holes from the page at half its size, so that the net sees across them."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from textrm.page.filling.packed import Packed
from textrm.page.group import Slices, parts, surroundings

DEEP = 24  # pixels; what lies deeper in a hole is seen in half the size first. The net's membrane spans 64 across.
_AROUND = 48  # pixels around a hole that are looked at, in the smallest size
_HALVINGS = 3  # at most
_BLOCK = 768  # pixels; larger groups are cut, so that memory does not grow with them

# Fills in place the holes of a picture, which are 0 afterwards where it did.
Fill = Callable[[np.ndarray, np.ndarray], None]


def fill_inside(
    image: np.ndarray, hole: np.ndarray, slices: Slices, own: np.ndarray, fill: Fill, unseen: Packed | None = None
) -> None:
    """Fill in place what lies deep in a group of holes, if that is wide; its rim is left.

    The page around it, halved, is given to ``fill``, which comes back here where the hole is wide in half size too. In
    a hole as wide as what a net sees nothing tells it what stands on the other side, and its middle becomes one mean;
    in half size outlines, panels and grounds go on across it, without their detail.

    Args:
        image: H W C, uint8 or uint16.
        hole: H W uint8, 1 = unknown; 0 afterwards where it was filled.
        slices: the box of the group.
        own: its pixels in this box, h w uint8 in {0, 1}; 0 afterwards where they were filled.
        fill: fills the holes of a smaller picture.
        unseen: H W, known pixels of which a hole is not to learn, as long as others are known.
    """
    if not _may_be_wide(own):
        return
    for box, part in parts(slices, own, _BLOCK):
        window, inner = surroundings(box, part, DEEP + 1, hole.shape)
        # Nothing is known beyond the page's edges.
        depth = cv2.distanceTransform((hole[window] != 0).astype(np.uint8), cv2.DIST_L2, 5) * inner
        if depth.max() <= DEEP:
            continue
        halvings = min(_HALVINGS, int(np.ceil(np.log2(depth.max() / DEEP))))
        seen, _ = surroundings(box, part, _AROUND << halvings, hole.shape)
        unknown = hole[seen] != 0
        if unseen is not None and not (hidden := unknown | (unseen[seen] != 0)).all():
            unknown = hidden
        small, missing = halved(image[seen], unknown)
        fill(small, missing)
        height, width = missing.shape
        top, left = window[0].start - seen[0].start, window[1].start - seen[1].start
        inside = slice(top, top + depth.shape[0]), slice(left, left + depth.shape[1])
        coarse = cv2.resize(small, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR)
        coarse = coarse.reshape(2 * height, 2 * width, -1)[inside]
        blind = missing.repeat(2, 0).repeat(2, 1)[inside]
        deep = (depth > DEEP) & (blind == 0)
        np.copyto(image[window], coarse, where=deep[..., None])
        hole[window][deep] = 0
        part &= hole[box] != 0  # a view of ``own``


def halved(image: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A picture of half the size: the mean of what is known in each two by two pixels, and where nothing is.

    Args:
        image: H W C, uint8 or uint16.
        hole: H W uint8 or bool, not 0 = unknown.

    Returns:
        Of the halves of H and W, rounded up, the picture and 1 = unknown in uint8.
    """
    odd = (0, hole.shape[0] % 2), (0, hole.shape[1] % 2)
    image, known = np.pad(image, (*odd, (0, 0))), np.pad(hole == 0, odd)
    count = np.zeros((known.shape[0] // 2, known.shape[1] // 2, 1), np.uint8)
    sums = np.zeros((*count.shape[:2], image.shape[2]), np.float32)
    for down in (0, 1):
        for right in (0, 1):
            seen = known[down::2, right::2, None]
            count += seen
            sums += image[down::2, right::2] * seen
    return np.rint(sums / np.maximum(count, 1)).astype(image.dtype), (count[..., 0] == 0).astype(np.uint8)


def _may_be_wide(own: np.ndarray) -> bool:
    """Whether a disc of radius ``DEEP`` may fit in: it would cover four pixels of a grid with a quarter of that step.

    That costs next to nothing, and few groups are wide.
    """
    grid = own[:: DEEP // 4, :: DEEP // 4]
    return bool((grid[1:, 1:] & grid[1:, :-1] & grid[:-1, 1:] & grid[:-1, :-1]).any())

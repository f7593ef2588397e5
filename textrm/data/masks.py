"""What counts as lettering in a mask: the one place where that is decided.

Of a pair of pictures it is what changed between the lettered and the text-free one, by more than some levels in some
channel. How many levels depends on where the pair comes from, so there are two: :func:`mask_of_drawn_pair` for pictures
that we drew, whose unchanged pixels are equal to the bit, and :func:`mask_of_compressed_pair` for two files from
elsewhere, which compression and registration changed everywhere. Of a stored mask :func:`mask_of_levels` tells.

What differs in other measures is not lettering and is defined with them: art that cleaning lost
(:data:`textrm.metrics.pictures.LEAK`), contours of another picture (:mod:`textrm.importers.registration`).
"""

from __future__ import annotations

import cv2
import numpy as np

VISIBLE = 16  # levels; where lettering changed a drawn picture by less in every channel nothing was lost
HALF = 127  # of 255; a pixel of a stored mask above it is lettering


def differing(before: np.ndarray, after: np.ndarray, levels: float) -> np.ndarray:
    """H W bool: where some channel of two H W 3 uint8 pictures differs by more than ``levels``."""
    red, green, blue = cv2.split(cv2.absdiff(before, after))
    return cv2.max(cv2.max(red, green), blue) > levels


def mask_of_drawn_pair(image: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """H W uint8 in {0, 1} from a lettered and a clean picture before compression, both H W 3 uint8 RGB.

    Lettering is where they differ by more than VISIBLE levels. Softer edges stay outside, as in the masks of the real
    pages, and so does a white letter's fill on white paper: nothing was lost there.
    """
    return differing(image, clean, VISIBLE).astype(np.uint8)


def mask_of_compressed_pair(
    raw: np.ndarray, clean: np.ndarray, threshold: float = 0.4, close: float = 3, grow: float = 5
) -> np.ndarray:
    """H W uint8 in {0, 1} from a lettered and a clean picture of two files, both H W 3 uint8 RGB.

    A pixel is lettering where the brightness differs by more than ``threshold`` of the range, in the colour channel
    where it differs most: on grey pictures that is plain brightness, on coloured ones it also finds lettering that is
    as bright as its ground. Smaller finds faint ink, larger drops noise. Then gaps are closed and the mask is grown,
    both by max pooling with a square kernel of so many px per 512 px of page height; 0 leaves a step out.
    """
    mask: np.ndarray = differing(raw, clean, threshold * 255).astype(np.uint8)
    height = mask.shape[0]
    if (side := kernel_side(close, height)) > 1:
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    if (side := kernel_side(grow, height)) > 1:
        mask = cv2.dilate(mask, np.ones((side, side), np.uint8))
    return mask


def mask_of_levels(levels: np.ndarray) -> np.ndarray:
    """H W uint8 in {0, 1} from the grey levels H W of a stored mask."""
    return (levels > HALF).astype(np.uint8)


def kernel_side(per_512: float, height: int) -> int:
    """The odd number of px nearest to ``per_512`` px per 512 px of ``height``; 1 leaves a mask as it is."""
    return 2 * max(0, round((per_512 * height / 512 - 1) / 2)) + 1

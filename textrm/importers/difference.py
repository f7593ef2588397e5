"""The mask of a pair: what the lettering changed."""

from __future__ import annotations

import cv2
import numpy as np


def difference_mask(
    raw: np.ndarray, clean: np.ndarray, threshold: float = 0.4, close: float = 3, grow: float = 5
) -> np.ndarray:
    """H W uint8 in {0, 1} from a lettered and a clean picture, both H W 3 uint8 RGB.

    A pixel is lettering where the brightness differs by more than ``threshold`` of the range, in the colour channel
    where it differs most: on grey pictures that is plain brightness, on coloured ones it also finds lettering that is
    as bright as its ground. Smaller finds faint ink, larger drops noise. Then gaps are closed and the mask is grown,
    both by max pooling with a square kernel of so many px per 512 px of page height; 0 leaves a step out.
    """
    mask = (cv2.absdiff(raw, clean).max(axis=2) > threshold * 255).astype(np.uint8)
    height = mask.shape[0]
    if (side := kernel_side(close, height)) > 1:
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    if (side := kernel_side(grow, height)) > 1:
        mask = cv2.dilate(mask, np.ones((side, side), np.uint8))
    return mask


def kernel_side(per_512: float, height: int) -> int:
    """The odd number of px nearest to ``per_512`` px per 512 px of ``height``; 1 leaves a mask as it is."""
    return 2 * max(0, round((per_512 * height / 512 - 1) / 2)) + 1

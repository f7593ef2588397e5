"""What a block of holes is filled from: the window around it, and what of it is known."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.packed import Packed
from textrm.page.group import Slices, surroundings


def seen(
    hole: np.ndarray, slices: Slices, own: np.ndarray, lines: Packed | None, around: int, unseen: Packed | None = None
) -> tuple[Slices, np.ndarray, np.ndarray]:
    """The window of a block with what is ``around`` it, the block's pixels there, and which pixels are not known."""
    window, inner = surroundings(slices, own, around, hole.shape)
    unknown = (hole[window] != 0).astype(np.uint8)
    walls = None if lines is None else lines[window]
    apart = [_apart(walls, inner)] if walls is not None and walls.any() else []
    apart += [] if unseen is None else [unseen[window]]
    for part in apart:
        if not (unknown | part).all():
            unknown |= part
    return window, inner, unknown


def _apart(lines: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Lines with their soft edges, and what they part from ``own``; all h w uint8 in {0, 1}."""
    walls = cv2.dilate(lines, np.ones((3, 3), np.uint8)) & (1 - own)
    count, labels = cv2.connectedComponents(1 - walls, connectivity=4)
    apart = np.ones(count, np.uint8)
    apart[labels[own != 0]] = 0
    apart[0] = 1
    return apart[labels]

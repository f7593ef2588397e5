"""What all figures share: the threshold, the pixels that count, dilation (numpy and OpenCV only)."""

from __future__ import annotations

import cv2
import numpy as np

THRESHOLD = 127  # levels above it are predicted lettering


def dilate(mask: np.ndarray, size: int) -> np.ndarray:
    """The mask H W grown by an ellipse of ``size`` × ``size`` pixels, bool."""
    ellipse = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cv2.dilate(mask.astype(np.uint8), ellipse).astype(bool)


def where_counted(like: np.ndarray, ignore: np.ndarray | None) -> np.ndarray:
    """Where a page counts, bool H W: outside ``ignore``, everywhere for None."""
    return np.ones(like.shape, bool) if ignore is None else ignore == 0


def ratio(part: float, whole: float) -> float:
    """The quotient, or NaN of nothing."""
    return part / whole if whole else float("nan")

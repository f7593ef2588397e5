"""What all figures share: the threshold, the pixels that count, dilation (numpy and OpenCV only)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import cv2
import numpy as np

THRESHOLD = 127  # levels above it are predicted lettering


@dataclass(slots=True)
class Counts:
    """Counts of pages, which are added field by field to pool them."""

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, entry.name) + getattr(other, entry.name) for entry in fields(self)))


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

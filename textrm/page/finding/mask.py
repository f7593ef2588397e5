"""Makes a mask of a probability: threshold, hysteresis, removal of specks, words and lines."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.group import ellipse, groups

_NEIGHBOURHOOD = 15  # pixels: wider than the strokes of dialogue, so that a peak is in reach from every edge


@dataclass(frozen=True, slots=True)
class Region:
    """A word, a line or a few lines of lettering.

    ``polygon`` is N x 2 int32, the hull of the region's pixels (x, y); ``box`` is x0, y0, x1, y1 with x1, y1 outside;
    ``score`` the mean probability of its pixels in [0, 1], ``area`` their number; ``kind`` what
    :mod:`textrm.page.kinds` takes it for, empty where nobody asked, and ``kind_score`` how probable that is, in [0, 1];
    ``goes_as`` the kind that decides whether it goes, which is another where that is not sure enough to stay for.
    """

    polygon: np.ndarray
    box: tuple[int, int, int, int]
    score: float
    area: int
    kind: str = ""
    kind_score: float = 0.0
    goes_as: str = ""


def find_lettering(
    prob: np.ndarray, threshold: float, low: float | None = None, min_area: int = 0, gap: int = 16
) -> tuple[np.ndarray, list[Region]]:
    """The mask of the lettering and its regions.

    With ``low`` below ``threshold``, pixels down to ``low`` count as well where they touch lettering of the same
    connected stroke that reaches ``threshold`` (hysteresis, Canny 1986): faint ends of strokes stay with their letter.
    Of these a stroke keeps what reaches half of its largest probability within 7 px: the model is as unsure inside a
    faint stroke as it is beside a plain one, and no single number tells the two apart.
    Regions of fewer than ``min_area`` pixels are dropped as a whole; dots and accents stay with their word.

    Args:
        prob: H W uint8.
        threshold: in (0, 1).
        low: in (0, threshold], or None for no hysteresis.
        min_area: pixels.
        gap: pixels; what is nearer belongs to one region.

    Returns:
        The mask, H W uint8 in {0, 1} (1 = lettering), and the regions from top to bottom.
    """
    high = int(threshold * 255)
    weak = cv2.threshold(prob, high if low is None else int(low * 255), 1, cv2.THRESH_BINARY)[1]
    mask = np.zeros_like(weak)
    regions = []
    for (rows, columns), own in groups(weak, gap):
        values = prob[rows, columns]
        if low is not None:
            own = _half_maximum(values * _connected_to(own, values > high))
        area = cv2.countNonZero(own)
        if area < max(min_area, 1):
            continue
        cv2.bitwise_or(mask[rows, columns], own, dst=mask[rows, columns])
        score = cv2.mean(values, own)[0] / 255
        hull = cv2.convexHull(cv2.findNonZero(own))[:, 0] + (columns.start, rows.start)
        (left, top), (right, bottom) = hull.min(0).tolist(), hull.max(0).tolist()
        regions.append(Region(hull.astype(np.int32), (left, top, right + 1, bottom + 1), score, area))
    return mask, regions


def widen(mask: np.ndarray, radius: int) -> np.ndarray:
    """The mask widened by ``radius`` pixels on all sides, so that soft edges of letters are covered too."""
    return cv2.dilate(mask, ellipse(radius)) if radius else mask.copy()


def _half_maximum(prob: np.ndarray) -> np.ndarray:
    peak = cv2.dilate(prob, np.ones((_NEIGHBOURHOOD, _NEIGHBOURHOOD), np.uint8))
    return (prob > peak // 2).astype(np.uint8)


def _connected_to(weak: np.ndarray, strong: np.ndarray) -> np.ndarray:
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    keep = np.zeros(count, np.uint8)
    keep[labels[strong]] = 1
    keep[0] = 0
    return keep[labels]

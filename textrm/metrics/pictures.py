"""Figures of cleaned pictures: how near they are to the truth, and what was lost or left (numpy and OpenCV only)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from textrm.metrics.counting import THRESHOLD, dilate, ratio, where_counted

PSNR_CAP = 60.0  # decibels; a perfect page has none, and one must not decide the mean
LEAK = 8  # grey levels; smaller differences are rounding
TOUCHED = (0.001, 0.01, 0.05)  # shares of a picture


def picture_scores(
    cleaned: np.ndarray, lettered: np.ndarray, clean: np.ndarray, mask: np.ndarray, ignore: np.ndarray | None = None
) -> dict[str, float]:
    """How well one page was cleaned; the pictures are H W 3 uint8 RGB.

    ``psnr`` (over the page) and ``psnr_near`` (within 8 px of lettering) in dB, at most 60; ``left``, the share of the
    lettering's pixels nearer to the lettered than to the clean picture; ``leak``, the share of the pixels farther than
    16 px from lettering that were changed by more than 8 levels in a channel; ``change``, the mean over these pixels of
    the absolute difference from the lettered picture, in levels of 0-255, mean over channels.
    """
    counted = where_counted(mask, ignore)
    truth = (mask != 0) & counted
    near, far = dilate(truth, 17) & counted, ~dilate(truth, 33) & counted
    difference = cv2.absdiff(cleaned, clean)
    changed = cv2.absdiff(cleaned, lettered)
    remains = changed[truth].sum(1, dtype=np.int64) < difference[truth].sum(1, dtype=np.int64)
    far_change = changed[far]
    leaked = (far_change > LEAK).any(1)
    return {
        "psnr": _psnr(difference[counted]),
        "psnr_near": _psnr(difference[near]),
        "left": ratio(int(remains.sum()), remains.size),
        "leak": ratio(int(leaked.sum()), leaked.size),
        "change": ratio(int(far_change.sum(dtype=np.int64)), far_change.size),
    }


def hole_psnr(filled: np.ndarray, clean: np.ndarray, hole: np.ndarray) -> float:
    """Decibels over the pixels where ``hole`` (H W) is not 0, of H W 3 uint8 pictures; NaN without any, at most 60."""
    return _psnr(cv2.absdiff(filled, clean)[hole != 0])


def false_area(level: np.ndarray, ignore: np.ndarray | None = None) -> float:
    """Share of a page without lettering that is predicted lettering."""
    counted = where_counted(level, ignore)
    return ratio(int(((level > THRESHOLD) & counted).sum()), int(counted.sum()))


def touched(areas: Sequence[float]) -> dict[str, float]:
    """Of text-free pictures' :func:`false_area`: the shares of pictures above 0.1, 1 and 5 %, NaN without any."""
    return {f"touched_{100 * share:g}": ratio(sum(area > share for area in areas), len(areas)) for share in TOUCHED}


def worst_leak(leaks: Mapping[str, float]) -> tuple[str, float]:
    """Of pages' ``leak`` by page: the page that lost most of its art, and how much; "" and NaN where none is known."""
    known = {page: leak for page, leak in leaks.items() if leak == leak}
    if not known:
        return "", float("nan")
    page = max(known, key=lambda name: known[name])
    return page, known[page]


def _psnr(difference: np.ndarray) -> float:
    if not difference.size:
        return float("nan")
    error = float(np.mean(np.square(difference, dtype=np.float64)))
    return PSNR_CAP if error == 0 else min(PSNR_CAP, float(10 * np.log10(255**2 / error)))

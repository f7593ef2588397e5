"""Figures over pixels: counts that are pooled over pages, and what follows from them (numpy and OpenCV only)."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from textrm.metrics.counting import THRESHOLD, Counts, dilate, ratio, where_counted

SMALL_WORD = 12  # pixels; lower words are small


@dataclass(slots=True)
class PixelCounts(Counts):
    """What the pixel figures of any number of pages need; counts of pages are added to pool them.

    ``text`` and ``background`` count the levels of lettering and of other pixels (256 bins). ``true_near`` of
    ``predicted`` pixels lie within 2 px of lettering, ``found_near`` of ``lettering`` pixels within 2 px of a predicted
    one; ``small_found`` of ``small`` pixels of small words are predicted.
    """

    text: np.ndarray = field(default_factory=lambda: np.zeros(256, np.int64))
    background: np.ndarray = field(default_factory=lambda: np.zeros(256, np.int64))
    predicted: int = 0
    true_near: int = 0
    lettering: int = 0
    found_near: int = 0
    small: int = 0
    small_found: int = 0

    def scores(self) -> dict[str, float]:
        """AP, F1, IoU, precision, recall, F1tol (2 px) and small_recall, each in [0, 1] or NaN."""
        return {
            "AP": average_precision(self.text, self.background),
            **scores_at(self.text, self.background, THRESHOLD),
            "F1tol": self.tolerant_f1(),
            "small_recall": ratio(self.small_found, self.small),
        }

    def tolerant_f1(self) -> float:
        """F1 with a tolerance of 2 px."""
        if not (self.true_near and self.found_near):  # NaN only where there is neither lettering nor a prediction
            return 0.0 if self.predicted or self.lettering else float("nan")
        precision, recall = self.true_near / self.predicted, self.found_near / self.lettering
        return 2 * precision * recall / (precision + recall)


def count_pixels(level: np.ndarray, mask: np.ndarray, ignore: np.ndarray | None = None) -> PixelCounts:
    """Compare the levels of one page with its truth."""
    counted = where_counted(level, ignore)
    truth, predicted = (mask != 0) & counted, (level > THRESHOLD) & counted
    small = small_words(mask) & counted
    return PixelCounts(
        np.bincount(level[truth], minlength=256),
        np.bincount(level[counted & ~truth], minlength=256),
        predicted=int(predicted.sum()),
        true_near=int((predicted & dilate(truth, 5)).sum()),
        lettering=int(truth.sum()),
        found_near=int((truth & dilate(predicted, 5)).sum()),
        small=int(small.sum()),
        small_found=int((small & predicted).sum()),
    )


def average_precision(text: np.ndarray, background: np.ndarray) -> float:
    """Area under the precision-recall steps, sum of (R_k - R_{k-1}) P_k over falling thresholds k = 255 … 0.

    ``text`` and ``background`` are histograms of equally many levels, 256 as a rule. NaN where there is no lettering.
    """
    precision, recall = precision_recall_curve(text, background)
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def precision_recall_curve(text: np.ndarray, background: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall (a float64 per level) of "level ≥ k" for falling k; precision is 1 where nothing is."""
    true = np.cumsum(text[::-1], dtype=np.float64)
    predicted = true + np.cumsum(background[::-1], dtype=np.float64)
    precision = np.divide(true, predicted, out=np.ones(len(text)), where=predicted > 0)
    return precision, np.divide(true, true[-1], out=np.full(len(text), np.nan), where=bool(true[-1] > 0))


def scores_at(text: np.ndarray, background: np.ndarray, threshold: int = THRESHOLD) -> dict[str, float]:
    """F1, IoU, precision and recall of "level > threshold" from two histograms of 256 levels."""
    true, false = int(text[threshold + 1 :].sum()), int(background[threshold + 1 :].sum())
    missed = int(text[: threshold + 1].sum())
    return {
        "F1": ratio(2 * true, 2 * true + false + missed),
        "IoU": ratio(true, true + false + missed),
        "precision": ratio(true, true + false),
        "recall": ratio(true, true + missed),
    }


def small_words(mask: np.ndarray) -> np.ndarray:
    """Where the lettering (bool H W) is of connected words lower than 12 px."""
    # Letters of a word are up to 4 px apart, a dot up to 2 px from its stem; lines of a text must stay apart.
    words = cv2.morphologyEx((mask != 0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8))
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(words, connectivity=8)
    small = statistics[:, cv2.CC_STAT_HEIGHT] < SMALL_WORD
    small[0] = False
    return small[labels] & (mask != 0)

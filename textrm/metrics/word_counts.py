"""Figures over words: how many are found, erased, half erased or kept whole (numpy and OpenCV only)."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from textrm.metrics.counting import THRESHOLD, Counts, ratio, where_counted
from textrm.metrics.words import Words

HEIGHTS = ("<12", "12-60", "60-150", ">150")  # px; 12 and 60 begin a class, 150 ends one
_BOUNDS = (12, 60, 151)


def _per_height() -> np.ndarray:
    return np.zeros(len(HEIGHTS), np.int64)


@dataclass(slots=True)
class WordCounts(Counts):
    """What the figures over words need; counts of pages are added to pool them.

    Of the words of each of the HEIGHTS: ``words``, of them ``found`` by at least 90 % of their pixels, their ``pixels``
    and of these ``pixels_found``. Of the words whose erasing can be told, by the share of their ink that is gone:
    ``erased`` at least 90 %, ``kept`` at most 10 %, ``half`` between them.
    """

    words: np.ndarray = field(default_factory=_per_height)
    found: np.ndarray = field(default_factory=_per_height)
    pixels: np.ndarray = field(default_factory=_per_height)
    pixels_found: np.ndarray = field(default_factory=_per_height)
    erased: int = 0
    half: int = 0
    kept: int = 0

    def scores(self) -> dict[str, float]:
        """Each in [0, 1] or NaN, but for the numbers of words.

        ``words``; ``half_erased``, of the words whose erasing can be told; ``kept_whole``, of those that were missed,
        that is, not erased; ``words_found``, of all words; and for every height ``recall``, a share of pixels,
        ``words_found`` and ``words`` (``recall_<12`` and so on).
        """
        scores: dict[str, float] = {
            "words": int(self.words.sum()),
            "half_erased": ratio(self.half, self.erased + self.half + self.kept),
            "kept_whole": ratio(self.kept, self.half + self.kept),
            "words_found": ratio(int(self.found.sum()), int(self.words.sum())),
        }
        for height_class, height in enumerate(HEIGHTS):
            scores[f"recall_{height}"] = ratio(int(self.pixels_found[height_class]), int(self.pixels[height_class]))
            scores[f"words_found_{height}"] = ratio(int(self.found[height_class]), int(self.words[height_class]))
            scores[f"words_{height}"] = int(self.words[height_class])
        return scores


def count_found_words(words: Words, level: np.ndarray, ignore: np.ndarray | None = None) -> WordCounts:
    """How much of each word is predicted. A word that lies in ignored regions is none; one partly there is the rest."""
    counted = where_counted(level, ignore)
    pixels, predicted = words.count(counted), words.count(counted & (level > THRESHOLD))
    found = 10 * predicted >= 9 * pixels
    height = np.digitize(words.heights, _BOUNDS)

    def by_height(count: np.ndarray) -> np.ndarray:
        return np.bincount(height[pixels > 0], count[pixels > 0], len(HEIGHTS)).astype(np.int64)

    return WordCounts(by_height(np.ones_like(pixels)), by_height(found), by_height(pixels), by_height(predicted))


def count_erased_words(
    words: Words, cleaned: np.ndarray, lettered: np.ndarray, clean: np.ndarray, ignore: np.ndarray | None = None
) -> WordCounts:
    """How much of each word's ink is gone, of H W 3 uint8 RGB pictures.

    A word's ink is where the lettered picture differs from the clean one; it is gone where the cleaned picture is
    nearer to the clean one, by the sum over channels of absolute differences. A word without ink cannot be told.
    """
    counted = where_counted(words.labels, ignore)
    apart, from_clean, from_lettered = (
        cv2.absdiff(one, other).sum(2, dtype=np.int64)
        for one, other in ((lettered, clean), (cleaned, clean), (cleaned, lettered))
    )
    ink = words.count(counted & (apart > 0))
    gone = words.count(counted & (apart > 0) & (from_clean < from_lettered))
    ink, gone = ink[ink > 0], gone[ink > 0]
    erased, kept = int((10 * gone >= 9 * ink).sum()), int((10 * gone <= ink).sum())
    return WordCounts(erased=erased, half=len(ink) - erased - kept, kept=kept)

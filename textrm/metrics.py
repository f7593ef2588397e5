"""How results are measured: the same definitions in training, evaluation and benchmarks (numpy and OpenCV only).

Everywhere ``level`` is the 8-bit probability or mask H W in 0-255, ``mask`` the truth H W in {0, 1} (1 = lettering),
``ignore`` an H W map whose non-zero pixels no figure counts. A figure of nothing (recall without lettering) is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import cv2
import numpy as np

THRESHOLD = 127  # levels above it are predicted lettering
PSNR_CAP = 60.0  # decibels; a perfect page has none, and one must not decide the mean
SMALL_WORD = 12  # pixels; lower words are small
WINDOW = 32  # px; side of the windows whose spectrum is taken
PERIOD = 4  # px; of a checkerboard
BESIDE = 3  # bins between a frequency and those it is compared with
LEAK = 8  # grey levels; smaller differences are rounding


@dataclass(slots=True)
class PixelCounts:
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

    def __add__(self, other: PixelCounts) -> PixelCounts:
        return PixelCounts(*(getattr(self, entry.name) + getattr(other, entry.name) for entry in fields(self)))

    def scores(self) -> dict[str, float]:
        """AP, F1, IoU, precision, recall, F1tol (2 px) and small_recall, each in [0, 1] or NaN."""
        return {
            "AP": average_precision(self.text, self.background),
            **scores_at(self.text, self.background, THRESHOLD),
            "F1tol": self.tolerant_f1(),
            "small_recall": _ratio(self.small_found, self.small),
        }

    def tolerant_f1(self) -> float:
        """F1 with a tolerance of 2 px."""
        if not (self.true_near and self.found_near):  # NaN only where there is neither lettering nor a prediction
            return 0.0 if self.predicted or self.lettering else float("nan")
        precision, recall = self.true_near / self.predicted, self.found_near / self.lettering
        return 2 * precision * recall / (precision + recall)


def count_pixels(level: np.ndarray, mask: np.ndarray, ignore: np.ndarray | None = None) -> PixelCounts:
    """Compare the levels of one page with its truth."""
    counted = _counted(level, ignore)
    truth, predicted = (mask != 0) & counted, (level > THRESHOLD) & counted
    small = small_words(mask) & counted
    return PixelCounts(
        np.bincount(level[truth], minlength=256),
        np.bincount(level[counted & ~truth], minlength=256),
        predicted=int(predicted.sum()),
        true_near=int((predicted & _dilate(truth, 5)).sum()),
        lettering=int(truth.sum()),
        found_near=int((truth & _dilate(predicted, 5)).sum()),
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
        "F1": _ratio(2 * true, 2 * true + false + missed),
        "IoU": _ratio(true, true + false + missed),
        "precision": _ratio(true, true + false),
        "recall": _ratio(true, true + missed),
    }


def picture_scores(
    cleaned: np.ndarray, lettered: np.ndarray, clean: np.ndarray, mask: np.ndarray, ignore: np.ndarray | None = None
) -> dict[str, float]:
    """How well one page was cleaned; the pictures are H W 3 uint8 RGB.

    ``psnr`` (over the page) and ``psnr_near`` (within 8 px of lettering) in dB, at most 60; ``left``, the share of the
    lettering's pixels nearer to the lettered than to the clean picture; ``leak``, the share of the pixels farther than
    16 px from lettering that were changed by more than 8 levels in a channel; ``change``, the mean over these pixels of
    the absolute difference from the lettered picture, in levels of 0-255, mean over channels.
    """
    counted = _counted(mask, ignore)
    truth = (mask != 0) & counted
    near, far = _dilate(truth, 17) & counted, ~_dilate(truth, 33) & counted
    difference = cv2.absdiff(cleaned, clean)
    changed = cv2.absdiff(cleaned, lettered)
    remains = changed[truth].sum(1, dtype=np.int64) < difference[truth].sum(1, dtype=np.int64)
    far_change = changed[far]
    leaked = (far_change > LEAK).any(1)
    return {
        "psnr": _psnr(difference[counted]),
        "psnr_near": _psnr(difference[near]),
        "left": _ratio(int(remains.sum()), remains.size),
        "leak": _ratio(int(leaked.sum()), leaked.size),
        "change": _ratio(int(far_change.sum(dtype=np.int64)), far_change.size),
    }


def hole_psnr(filled: np.ndarray, clean: np.ndarray, hole: np.ndarray) -> float:
    """Decibels over the pixels where ``hole`` (H W) is not 0, of H W 3 uint8 pictures; NaN without any, at most 60."""
    return _psnr(cv2.absdiff(filled, clean)[hole != 0])


def false_area(level: np.ndarray, ignore: np.ndarray | None = None) -> float:
    """Share of a page without lettering that is predicted lettering."""
    counted = _counted(level, ignore)
    return _ratio(int(((level > THRESHOLD) & counted).sum()), int(counted.sum()))


def small_words(mask: np.ndarray) -> np.ndarray:
    """Where the lettering (bool H W) is of connected words lower than 12 px."""
    # Letters of a word are up to 4 px apart, a dot up to 2 px from its stem; lines of a text must stay apart.
    words = cv2.morphologyEx((mask != 0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8))
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(words, connectivity=8)
    small = statistics[:, cv2.CC_STAT_HEIGHT] < SMALL_WORD
    small[0] = False
    return small[labels] & (mask != 0)


def window_spectrum(prob: np.ndarray) -> np.ndarray:
    """Power spectrum (32 × 32) of a probability map H W, summed over its windows of 32 px; zeros for a smaller map."""
    rows, columns = (side // WINDOW for side in prob.shape)
    cut = np.asarray(prob, np.float64)[: rows * WINDOW, : columns * WINDOW]
    windows = cut.reshape(rows, WINDOW, columns, WINDOW).swapaxes(1, 2)
    taper = np.outer(np.hanning(WINDOW + 1)[:-1], np.hanning(WINDOW + 1)[:-1])
    windows = (windows - windows.mean((2, 3), keepdims=True)) * taper
    return (np.abs(np.fft.fft2(windows)) ** 2).sum((0, 1))


def checkerboard(spectrum: np.ndarray) -> float:
    """Energy of a pattern that repeats every 4 px, in decibels above what surrounds it in a :func:`window_spectrum`.

    4 px is the stride of the grid that decoders enlarge to the picture. Each of the 15 frequencies of such a pattern is
    compared with the four that lie 3 bins beside it, beyond the reach of the taper: the mean of the logarithms of the
    ratios. Masks of lettering have 0.4, smooth maps between -1 and 3; bilinear interpolation has zeros there and is far
    below. It tells the uneven sub-pixels of a decoder, however faint, and not the blocks of nearest neighbours. NaN
    where nothing was predicted.
    """
    if not spectrum.any():
        return float("nan")
    power = np.log10(spectrum + 1e-12 * spectrum.max())
    beside = [np.roll(power, shift, axis) for axis in (0, 1) for shift in (-BESIDE, BESIDE)]
    excess = (power - np.mean(beside, 0))[:: WINDOW // PERIOD, :: WINDOW // PERIOD].ravel()[1:]
    return float(10 * excess.mean())


def _psnr(difference: np.ndarray) -> float:
    if not difference.size:
        return float("nan")
    error = float(np.mean(np.square(difference, dtype=np.float64)))
    return PSNR_CAP if error == 0 else min(PSNR_CAP, float(10 * np.log10(255**2 / error)))


def _dilate(mask: np.ndarray, size: int) -> np.ndarray:
    ellipse = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cv2.dilate(mask.astype(np.uint8), ellipse).astype(bool)


def _counted(like: np.ndarray, ignore: np.ndarray | None) -> np.ndarray:
    return np.ones(like.shape, bool) if ignore is None else ignore == 0


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")

"""What the figures of runs mean, which way is better, and how they are printed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

HIGHER, LOWER, NEITHER = "higher", "lower", ""

# In the order of the columns: which way is better, and what it is. Definitions in full: textrm.metrics.
DEFINITIONS: dict[str, tuple[str, str]] = {
    "AP": (HIGHER, "average precision over pixels, probabilities in 256 bins, pooled over the set"),
    "small_recall": (HIGHER, "recall on words lower than 12 px"),
    "F1": (HIGHER, "harmonic mean of precision and recall at the threshold"),
    "F1tol": (HIGHER, "F1 with a tolerance of 2 px at the edge of lettering"),
    "IoU": (HIGHER, "intersection over union of found and true lettering"),
    "precision": (HIGHER, "share of the found pixels that are lettering"),
    "recall": (HIGHER, "share of the lettering's pixels that were found"),
    "false_area": (LOWER, "share of clean pages that is predicted as lettering"),
    "checkerboard": (LOWER, "energy of the prediction's spectrum at the frequencies of the upsampling's stride, in "
                     "decibels over the neighbouring frequencies; true masks have about 0.4"),
    "psnr": (HIGHER, "peak signal-to-noise ratio against the clean page, dB, at most 60, mean over pages"),
    "psnr_near": (HIGHER, "the same within 8 px of lettering"),
    "psnr_hole": (HIGHER, "the same within the hole; _10-20: holes of 10 to 20 % of the picture, and so on"),
    "ssim": (HIGHER, "structural similarity with the clean picture"),
    "lpips": (LOWER, "perceptual distance from the clean picture (AlexNet)"),
    "l1_hole": (LOWER, "mean absolute error within the hole, of values in 0 to 1"),
    "left": (LOWER, "share of the lettering's pixels nearer to the lettered than to the clean page"),
    "leak": (LOWER, "share of the pixels farther than 16 px from lettering that changed by more than 8 levels"),
    "change": (LOWER, "mean change of the pixels farther than 16 px from lettering, in levels of 255"),
    "mAP": (HIGHER, "mean over tags of the average precision"),
    "mAP_micro": (HIGHER, "average precision of all pairs of picture and tag, pooled"),
    "CF1": (HIGHER, "F1 of the means over tags of precision (CP) and recall (CR)"),
    "CP": (HIGHER, "mean over tags of the precision"),
    "CR": (HIGHER, "mean over tags of the recall"),
    "OF1": (HIGHER, "F1 of precision (OP) and recall (OR) over all pairs of picture and tag"),
    "OP": (HIGHER, "precision over all pairs of picture and tag"),
    "OR": (HIGHER, "recall over all pairs of picture and tag"),
    "prior": (NEITHER, "mean share of pictures per tag: the mAP of chance"),
    "loss": (LOWER, "what training minimises; not comparable between settings of the loss itself"),
    "steps": (NEITHER, "optimiser steps trained"),
    "seconds": (LOWER, "training and test together, all parts of a continued run"),
    "peak_megabytes": (LOWER, "largest memory of the process in training, or of the GPU where one was used"),
    "pictures_per_second": (HIGHER, "pictures trained on each second, their loading included, validation left out"),
    "parameters": (LOWER, "numbers that the net learns"),
    "gmac_per_megapixel": (LOWER, "10⁹ multiplications of the net for each 10⁶ pixels, of one look of a finder"),
    "cpu_seconds_per_megapixel": (LOWER, "time of ONNX Runtime for each 10⁶ pixels, on as many threads as outcome.json "
                                  "states"),
}  # fmt: skip


def base_name(figure: str) -> str:
    """``val/psnr_hole_10-20`` is ``psnr_hole``; what has no definition keeps its name."""
    return re.sub(r"_\d+-\d+$", "", figure.rsplit("/", 1)[-1])


def better(figure: str) -> str:
    """HIGHER, LOWER or NEITHER; unknown figures are better higher, losses lower."""
    name = base_name(figure)
    return LOWER if name.endswith("loss") else DEFINITIONS.get(name, (HIGHER, ""))[0]


def best_of(figure: str, values: Iterable[float]) -> float:
    """The best of the values that are known; NaN where there is none, or no better and worse."""
    known = [value for value in values if not math.isnan(value)]
    if not known or better(figure) == NEITHER:
        return math.nan
    return min(known) if better(figure) == LOWER else max(known)


def in_order(figures: Iterable[str], first: str | None = None) -> list[str]:
    """Figures as columns: the ``first``, then those of the test, of validation and the others, each as defined."""
    known = list(DEFINITIONS)

    def key(figure: str) -> tuple[bool, bool, bool, int, str]:
        name = base_name(figure)
        rank = known.index(name) if name in known else len(known)
        return figure != first, not figure.startswith("test/"), not figure.startswith("val/"), rank, figure

    return sorted(figures, key=key)


def decimals(value: float) -> int:
    """How many decimals show four or so digits that count."""
    size = abs(value)
    if size >= 1000:
        return 0
    return 1 if size >= 100 else 2 if size >= 10 else 4 if size >= 0.001 or size == 0 else 6


def shown(mean: float, deviation: float = math.nan) -> str:
    """``0.8312 ± 0.0120``, without the deviation where it is NaN; a dash for what is not known."""
    if math.isnan(mean):
        return "–"
    digits = decimals(mean)
    return f"{mean:.{digits}f}" + ("" if math.isnan(deviation) else f" ± {deviation:.{digits}f}")

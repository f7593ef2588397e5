"""How results are measured: the same definitions in training, evaluation and benchmarks (numpy and OpenCV only).

Everywhere ``level`` is the 8-bit probability or mask H W in 0-255, ``mask`` the truth H W in {0, 1} (1 = lettering),
``ignore`` an H W map whose non-zero pixels no figure counts. A figure of nothing (recall without lettering) is NaN.

- **pixels**: AP, F1, IoU, precision, recall, F1 with a tolerance of 2 px, recall on small words, pooled over pages
- **pictures**: PSNR over the page and near lettering; lettering left; art lost: ``leak``, as the mean over pages and of
  the worst page; change; on text-free pictures false area, and the share of pictures touched
- **words**: components of the mask that lie near each other, or polygons that are given
- **word counts**: words half erased, missed words kept whole, recall by height
- **spectrum**: checkerboards in probability maps
- **screens**: tone, phase and lattice of halftone dots and lines in filled holes, against the truth's spectrum
"""

from textrm.metrics.counting import THRESHOLD
from textrm.metrics.pictures import (
    LEAK,
    PSNR_CAP,
    TOUCHED,
    false_area,
    hole_psnr,
    picture_scores,
    touched,
    worst_leak,
)
from textrm.metrics.pixels import (
    SMALL_WORD,
    PixelCounts,
    average_precision,
    count_pixels,
    precision_recall_curve,
    scores_at,
    small_words,
)
from textrm.metrics.screens import mean_screen_scores, screen_scores
from textrm.metrics.spectrum import checkerboard, window_spectrum
from textrm.metrics.word_counts import HEIGHTS, WordCounts, count_erased_words, count_found_words
from textrm.metrics.words import Words, group_words, polygon_words

__all__ = [
    "HEIGHTS", "LEAK", "PSNR_CAP", "SMALL_WORD", "THRESHOLD", "TOUCHED", "PixelCounts", "WordCounts", "Words",
    "average_precision", "checkerboard", "count_erased_words", "count_found_words", "count_pixels", "false_area",
    "group_words", "hole_psnr", "mean_screen_scores", "picture_scores", "polygon_words", "precision_recall_curve",
    "scores_at", "screen_scores", "small_words", "touched", "window_spectrum", "worst_leak",
]  # fmt: skip

"""What is known of words in numbers: what the looks gave to their strokes, their size and number, what is around."""

from __future__ import annotations

import numpy as np

from textrm.page.finding import ground

LOOKS = 4  # whose opinion counts: the finest, the largest that saw the whole page, and the two below that one
OF_STROKES = 2 * (LOOKS + 1) + 2
FEATURES = OF_STROKES + ground.FEATURES
_MANY = 8  # strokes of a word, and other words: more say no more
_SURE = 0.01  # a mean probability counts as at least this far from 0 and from 1


def features(means: np.ndarray, sizes: np.ndarray, strokes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """What the looks and the strokes tell of words, N x (``FEATURES`` less those of their ground).

    Args:
        means: N x ``LOOKS``, the mean probability in [0, 1] that each look gave to the word's strokes.
        sizes: N, the size of its largest stroke in pixels of the largest whole look.
        strokes: N, how many strokes it has.
        others: N, how many other words of the page the looks are sure of.

    Returns:
        1, the logits of the means, the same times the logarithm of the size to base 2, 0 at 10 pixels, since how much
        a look is worth depends on how large the word is to it; then the logarithms, to base 2, of the strokes and of
        one more than the others: what stands alone, on a page without words, is more often a drawing.
    """
    logits = np.log(np.clip(means, _SURE, 1 - _SURE) / np.clip(1 - means, _SURE, 1 - _SURE))
    columns = np.concatenate([np.ones((len(means), 1)), logits], 1)
    scale = np.log2(np.maximum(sizes, 1) / 10)
    company = np.log2(np.clip(np.stack([strokes, others + 1], 1), 1, _MANY))
    return np.concatenate([columns, columns * scale[:, None], company], 1)

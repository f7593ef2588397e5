"""Random windows of photographs, so that one gives many backgrounds."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.synth.values import Rng

SHORTEST = 300  # px of the longest side of a window, unless less is asked for
ASPECT = (0.6, 1.7)  # width : height
MOST_ENLARGED = 1.6


def random_window(rng: Rng, picture: np.ndarray, longest: int) -> np.ndarray:
    """A window of ``picture`` (H W 3 uint8 RGB), scaled: its longest side is 300 to ``longest`` px, or ``longest``.

    The aspect is random in 0.6 to 1.7. The window is anything from all that the picture holds of that shape down to
    its own pixels; small pictures are enlarged 1.6 times at most, so that what comes back can be smaller.
    """
    height, width = picture.shape[:2]
    side = int(rng.integers(min(SHORTEST, longest), longest + 1))
    aspect = float(np.exp(rng.uniform(*np.log(ASPECT))))
    shape = np.array([side / max(aspect, 1.0), side * min(aspect, 1.0)])  # height, width
    most = float(min(height / shape[0], width / shape[1]))  # px of the picture for one of the window, at the widest
    if most < 1 / MOST_ENLARGED:
        shape, most = shape * most * MOST_ENLARGED, 1 / MOST_ENLARGED
    least = min(most, 0.8)
    scale = float(np.exp(rng.uniform(np.log(max(least, most / 4)), np.log(most))))
    rows, columns = (int(v) for v in np.minimum(np.rint(shape * scale), (height, width)))
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    window = picture[top : top + rows, left : left + columns]
    size = max(round(shape[1]), 1), max(round(shape[0]), 1)
    window = cv2.resize(window, size, interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC)
    return window[:, ::-1].copy() if rng.random() < 0.5 else window

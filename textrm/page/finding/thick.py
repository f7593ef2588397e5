"""Takes strokes too thick for the finest look, which sees their edges alone, from the look before it."""

from __future__ import annotations

import cv2
import numpy as np

WIDTH = 11  # pixels of the coarser look: the finer one can judge strokes that are thinner
_NEAR = 8  # pixels of the finer look: how far around the core of a stroke its edge may lie
_AGREE = 48  # levels in each channel, by which the ink of one stroke may differ
_SAMPLE = 4096  # pixels are enough to tell the colour of a stroke
_SURE = 205  # of 255: less does not tell a letter from a dark window


def with_thick_strokes(prob: np.ndarray, coarser: np.ndarray, image: np.ndarray) -> np.ndarray:
    """The probability of lettering of a member of the pyramid, raised where ``coarser`` is sure of a thick stroke.

    The coarser look knows where a stroke is, but not to a pixel: what counts as its ink is what has its colour.

    Args:
        prob: H W uint8, of the finer look; it is changed.
        coarser: the same of the look before it, at half the size.
        image: H W 3 uint8 RGB, what the finer look saw.

    Returns:
        ``prob``.
    """
    height, width = prob.shape
    core = cv2.threshold(coarser, _SURE, 1, cv2.THRESH_BINARY)[1]
    core = cv2.morphologyEx(core, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (WIDTH, WIDTH)))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(core, connectivity=8)
    for label, (x, y, wide, high, _) in enumerate(boxes.tolist()[1:count], 1):
        rows = slice(max(y - _NEAR // 2, 0), min(y + high + _NEAR // 2, core.shape[0]))
        columns = slice(max(x - _NEAR // 2, 0), min(x + wide + _NEAR // 2, core.shape[1]))
        window = (
            slice(2 * rows.start, min(2 * rows.stop, height)),
            slice(2 * columns.start, min(2 * columns.stop, width)),
        )
        pixels = image[window]
        size = pixels.shape[1::-1]
        own = cv2.resize((labels[rows, columns] == label).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        inked = pixels[own != 0]
        ink = np.median(inked[:: len(inked) // _SAMPLE + 1], 0)
        of_it = cv2.inRange(pixels, ink - _AGREE, ink + _AGREE)
        of_it = cv2.bitwise_and(
            of_it, cv2.dilate(own, np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8)) * np.uint8(255)
        )
        raised = cv2.resize(coarser[rows, columns], size, interpolation=cv2.INTER_LINEAR)
        np.maximum(prob[window], cv2.bitwise_and(raised, of_it), out=prob[window])
    return prob

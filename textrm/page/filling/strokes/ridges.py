"""Where thin strokes stand in a crop of a page."""

from __future__ import annotations

import cv2
import numpy as np

WIDEST = 6  # pixels; what is wider is a surface
_APART = 32  # empty rows between the two planes


class Ridges:
    """By how many levels known pixels are darker or lighter than what stands at both sides of them.

    ``dark`` and ``light`` are h w uint8, 0 where nothing is known; ``both`` is one below the other, to be looked at
    together.

    Args:
        grey: h w uint8.
        unknown: h w uint8 in {0, 1}.
    """

    def __init__(self, grey: np.ndarray, unknown: np.ndarray) -> None:
        height, width = grey.shape
        self._light = height + _APART
        self.both = np.zeros((self._light + height, width), np.uint8)
        self.dark, self.light = self.both[:height], self.both[self._light :]
        block = np.ones((WIDEST + 1, WIDEST + 1), np.uint8)
        hidden, known = unknown != 0, 1 - unknown
        for shown, plane in ((grey, self.dark), (255 - grey, self.light)):
            ground = cv2.dilate(shown * known, block)
            ground[hidden] = 255
            cv2.subtract(cv2.erode(ground, block), shown, plane)
            plane *= known

    def rows(self, light: np.ndarray) -> np.ndarray:
        """How far down in ``both`` the plane begins that N strokes stand in: the dark one (0) or the light one (1)."""
        return light * self._light

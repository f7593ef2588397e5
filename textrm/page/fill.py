"""Fills the holes that lettering leaves."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.group import groups

METHODS = ("auto", "flat", "telea", "white")


def fill_holes(image: np.ndarray, hole: np.ndarray, method: str = "auto") -> None:
    for (rows, columns), own in groups(hole, 8):
        r0, c0 = max(rows.start - 16, 0), max(columns.start - 16, 0)
        a = (slice(r0, rows.stop + 16), slice(c0, columns.stop + 16))
        image[a][hole[a] != 0] = cv2.inpaint(np.ascontiguousarray(image[a]), hole[a], 3, cv2.INPAINT_TELEA)[
            hole[a] != 0
        ]

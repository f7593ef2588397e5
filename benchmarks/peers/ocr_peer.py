"""The tool a user would otherwise combine: an OCR detector's boxes, Otsu strokes inside them, Telea fill."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from textrm.errors import UserError

# Strokes fade out over about two pixels, of which Otsu leaves one; of the sizes tried, these served the peer best.
SOFT_EDGE = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
HALO = np.ones((3, 3), np.uint8)
RADIUS = 3  # of Telea's neighbourhood


class OcrPeer:
    """Boxes of RapidOCR's detector, strokes by Otsu, fill by Telea.

    ``detector`` is the ONNX file of another PP-OCR detector than the one inside RapidOCR's wheel.

    Raises:
        UserError: when RapidOCR is not installed.
    """

    def __init__(self, threads: int, detector: Path | None = None) -> None:
        try:
            from rapidocr import RapidOCR
        except ModuleNotFoundError as error:
            raise UserError(
                f"the OCR peer needs {error.name}, which is not installed: pip install 'textrm[benchmarks]'"
            ) from error

        self.name = f"rapidocr {version('rapidocr')} + Otsu + Telea"
        if detector is not None:
            self.name = f"{detector.stem} in {self.name}"
        self._detector: Any = RapidOCR(
            params={
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Global.use_cls": False,
                "Global.use_rec": False,
                "Global.log_level": "error",
                "Det.model_path": None if detector is None else str(detector),
            }
        )

    def __call__(self, page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The stroke mask (H W, 0 or 255) and the cleaned page of an H W 3 uint8 RGB page."""
        boxes = self._detector(cv2.cvtColor(page, cv2.COLOR_RGB2BGR)).boxes
        strokes = cv2.dilate(otsu_strokes(page, [] if boxes is None else list(boxes)), SOFT_EDGE)
        return strokes, telea(page, strokes)


def otsu_strokes(page: np.ndarray, boxes: list[np.ndarray]) -> np.ndarray:
    """The strokes (H W, 0 or 255) inside quadrilaterals (4 x 2, x and y in pixels).

    Every box is split by Otsu's threshold; the side that the box's outline crosses less is the lettering, since a
    detector's box runs through the background.
    """
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    strokes = np.zeros(grey.shape, np.uint8)
    for box in boxes:
        corners = np.clip(np.rint(box).astype(np.int32), 0, (grey.shape[1] - 1, grey.shape[0] - 1))
        left, top = corners.min(0)
        right, bottom = corners.max(0) + 1
        crop = grey[top:bottom, left:right]
        if min(crop.shape) < 2:
            continue
        inside, outline = np.zeros(crop.shape, np.uint8), np.zeros(crop.shape, np.uint8)
        cv2.fillPoly(inside, [corners - (left, top)], 1)
        cv2.polylines(outline, [corners - (left, top)], True, 1)
        threshold, _ = cv2.threshold(crop[inside == 1], 0, 255, cv2.THRESH_OTSU)
        light = crop > threshold
        lettering = light if light[outline == 1].mean() < 0.5 else ~light
        strokes[top:bottom, left:right][lettering & (inside == 1)] = 255
    return strokes


def telea(page: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The page filled by Telea's fast marching method where the grown mask (H W, non-zero = hole) is."""
    if not mask.any():
        return page
    return cv2.inpaint(page, cv2.dilate(mask, HALO), RADIUS, cv2.INPAINT_TELEA)

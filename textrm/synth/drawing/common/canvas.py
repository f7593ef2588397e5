"""A panel while it is drawn: a layer of fills (to be toned) below a layer of lines (never toned)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, Curve, fixed, ribbon
from textrm.synth.values import Color


class Canvas:
    """Shapes are painted over one another; every shape also hides the lines that lie under it.

    ``fill`` is H W 3 uint8 RGB; ``line`` is H W 4 uint8, RGB premultiplied by its coverage, and the coverage.
    ``tags`` collects what has been drawn. ``pen`` is the usual width of a contour in pixels, ``ink`` its colour.
    """

    def __init__(self, height: int, width: int, paper: Color, ink: Color, pen: float) -> None:
        self.height, self.width = height, width
        self.ink, self.pen, self.paper = ink, pen, paper
        self.fill = np.empty((height, width, 3), np.uint8)
        self.fill[:] = paper
        self.line = np.zeros((height, width, 4), np.uint8)
        self.tags: set[str] = set()

    def shape(self, outline: Curve, fill: Color | None, pen: float | None = None, ink: Color | None = None) -> None:
        """Paint a closed outline (N x 2); ``pen`` 0 leaves out its contour, None uses the canvas's pen."""
        points = [fixed(outline)]
        if fill is not None:
            cv2.fillPoly(self.fill, points, fill, cv2.LINE_AA, SUBPIXEL_BITS)
            cv2.fillPoly(self.line, points, (0, 0, 0, 0), cv2.LINE_AA, SUBPIXEL_BITS)
        pen = self.pen if pen is None else pen
        if pen > 0:
            self._polylines(points, True, pen, ink or self.ink)

    def strokes(self, curves: Sequence[Curve] | np.ndarray, pen: float | None = None, ink: Color | None = None) -> None:
        """Draw open curves with an even pen."""
        pen = self.pen if pen is None else pen
        if len(curves) and pen > 0:
            self._polylines([fixed(curve) for curve in curves], False, pen, ink or self.ink)

    def brush(
        self, curve: Curve, width: float, ink: Color | None = None, ends: tuple[float, float] = (0.1, 0.1)
    ) -> None:
        """One inked stroke that swells in its middle; ``ends`` are the relative widths at start and end."""
        self.mass(ribbon(curve, max(width, 1.0), *ends), ink)

    def mass(self, outline: Curve, ink: Color | None = None) -> None:
        """A closed area of solid ink on the line layer: black hair, deep shadow."""
        color = (*(ink or self.ink), 255)
        cv2.fillPoly(self.line, [fixed(outline)], color, cv2.LINE_AA, SUBPIXEL_BITS)

    def flatten(self, tone: np.ndarray | None = None) -> np.ndarray:
        """Lines over the fills (or over ``tone``, the fills after toning): H W 3 uint8."""
        below = self.fill if tone is None else tone
        open_share = 255 - self.line[..., 3]
        keep = cv2.merge([open_share, open_share, open_share])
        return cv2.add(cv2.multiply(below, keep, scale=1 / 255), np.ascontiguousarray(self.line[..., :3]))

    def _polylines(self, points: list[np.ndarray], closed: bool, pen: float, ink: Color) -> None:
        thickness = max(1, round(pen))
        # A pen below one pixel is a paler line of one pixel.
        strength = min(1.0, max(0.35, pen)) if pen < 1 else 1.0
        color = (*(round(channel * strength) for channel in ink), round(255 * strength))
        cv2.polylines(self.line, points, closed, color, thickness, cv2.LINE_AA, SUBPIXEL_BITS)

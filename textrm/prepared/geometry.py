"""Puts pictures of any size on canvases of a common shape, and cuts them out again."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.group import Box

PADDINGS = {"reflect": cv2.BORDER_REFLECT_101, "letterbox": cv2.BORDER_CONSTANT}
"""What surrounds a picture on its canvas: the picture mirrored at its edges, or black bars."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture of ``width`` x ``height`` pixels, resampled to fill ``box`` of a canvas of ``canvas``, width x height.

    The picture lies in the middle, as in :mod:`textrm.page.letterbox`: mirrored surroundings then reach half as far.
    """

    width: int
    height: int
    box: Box
    canvas: tuple[int, int]

    @property
    def columns(self) -> int:
        """The picture's width on the canvas."""
        return self.box[2] - self.box[0]

    @property
    def rows(self) -> int:
        """The picture's height on the canvas."""
        return self.box[3] - self.box[1]

    @property
    def is_scaled(self) -> bool:
        """Whether the picture has another size on the canvas than its own."""
        return (self.columns, self.rows) != (self.width, self.height)

    def put(self, image: np.ndarray, padding: str) -> np.ndarray:
        """The canvas, as a new array or ``image`` itself, of ``image``: height width 3 uint8.

        Args:
            image: the picture.
            padding: a name in :data:`PADDINGS`.
        """
        if self.is_scaled:
            smaller = self.columns < self.width or self.rows < self.height
            interpolation = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
            image = cv2.resize(image, (self.columns, self.rows), interpolation=interpolation)
        return self._padded(image, PADDINGS[padding])

    def put_mask(self, mask: np.ndarray) -> np.ndarray:
        """The canvas of a mask, height width uint8: 1 on all that lettering touches, so that no letter vanishes."""
        if self.is_scaled:
            smaller = self.columns < self.width or self.rows < self.height
            # Floating point: of one pixel in a thousand the mean of bytes would be 0.
            mask = cv2.resize((mask > 0).astype(np.float32), (self.columns, self.rows),
                              interpolation=cv2.INTER_AREA if smaller else cv2.INTER_NEAREST)  # fmt: skip
        return self._padded((mask > 0).astype(np.uint8), cv2.BORDER_CONSTANT)

    def cut(self, canvas: np.ndarray) -> np.ndarray:
        """The picture's part of a canvas, a view of ``rows`` x ``columns``."""
        x0, y0, x1, y1 = self.box
        return canvas[y0:y1, x0:x1]

    def in_size(self, part: np.ndarray) -> np.ndarray:
        """What :meth:`cut` gave, resampled to the picture's own size."""
        if not self.is_scaled:
            return part
        smaller = self.columns > self.width or self.rows > self.height
        interpolation = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        return cv2.resize(part, (self.width, self.height), interpolation=interpolation)

    def share_in_size(self, changed: np.ndarray) -> np.ndarray:
        """How far each pixel of the picture follows the canvas, height width uint8: 255 where changed, 0 elsewhere.

        Where the picture is scaled, the edge is soft: every pixel that a changed one covers has 255, and from there it
        falls to 0 within one pixel of the canvas.

        Args:
            changed: rows columns bool.
        """
        share: np.ndarray = changed.astype(np.uint8) * 255
        if not self.is_scaled:
            return share
        share = cv2.dilate(share, np.ones((3, 3), np.uint8))
        smaller = self.columns > self.width or self.rows > self.height
        interpolation = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        return cv2.resize(share, (self.width, self.height), interpolation=interpolation)

    def bars(self) -> list[Box]:
        """The parts of the canvas that the picture leaves free: up to four boxes without overlap."""
        (x0, y0, x1, y1), (width, height) = self.box, self.canvas
        boxes = [(0, 0, width, y0), (0, y1, width, height), (0, y0, x0, y1), (x1, y0, width, y1)]
        return [box for box in boxes if box[0] < box[2] and box[1] < box[3]]

    def moved(self, box: Box) -> Box:
        """A box of the picture in pixels of the canvas, no smaller than it was, cut off at the picture's edges."""
        across, down = self.columns / self.width, self.rows / self.height
        x0, y0 = max(box[0], 0) * across, max(box[1], 0) * down
        x1, y1 = min(box[2], self.width) * across, min(box[3], self.height) * down
        left, top = self.box[:2]
        return left + math.floor(x0), top + math.floor(y0), left + math.ceil(x1), top + math.ceil(y1)

    def _padded(self, image: np.ndarray, border: int) -> np.ndarray:
        (x0, y0, x1, y1), (width, height) = self.box, self.canvas
        if (x0, y0, x1, y1) == (0, 0, width, height):
            return image
        return cv2.copyMakeBorder(image, y0, height - y1, x0, width - x1, border)


def placement(width: int, height: int, size: int, multiple: int = 32, enlarge: bool = False) -> Placement:
    """Where a picture goes.

    Args:
        width: of the picture in pixels, at least 1.
        height: of the picture in pixels, at least 1.
        size: side of the square canvas, which the longer side of the picture fills if it is larger; 0 keeps the
            picture's size.
        multiple: with ``size`` 0, the sides of the canvas are the next multiples of this.
        enlarge: whether smaller pictures fill the square too.
    """
    columns, rows = width, height
    longer = max(width, height)
    if size and (longer > size or enlarge):
        columns, rows = (max(1, round(side * size / longer)) for side in (width, height))
    canvas = (size, size) if size else (-(-width // multiple) * multiple, -(-height // multiple) * multiple)
    left, top = (canvas[0] - columns) // 2, (canvas[1] - rows) // 2
    return Placement(width, height, (left, top, left + columns, top + rows), canvas)

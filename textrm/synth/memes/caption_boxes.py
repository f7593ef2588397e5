"""Where captions lie on a picture: at its edges, in given boxes, on panels or bands drawn for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.synth.values import Rng

LIGHT = 185  # of 255; white letters without outline could not be read on it
Share = tuple[float, float, float, float]  # left, top, right, bottom as shares of the picture


@dataclass(frozen=True, slots=True)
class CaptionBox:
    """A box in px; ``hang`` says where a smaller caption lies in it: 0 = at its top, 0.5 = in the middle, 1 = below."""

    left: float
    top: float
    right: float
    bottom: float
    hang: float = 0.5

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in px."""
        return self.right - self.left, self.bottom - self.top


def at_edges(rng: Rng, count: int, height: int, width: int) -> list[CaptionBox]:
    """One caption above or below, two above and below, more one under another or, at random, anywhere."""
    side, edge = width * rng.uniform(0.005, 0.05), height * rng.uniform(0.005, 0.035)
    if count <= 2:
        reach = height * rng.uniform(0.16, 0.42, 2)
        top = CaptionBox(side, edge, width - side, edge + reach[0], 0.0)
        bottom = CaptionBox(side, height - edge - reach[1], width - side, height - edge, 1.0)
        if count == 2:
            return [top, bottom]
        middle = CaptionBox(side, height * 0.3, width - side, height * 0.7)
        return [(top, bottom, middle)[int(rng.choice(3, p=[0.42, 0.5, 0.08]))]]
    if rng.random() < 0.5:
        rows = np.linspace(edge, height - edge, count + 1)
        return [CaptionBox(side, rows[i], width - side, rows[i + 1], float(i) / (count - 1)) for i in range(count)]
    return _anywhere(rng, count, height, width)


def in_boxes(boxes: Sequence[Share], height: int, width: int) -> list[CaptionBox]:
    """The given boxes in px."""
    return [CaptionBox(x0 * width, y0 * height, x1 * width, y1 * height) for x0, y0, x1, y1 in boxes]


def light_share(picture: np.ndarray, caption_box: CaptionBox) -> float:
    """How much of ``picture`` (H W 3 uint8 RGB) in the place is light, in [0, 1]: nearly all of a panel or a sheet."""
    rows = slice(max(int(caption_box.top), 0), int(caption_box.bottom) + 1)
    part = picture[rows, max(int(caption_box.left), 0) : int(caption_box.right) + 1]
    return float((part.min(axis=2) > LIGHT).mean()) if part.size else 0.0


def with_panels(rng: Rng, picture: np.ndarray, count: int) -> tuple[np.ndarray, list[CaptionBox]]:
    """The picture (H W 3 uint8 RGB, not changed) with ``count`` light panels drawn on it, and the room in each."""
    height, width = picture.shape[:2]
    drawn = picture.copy()
    paper = (255, 255, 255) if rng.random() < 0.75 else tuple(int(v) for v in rng.integers(225, 256, 3))
    if rng.random() < 0.4:
        return drawn, _column(rng, drawn, count, paper)
    caption_boxes = []
    line = int(rng.integers(0, 4))
    balloon = rng.random() < 0.5
    for place in _anywhere(rng, count, height, width):
        w, h = place.size
        if balloon:
            centre, axes = (round(place.left + w / 2), round(place.top + h / 2)), (round(w / 2), round(h / 2))
            cv2.ellipse(drawn, centre, axes, 0, 0, 360, paper, -1, cv2.LINE_AA)
            if line:
                cv2.ellipse(drawn, centre, axes, 0, 0, 360, (0, 0, 0), line, cv2.LINE_AA)
            inset = 0.16
        else:
            corners = (round(place.left), round(place.top)), (round(place.right), round(place.bottom))
            cv2.rectangle(drawn, *corners, paper, -1)
            if line:
                cv2.rectangle(drawn, *corners, (0, 0, 0), line)
            inset = 0.05
        dx, dy = inset * w + line, inset * h + line
        caption_boxes.append(CaptionBox(place.left + dx, place.top + dy, place.right - dx, place.bottom - dy))
    return drawn, caption_boxes


def with_band(picture: np.ndarray, rows: int, below: bool, paper: int) -> np.ndarray:
    """The picture with ``rows`` plain rows of grey level ``paper`` added above it, or ``below``."""
    added = np.full((rows, *picture.shape[1:]), paper, np.uint8)
    return np.vstack([picture, added] if below else [added, picture])


def _column(rng: Rng, drawn: np.ndarray, count: int, paper: tuple[int, ...]) -> list[CaptionBox]:
    """A light column on one side of the picture (in place), ruled into ``count`` fields."""
    height, width = drawn.shape[:2]
    cut = int(width * rng.uniform(0.35, 0.55))
    left, right = (0, cut) if rng.random() < 0.6 else (width - cut, width)
    drawn[:, left:right] = paper
    rows, line = np.linspace(0, height, count + 1), int(rng.integers(0, 4))
    for row in rows[1:-1] if line else ():
        cv2.line(drawn, (0, round(row)), (width, round(row)), (0, 0, 0), line)
    inset = 0.04 * cut + line
    return [CaptionBox(left + inset, rows[i] + inset, right - inset, rows[i + 1] - inset) for i in range(count)]


def _anywhere(rng: Rng, count: int, height: int, width: int) -> list[CaptionBox]:
    """Boxes that do not overlap, each in a field of its own."""
    columns = 1 if count == 1 else 2
    rows = -(-count // columns)
    caption_boxes = []
    for field in sorted(rng.permutation(rows * columns)[:count].tolist()):
        w, h = width / columns * rng.uniform(0.55, 0.95), height / rows * rng.uniform(0.3, 0.7)
        x = field % columns * width / columns + rng.uniform(0.02, 0.98) * (width / columns - w)
        y = field // columns * height / rows + rng.uniform(0.02, 0.98) * (height / rows - h)
        caption_boxes.append(CaptionBox(x, y, x + w, y + h))
    return caption_boxes

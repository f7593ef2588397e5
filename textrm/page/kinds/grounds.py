"""On which ground blocks of words stand, and what form it has: a balloon, a box, a band, the page's margin."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.kinds.outlines import OUTLINES, outline_of

GROUND = 17 + OUTLINES
_LETTER = 12.0  # pixels; higher letters are looked at in a smaller picture
_AROUND = 5.0  # heights of letters around a block that are looked at
_FURTHER = 0.6  # of the block's sides, beyond these
_TINT = 16  # levels in each channel, within which a pixel has the colour of the ground
_NEAR = 0.5  # heights of letters from the strokes, where the ground's colour is taken
_INSET = 0.08  # of its sides: how far inside its box a ground's corners are looked at
_DARK = 90  # levels, up to which what closes a ground is a dark line


def grounds_of(
    image: np.ndarray, ink: np.ndarray, boxes: np.ndarray, letters: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """N x ``GROUND`` numbers of the ground around each block: its evenness, form and size, and what closes it.

    And its colour, N x 3 levels, grey where it is not seen.

    Args:
        image: H W 3 uint8 RGB, lettered.
        ink: H W uint8, 1 = a stroke of lettering.
        boxes: N x 4, of the blocks: x0, y0, x1, y1 with x1, y1 outside.
        letters: N, how high their letters are, in pixels.
    """
    found = [_ground(image, ink, *pair) for pair in zip(boxes.tolist(), letters.tolist(), strict=True)]
    rows, colors = np.zeros((len(found), GROUND)), np.full((len(found), 3), 128.0)
    for number, (row, color) in enumerate(found):
        rows[number], colors[number] = row, color
    return rows, colors


def _ground(
    image: np.ndarray, ink: np.ndarray, box: list[float], letter: float
) -> tuple[list[float], np.ndarray | float]:
    height, width = image.shape[:2]
    step = max(1, round(letter / _LETTER))
    wide, high = box[2] - box[0], box[3] - box[1]
    reach_x, reach_y = (int(_AROUND * letter + _FURTHER * side) for side in (wide, high))
    left, top = max(int(box[0]) - reach_x, 0), max(int(box[1]) - reach_y, 0)
    right, bottom = min(int(box[2]) + reach_x, width), min(int(box[3]) + reach_y, height)
    crop, strokes = image[top:bottom:step, left:right:step], ink[top:bottom:step, left:right:step]
    own = np.array([box[0] - left, box[1] - top, box[2] - left, box[3] - top]) / step
    x0, y0, x1, y1 = (int(v) for v in np.round(own))
    near = max(round(_NEAR * letter / step), 2)
    edge = cv2.dilate(strokes, np.ones((3, 3), np.uint8))
    around = np.s_[max(y0 - near, 0) : y1 + near, max(x0 - near, 0) : x1 + near]
    ring = (cv2.dilate(strokes[around], np.ones((2 * near + 1,) * 2, np.uint8)) > 0) & (edge[around] == 0)
    if not ring.any():
        return [0.0] * GROUND, 128.0
    color = np.median(crop[around][ring], 0)
    alike = cv2.inRange(crop, np.clip(color - _TINT, 0, 255), np.clip(color + _TINT, 0, 255))
    alike[edge > 0] = 255  # letters are no holes
    even = float((np.abs(crop[around][ring].astype(np.float32) - color) <= _TINT).all(1).mean())
    _, labels, stats, _ = cv2.connectedComponentsWithStats(alike, connectivity=4, ltype=cv2.CV_32S)
    counts = np.bincount(labels[around][ring & (alike[around] > 0)], minlength=2)
    label = int(counts[1:].argmax()) + 1
    x, y, w, h, area = stats[label].tolist()
    part = labels[y : y + h, x : x + w] == label
    corners = [part[round((h - 1) * down), round((w - 1) * across)]
               for down in (_INSET, 1 - _INSET) for across in (_INSET, 1 - _INSET)]  # fmt: skip
    margins = np.array([x0 - x, y0 - y, x + w - x1, y + h - y1]) * step / letter
    page = [x == 0 and left == 0, y == 0 and top == 0, x + w == crop.shape[1] and right == width,
            y + h == crop.shape[0] and bottom == height]  # fmt: skip
    cut = [x == 0, y == 0, x + w == crop.shape[1], y + h == crop.shape[0]]
    mask = cv2.copyMakeBorder(part.astype(np.uint8), 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outside = (cv2.dilate(mask, np.ones((3, 3), np.uint8)) - mask)[2:-2, 2:-2] > 0
    whole = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
    grey = whole[y : y + h, x : x + w]
    line = grey[outside]
    hull = cv2.convexHull(outlines[0])  # one: the part hangs together
    return [
        even, counts[label] / max(int(ring.sum()), 1), float(np.mean(cut)), float(any(page)), float(np.mean(page)),
        float(np.mean(corners)), area / max(w * h, 1), area / max(cv2.contourArea(hull), 1.0) / 2,
        float(np.clip(margins.min(), -1, 6)) / 3, float(np.clip(np.median(margins), -1, 8)) / 4,
        float(np.clip(margins.max(), -1, 10)) / 5, float(np.clip(abs(margins[0] - margins[2]), 0, 8)) / 4,
        float(np.clip(abs(margins[1] - margins[3]), 0, 8)) / 4, np.log2(max(w * step, 1) / width) / 4,
        float((line <= _DARK).mean()) if len(line) else 0.0, float(np.median(line)) / 255 if len(line) else 0.0,
        float(grey[part].std()) / 32,
        *outline_of(part, whole, (x, y), float(color.mean()), letter / step, (y0 + y1) / 2),
    ], color  # fmt: skip

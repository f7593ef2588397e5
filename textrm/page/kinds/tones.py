"""What the pixels of a word and around it tell of its kind: tones of ink and ground, strokes, edges."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.page.finding.mask import Region
from textrm.page.group import ellipse

TONES = 12
_SIDE = 96  # pixels of a word's shorter side that are looked at; of larger words fewer than all
_EDGE = 2  # pixels around strokes that are their soft edges
_NEAR = 3  # pixels beyond these, where an outline would be
_EVEN = 12  # levels around the usual one


def tones_of(image: np.ndarray, ink: np.ndarray, regions: Sequence[Region], letters: np.ndarray) -> np.ndarray:
    """N x ``TONES`` numbers, most of them in [0, 1]: of ground, ink, what differs between them, and of strokes.

    Args:
        image: H W 3 uint8 RGB, lettered.
        ink: H W uint8, 1 = a stroke of lettering, taken out or not.
        regions: of this page.
        letters: N, how high their letters are, in pixels.
    """
    rows = [_tones(image, ink, region, height) for region, height in zip(regions, letters.tolist(), strict=True)]
    return np.array(rows).reshape(-1, TONES)


def _tones(image: np.ndarray, ink: np.ndarray, region: Region, letter: float) -> list[float]:
    left, top, right, bottom = region.box
    step = max(1, min(right - left, bottom - top) // _SIDE)
    reach = (_EDGE + _NEAR + 4) * step
    view = np.s_[max(top - reach, 0) : bottom + reach : step, max(left - reach, 0) : right + reach : step]
    colors, strokes = image[view], np.ascontiguousarray(ink[view])
    own = strokes[(top - max(top - reach, 0)) // step :, (left - max(left - reach, 0)) // step :]
    own = own[: -(-(bottom - top) // step), : -(-(right - left) // step)]
    grey = cv2.cvtColor(np.ascontiguousarray(colors), cv2.COLOR_RGB2GRAY).astype(np.float32)
    red, green, blue = cv2.split(np.ascontiguousarray(colors))
    vivid = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    edge = cv2.dilate(strokes, ellipse(_EDGE))
    outline = cv2.dilate(strokes, ellipse(_EDGE + _NEAR))
    ground, beside = outline == 0, (outline > edge)
    ground = ground if ground.any() else edge == 0
    ground = ground if ground.any() else strokes == 0
    core = cv2.erode(strokes, np.ones((3, 3), np.uint8)) > 0
    core = core if core.sum() > 8 else strokes > 0
    if not (ground.any() and core.any()):
        return [0.0] * TONES
    paper, inked = grey[ground], grey[core]
    level, dark = float(np.median(paper)), float(np.median(inked))
    area = max(int(own.sum()), 1)
    inner = int(cv2.erode(own, np.ones((3, 3), np.uint8)).sum()) if own.size else 0
    return [
        level / 255, float(paper.std()) / 64, float((np.abs(paper - level) <= _EVEN).mean()),
        float(np.median(vivid[ground])) / 255, dark / 255, float(inked.std()) / 64, float(np.median(vivid[core])) / 255,
        abs(dark - level) / 255, float(dark > level),
        abs(float(np.median(grey[beside])) - level) / 255 if beside.any() else 0.0,
        area / max(own.size, 1), 2 * area / max(area - inner, 1) * step / letter,
    ]  # fmt: skip

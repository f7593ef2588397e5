"""Letters as connected ink of one colour, with what they stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from textrm.page.group import ellipse

_CONTRAST = 60  # levels in one channel by which ink differs from its ground at least
_REACH = 0.45  # of that difference: what is so near to the ink's colour is ink
_DARKEST = 0.6  # strokes are too wide by their soft edges: their colour is that of the pixels beyond this quantile
_ENOUGH = 20  # pixels from which a colour is told
_EDGE, _RING = 3, 6  # pixels from ink to what is surely ground, and to the last of it that is looked at
_EVEN, _PLAIN = 48, 0.85  # levels in each channel within which this share of an even ground lies


@dataclass(frozen=True)
class Letters:
    """Connected ink of ``pixels`` (h w 3 uint8 RGB) of a page.

    ``labels`` (h w int32) is 0 where there is none; ``boxes`` (N 5 int32: left, top, width, height, area) and ``found``
    (N, how many of its pixels are strokes of the word) are those of each label; ``heavy`` (N bool) says which are
    letters: all but the ground and thin lines.
    """

    pixels: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    found: np.ndarray
    heavy: np.ndarray
    _grounds: dict[int, np.ndarray | None] = field(default_factory=dict)

    @property
    def ink(self) -> np.ndarray:
        """N, the pixels of each label."""
        return self.boxes[:, cv2.CC_STAT_AREA]

    @cached_property
    def _paper(self) -> np.ndarray:
        """The mean RGB (uint8) of what is no ink around every pixel, so that a printed screen is one colour."""
        bare = cv2.erode((self.labels == 0).astype(np.uint8), np.ones((3, 3), np.uint8))
        share = cv2.boxFilter(bare, cv2.CV_32F, (9, 9))[..., None]
        mean = cv2.boxFilter(cv2.bitwise_and(self.pixels, self.pixels, mask=bare), cv2.CV_32F, (9, 9))
        return np.clip(mean / np.maximum(share, 1e-3), 0, 255).astype(np.uint8)

    def pens(self) -> np.ndarray:
        """N float32, how wide each is at its widest, in pixels."""
        inked = self.labels > 0
        distance = cv2.distanceTransform(inked.astype(np.uint8), cv2.DIST_L2, 3)
        widest = np.zeros(len(self.boxes), np.float32)
        np.maximum.at(widest, self.labels[inked], distance[inked])
        return 2 * widest

    def ground(self, number: int) -> np.ndarray | None:
        """The RGB (3 float64) around a letter, None where that is not even."""
        if number not in self._grounds:
            self._grounds[number] = self._ground(number)
        return self._grounds[number]

    def _ground(self, number: int) -> np.ndarray | None:
        left, top, wide, tall = self.boxes[number, :4].tolist()
        crop = (slice(max(top - _RING, 0), top + tall + _RING), slice(max(left - _RING, 0), left + wide + _RING))
        labels = self.labels[crop]
        inked = cv2.dilate((labels > 0).astype(np.uint8), np.ones((2 * _EDGE + 1, 2 * _EDGE + 1), np.uint8))
        near = cv2.dilate((labels == number).astype(np.uint8), np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8))
        around = self._paper[crop][near > inked].astype(np.int16)
        if not len(around):
            return None
        usual = np.median(around, 0)
        return usual if (np.abs(around - usual).max(1) <= _EVEN).mean() >= _PLAIN else None


def letters_of(
    pixels: np.ndarray, color: tuple[np.ndarray, np.ndarray], ys: np.ndarray, xs: np.ndarray, pen: float = 0.0
) -> Letters:
    """The letters of ``pixels`` (h w 3 uint8 RGB) whose ink lies within ``color``.

    ``ys`` and ``xs`` are the strokes that were found. With a ``pen``, in pixels, ink less than half as wide is no
    letter: lines that run through letters do not join them.
    """
    inked = cv2.inRange(pixels, *color)
    heavy = inked
    if pen:
        radius = max(1, round(pen / 4))
        opened = cv2.morphologyEx(inked, cv2.MORPH_OPEN, ellipse(radius))
        heavy = cv2.bitwise_and(cv2.dilate(opened, ellipse(radius + 1)), inked)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(heavy, connectivity=8, ltype=cv2.CV_32S)
    found = np.bincount(labels[ys, xs], minlength=count)
    if pen and (thin := inked != heavy).any():  # one label for all of it, which no letter has
        labels[thin] = count
        boxes, found = np.pad(boxes, ((0, 1), (0, 0))), np.append(found, 0)
        boxes[count, cv2.CC_STAT_AREA] = np.count_nonzero(thin)
    found[0] = 0
    return Letters(pixels, labels, boxes, found, np.arange(len(found)) % count > 0)


def ink_color(pixels: np.ndarray, ys: np.ndarray, xs: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The lowest and the highest RGB of the ink of the strokes at ``ys`` and ``xs``.

    None where it is not told from what is around.
    """
    own = np.zeros(pixels.shape[:2], np.uint8)
    own[ys, xs] = 1
    near = cv2.dilate(own, np.ones((9, 9), np.uint8)) > cv2.dilate(own, np.ones((5, 5), np.uint8))
    around, inside = pixels[near], pixels[ys, xs].astype(np.int16)
    if len(around) < _ENOUGH:
        return None
    ground = np.median(around, 0)
    apart = np.abs(inside - ground).max(1)
    sure = inside[apart >= max(_CONTRAST, np.quantile(apart, _DARKEST))]
    if len(sure) < _ENOUGH:
        return None
    ink = np.median(sure, 0)
    reach = _REACH * np.abs(ink - ground).max()
    return np.maximum(ink - reach, 0), np.minimum(ink + reach, 255)

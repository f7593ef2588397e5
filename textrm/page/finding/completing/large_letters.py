"""Large letters of one colour go whole: of a stroke wider than what a look sees, it may find a part."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.page.finding.completing.balloons import Pixels

_STEP = 2  # the look that judges what is missing: at a quarter of the page's size it sees such strokes whole
_LEAST = 3000  # pixels of a word: smaller ones have no such strokes
_THICK = 21  # pixels; the side of a square that fits into such a stroke
_THINNER = 0.35  # times that: thinner parts of the same colour are outlines and drawing
_CORE = 4  # pixels from the edge of a stroke, where it has its own colour
_AGREE = 28  # levels in each channel by which it may differ
_FLAT = 0.6  # of the core that must agree
_AROUND = 1.2  # times the shorter side of the word: how far from it a missing letter may end
_FOUND = 0.3  # of a letter that was found: so it goes
_SEEN = 0.6  # what the look at a quarter must give, in the mean of the letter, to one that was not
_SUPPORTED = 0.5  # the same for a letter of which a part was found
_LARGER = 1.6  # times the largest letter that was found: a larger one is a drawing
_SMALLER = 0.3


def rest_of_large_letters(image: np.ndarray, maps: Sequence[np.ndarray], strokes: Pixels, kept: np.ndarray) -> Pixels:
    """What is missing of words with thick strokes of one colour; each pixel with the word it goes with.

    The pixels of the word's colour around it are letters where they hang together, end within reach of the word, are as
    thick, and were found in part or are seen by the look at a quarter of the size.

    Args:
        image: H W 3 uint8 RGB, the page.
        maps: what each look gave, uint8, at 1, 1/2, 1/4, … of the page.
        strokes: y, x and word of the pixels that go.
        kept: N bool, which words go.
    """
    ys, xs, word = strokes
    none = ys[:0], xs[:0], word[:0]
    if len(maps) <= _STEP:
        return none
    found = [none]
    areas = np.bincount(word, minlength=len(kept))
    for number in np.flatnonzero(kept & (areas >= _LEAST)).tolist():
        own = np.flatnonzero(word == number)
        more_ys, more_xs = _of_word(image, maps[_STEP], ys[own], xs[own])
        found.append((more_ys, more_xs, np.full(len(more_ys), number, word.dtype)))
    more_ys, more_xs, more_words = (np.concatenate(part) for part in zip(*found, strict=True))
    return more_ys, more_xs, more_words


def _of_word(image: np.ndarray, coarse: np.ndarray, ys: np.ndarray, xs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The missing pixels of one word: y and x."""
    none = ys[:0], xs[:0]
    height, width = image.shape[:2]
    reach = int(_AROUND * min(np.ptp(ys), np.ptp(xs))) + 1
    top, left = max(int(ys.min()) - reach, 0), max(int(xs.min()) - reach, 0)
    bottom, right = min(int(ys.max()) + reach + 1, height), min(int(xs.max()) + reach + 1, width)
    own = np.zeros((bottom - top, right - left), np.uint8)
    own[ys - top, xs - left] = 1
    if not cv2.erode(own, np.ones((_THICK, _THICK), np.uint8)).any():
        return none
    depth = cv2.distanceTransform(own, cv2.DIST_L2, 3)
    pen = float(depth.max())
    pixels = image[top:bottom, left:right]
    core = pixels[depth >= _CORE]
    ink = np.median(core, 0)
    if (np.abs(core - ink).max(1) <= _AGREE).mean() < _FLAT:
        return none
    of_it = cv2.inRange(pixels, ink - _AGREE, ink + _AGREE)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(of_it, connectivity=4, ltype=cv2.CV_32S)
    flat = labels.ravel().astype(np.int64)
    area, (x, y, wide, high) = np.maximum(boxes[:, cv2.CC_STAT_AREA], 1), boxes[:, :4].T
    ends = ((x > 0) | (left == 0)) & ((y > 0) | (top == 0))
    ends &= ((x + wide < right - left) | (right == width)) & ((y + high < bottom - top) | (bottom == height))
    thick = np.zeros(count)
    inside, alike = cv2.distanceTransform(of_it, cv2.DIST_L2, 3), of_it != 0
    np.maximum.at(thick, labels[alike], inside[alike])
    share = np.bincount(flat, own.ravel(), minlength=count) / area
    seen = np.bincount(flat, _enlarged(coarse, top, left, own.shape).ravel(), minlength=count) / area / 255
    begun = share >= _FOUND
    begun[0] = False
    if not begun.any():
        return none
    sizes = np.sqrt(wide.astype(float) * high)
    largest = sizes[begun & ends].max(initial=0)
    goes = begun & (seen >= _SUPPORTED)
    goes |= (seen >= _SEEN) & (sizes <= _LARGER * largest) & (sizes >= _SMALLER * largest)
    goes &= ends & (thick >= _THINNER * pen)
    goes[0] = False
    rows, columns = np.nonzero(goes[labels] & (own == 0))
    return rows + top, columns + left


def _enlarged(coarse: np.ndarray, top: int, left: int, shape: tuple[int, ...]) -> np.ndarray:
    """What the look gave for each pixel of a window of the page."""
    rows = np.minimum(np.arange(top, top + shape[0]) >> _STEP, coarse.shape[0] - 1)
    columns = np.minimum(np.arange(left, left + shape[1]) >> _STEP, coarse.shape[1] - 1)
    return coarse[rows][:, columns]

"""A line of lettering goes whole: what stands in it, of the colour, height and pen of its letters, goes with them."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from textrm.page.finding.completing.balloons import Pixels
from textrm.page.finding.completing.letters import Letters, ink_color, letters_of
from textrm.page.finding.completing.neighbours import by_word, near, with_neighbours

_FEWEST = 12  # a word with fewer letters says too little of what the others look like
_LOWEST = 6  # pixels; letters that are lower are all alike
_WHOLE, _FOUND, _SEED = 0.95, 0.35, 0.15  # of a letter's ink that was found: all; what tells of the others; what goes
_BESIDE, _BENEATH = 8, 2  # letter heights around a word that are looked at
_LOW, _INITIAL, _WIDE = 0.5, 2.2, 3.0  # letter heights: the lowest letter, the tallest, the widest that touch
_USUAL = 0.5  # of the usual height by which other letters may differ
_ALIKE = 1.7  # times by which the pens of two letters may differ
_SAMPLE, _EVEN = 24, 0.9  # so many letters are asked, and of them must stand on even ground
_MOST = 1.0  # times the strokes of a word: where more than that is missing, it was told wrongly,
_SHEET, _MORE = 100, 4.0  # but so many letters tell of so much more


def rest_of_lines(image: np.ndarray, strokes: Pixels, going: np.ndarray, looked_at: np.ndarray) -> Pixels:
    """The ink that goes with words of many letters beside their strokes; each pixel with the word it goes with.

    On old print half of a caption's letters may be overlooked. Those that were found in part go whole; then those that
    stand in line with one that goes: level with it and near it, of its colour, about as high, drawn with as wide a pen,
    on the same ground. Words on photographs and drawings are left as they are: there is no even ground to tell by.

    Args:
        image: H W 3 uint8 RGB, the page.
        strokes: the pixels of all words.
        going: N bool, the words that go.
        looked_at: N bool, those of them whose lines are completed.
    """
    return by_word(strokes, image.shape[:2], going, looked_at, _FEWEST * _LOWEST, partial(_rest, image))


def _rest(image: np.ndarray, ys: np.ndarray, xs: np.ndarray, taken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of what is missing of one word, whose strokes are at ``ys`` and ``xs``."""
    none = ys[:0], xs[:0]
    top, bottom, left, right = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    pixels = image[top:bottom, left:right]
    color = ink_color(pixels, ys - top, xs - left)
    if color is None:
        return none
    letters = letters_of(pixels, color, ys - top, xs - left)
    found = letters.found >= np.maximum(_FOUND * letters.ink, _LOWEST)
    if np.count_nonzero(found) < _FEWEST:
        return none
    height = float(np.quantile(letters.boxes[found, cv2.CC_STAT_HEIGHT], 0.6))
    usual = found & (np.abs(letters.boxes[:, cv2.CC_STAT_HEIGHT] / height - 1) < _USUAL)
    if np.count_nonzero(usual) < _FEWEST or height < _LOWEST:
        return none
    pen = float(np.median(letters.pens()[usual]))
    top, left = max(top - int(_BENEATH * height), 0), max(left - int(_BESIDE * height), 0)
    crop = slice(top, bottom + int(_BENEATH * height)), slice(left, right + int(_BESIDE * height))
    letters = letters_of(image[crop], color, ys - top, xs - left)
    others = np.bincount(letters.labels[taken[crop]], minlength=len(letters.ink)) - letters.found
    wide, tall, pens = letters.boxes[:, cv2.CC_STAT_WIDTH], letters.boxes[:, cv2.CC_STAT_HEIGHT], letters.pens()
    alike = (tall >= _LOW * height) & (tall <= _INITIAL * height) & (wide <= _WIDE * height)
    alike &= (pens <= _ALIKE * pen) & (pens * _ALIKE >= pen) & (others < _FOUND * letters.ink)
    alike[0] = False
    missing = _in_line(letters, alike, height)[letters.labels] & ~taken[crop]
    if np.count_nonzero(missing) > (_MOST if np.count_nonzero(usual) < _SHEET else _MORE) * len(ys):
        return none
    rows, columns = np.nonzero(missing)
    return rows + top, columns + left


def _in_line(letters: Letters, alike: np.ndarray, height: float) -> np.ndarray:
    """Which letters go, N bool: those that were found, and step by step what stands in line with one that goes."""
    goes = np.zeros_like(alike)
    part = letters.found / np.maximum(letters.ink, 1)
    whole, begun, free = alike & (part >= _WHOLE), alike & (part >= _SEED) & (part < _WHOLE), alike & (part < _SEED)
    seen = np.flatnonzero(whole | begun)
    if not begun.any() and next(near(letters.boxes, np.flatnonzero(free), seen, height), None) is None:
        return goes
    asked = np.flatnonzero(alike & (part >= _FOUND))
    asked = asked[:: len(asked) // _SAMPLE + 1].tolist()
    if sum(letters.ground(number) is not None for number in asked) < _EVEN * len(asked):
        return goes
    goes |= whole
    goes[[number for number in np.flatnonzero(begun).tolist() if letters.ground(number) is not None]] = True
    return with_neighbours(letters, goes, free, height)

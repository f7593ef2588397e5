"""Letters of which a part was found go whole, though lines of the drawing run through them: their pen is wider."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.page.finding.completing.balloons import Pixels
from textrm.page.finding.completing.letters import Letters, ink_color, letters_of
from textrm.page.finding.completing.neighbours import by_word, with_neighbours

_FEWEST = 60  # pixels of a word: less says too little of its ink
_MARGIN = 6  # pixels around a word in which its ink is told from its ground
_WIDEST = 0.9  # the quantile of depths in found ink that is half of the pen
_THIN = 3.0  # pixels; a pen that is no wider cannot be told from lines
_FOUND, _BEGUN = 0.35, 0.1  # of a letter's ink that was found: it tells how high letters are; it goes
_LOWEST, _HIGHEST = 10, 2.2  # pixels, and times the usual height
_ABOVE, _BESIDE = 1.2, 3.0  # letter heights around a word that are looked at
_ALIKE = 1.7  # times by which the pens of two letters may differ
_ROW = 3  # so many letters that were begun tell of those beside them
_LOW, _WIDE = 0.5, 3.0  # letter heights: the lowest of those, and the widest
_LEAST, _MOST = 0.1, 8.0  # times what was found: less is missing of letters that are whole; more was told wrongly
_LOOKS, _SEEN = 2, 0.7  # one of so many looks, from the finest on, must give so much to what is missing, in the mean


def rest_of_begun_letters(
    image: np.ndarray, maps: Sequence[np.ndarray], strokes: Pixels, going: np.ndarray, looked_at: np.ndarray
) -> Pixels:
    """The ink that is missing of letters, and of those beside them; each pixel with the word it goes with.

    The finest look sees parts of a word that stands on bricks or on lines of speed, a coarser one sees all of it. So
    what a letter's ink hangs together with goes, without lines thinner than half of its pen, where a look says that it
    is lettering; and where several letters were begun, what stands in line with them, as high, with as wide a pen, on
    the same ground.

    Args:
        image: H W 3 uint8 RGB, the page.
        maps: what each look gave, uint8, at 1, 1/2, 1/4, … of the page.
        strokes: the pixels of all words.
        going: N bool, the words that go.
        looked_at: N bool, those of them whose letters are completed.
    """

    def rest(ys: np.ndarray, xs: np.ndarray, taken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows, columns = _rest(image, maps[:_LOOKS], ys, xs, taken)
        taken[rows, columns] = True
        return rows, columns

    return by_word(strokes, image.shape[:2], going, looked_at, _FEWEST, rest)


def _rest(
    image: np.ndarray, maps: Sequence[np.ndarray], ys: np.ndarray, xs: np.ndarray, taken: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The places of what is missing of one word, whose strokes are at ``ys`` and ``xs``."""
    none = ys[:0], xs[:0]
    near = _around(ys, xs, _MARGIN, _MARGIN, taken.shape)
    top, left = near[0].start, near[1].start
    color = ink_color(image[near], ys - top, xs - left)
    if color is None:
        return none
    pen = _pen(image[near], color, ys - top, xs - left)
    if pen <= _THIN:
        return none
    letters = letters_of(image[near], color, ys - top, xs - left, pen)
    told = letters.found >= np.maximum(_FOUND * letters.ink, 1)
    height = float(np.quantile(letters.boxes[told, cv2.CC_STAT_HEIGHT], 0.6)) if told.any() else 0.0
    if height < _LOWEST:
        return none
    crop = _around(ys, xs, int(_ABOVE * height), int(_BESIDE * height), taken.shape)
    top, left = crop[0].start, crop[1].start
    letters = letters_of(image[crop], color, ys - top, xs - left, pen)
    gone = np.bincount(letters.labels[taken[crop]], minlength=len(letters.ink))
    goes = _go(letters, gone, height, pen) & _whole(letters, crop, taken.shape)
    missing = goes[letters.labels] & ~taken[crop]
    found = max(len(ys), int(gone[goes].sum()))
    if not _LEAST * found <= np.count_nonzero(missing) <= _MOST * found:
        return none
    rows, columns = np.nonzero(missing)
    rows, columns = rows + top, columns + left
    seen = max(float(look[_halved(rows, step, look.shape[0]), _halved(columns, step, look.shape[1])].mean())
               for step, look in enumerate(maps))  # fmt: skip
    return (rows, columns) if seen >= _SEEN * 255 else none


def _pen(pixels: np.ndarray, color: tuple[np.ndarray, np.ndarray], ys: np.ndarray, xs: np.ndarray) -> float:
    """How wide the strokes of the ink at ``ys`` and ``xs`` are, in pixels; 0 where there is none."""
    depth = cv2.distanceTransform(cv2.inRange(pixels, *color), cv2.DIST_L2, 3)[ys, xs]
    depth = depth[depth > 0]
    return 2 * float(np.quantile(depth, _WIDEST)) if len(depth) else 0.0


def _go(letters: Letters, gone: np.ndarray, height: float, pen: float) -> np.ndarray:
    """Which letters go, N bool; ``gone`` is how many pixels of each go already."""
    tall, wide, pens = letters.boxes[:, cv2.CC_STAT_HEIGHT], letters.boxes[:, cv2.CC_STAT_WIDTH], letters.pens()
    alike = letters.heavy & (tall <= _HIGHEST * height) & (pens <= _ALIKE * pen) & (pens * _ALIKE >= pen)
    begun = alike & (letters.found > 0) & (gone >= _BEGUN * letters.ink)
    free = alike & ~begun & (tall >= _LOW * height) & (wide <= _WIDE * height) & (gone < _FOUND * letters.ink)
    return with_neighbours(letters, begun, free, height) if np.count_nonzero(begun) >= _ROW else begun


def _whole(letters: Letters, crop: tuple[slice, slice], page: tuple[int, ...]) -> np.ndarray:
    """Which letters the crop does not cut, N bool; the page may."""
    whole = np.ones(len(letters.ink), bool)
    for axis, (side, extent) in enumerate(zip(crop, page, strict=True)):
        start = letters.boxes[:, (cv2.CC_STAT_TOP, cv2.CC_STAT_LEFT)[axis]]
        stop = start + letters.boxes[:, (cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH)[axis]]
        whole &= ((start > 0) | (side.start == 0)) & ((stop < side.stop - side.start) | (side.stop == extent))
    return whole


def _around(ys: np.ndarray, xs: np.ndarray, above: int, beside: int, page: tuple[int, ...]) -> tuple[slice, slice]:
    """The box of some pixels with so many around it, within the page."""
    rows, columns = (slice(max(int(part.min()) - by, 0), min(int(part.max()) + 1 + by, extent))
                     for part, by, extent in zip((ys, xs), (above, beside), page, strict=True))  # fmt: skip
    return rows, columns


def _halved(places: np.ndarray, step: int, extent: int) -> np.ndarray:
    return np.minimum(places >> step, extent - 1)

"""Cuts out what a verifier looks at: each word three times, near, whole, and among what is around it."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.finding.pyramid import halved
from textrm.page.finding.words import Words
from textrm.page.group import Box

VIEWS, SIDE = 3, 64  # of a word; pixels of the side of each
CHANNELS = 6  # red, green, blue, the word's own strokes, all that the finest look saw, and what a coarser one did
_NEAR, _WHOLE, _AROUND = 2.5, 1.3, 3.0  # times the largest stroke, the word, and again the word
_FEWEST = 16  # pixels of the page that a view shows, at least
_SCENE = 6  # what is around a word is at least one such part of the page's shorter side
_FINE = 256  # cells; strokes are drawn on no more than that before they are shrunk
_BEYOND = 128  # of 255; the colour of what lies beyond the page


class WordViews:
    """Shows the words of a page; what all of them need is made once.

    A view is a square of the page: around the largest stroke of a word, around the word, and a larger one of what is
    around it; the word as a whole may be too small in a view to be read, its largest letter never is.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._image, self._fine, self._coarse = (_Halves(plane) for plane in (words.image, words.fine, words.coarse))
        self._order = np.argsort(words.word, kind="stable")
        self._ends = np.cumsum(words.areas)

    def __call__(self, chosen: np.ndarray) -> np.ndarray:
        """What is seen of the N words whose numbers are ``chosen``.

        Returns:
            N x ``VIEWS`` x ``CHANNELS`` x ``SIDE`` x ``SIDE`` uint8.
        """
        words = self._words
        views = np.empty((len(chosen), VIEWS, CHANNELS, SIDE, SIDE), np.uint8)
        scene = max(min(words.image.shape[:2]) / _SCENE, _FEWEST)
        less = words.image.shape[0] / words.coarse.shape[0]
        for view, number in zip(views, chosen.tolist(), strict=True):
            pixels = self._order[self._ends[number] - words.areas[number] : self._ends[number]]
            ys, xs, own = words.strokes.ys[pixels], words.strokes.xs[pixels], words.strokes.own[pixels]
            largest = own == own[words.strokes.sizes[own].argmax()]
            word, stroke = _box(ys, xs), _box(ys[largest], xs[largest])
            squares = _square(stroke, _NEAR, _FEWEST), _square(word, _WHOLE, _FEWEST), _square(word, _AROUND, scene)
            for seen, (left, top, side) in zip(view, squares, strict=True):
                seen[:3] = cv2.split(self._image.shown(left, top, side, _BEYOND))
                seen[3] = _drawn(ys, xs, left, top, side)
                seen[4] = self._fine.shown(left, top, side, 0)
                seen[5] = self._coarse.shown(left / less, top / less, side / less, 0)
        return views


def _box(ys: np.ndarray, xs: np.ndarray) -> Box:
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def _square(box: Box, times: float, fewest: float) -> tuple[float, float, float]:
    """Left, top and side of the square with the centre of ``box`` and so many times its longer side."""
    left, top, right, bottom = box
    side = max(max(right - left, bottom - top) * times, fewest)
    return (left + right - side) / 2, (top + bottom - side) / 2, side


def _drawn(ys: np.ndarray, xs: np.ndarray, left: float, top: float, side: float) -> np.ndarray:
    """The pixels that lie in a square, as SIDE x SIDE uint8."""
    scale = min(_FINE / side, 1.0)
    cells = int(np.ceil(side * scale))
    ink = np.zeros((cells, cells), np.uint8)
    rows, columns = (((part - start) * scale) for part, start in ((ys, top), (xs, left)))
    inside = (rows >= 0) & (rows < cells) & (columns >= 0) & (columns < cells)
    ink[rows[inside].astype(np.int64), columns[inside].astype(np.int64)] = 255
    return cv2.resize(ink, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


class _Halves:
    """A plane at 1, 1/2, 1/4, … of its size, each made when it is needed: large squares are shrunk from a small one."""

    def __init__(self, plane: np.ndarray) -> None:
        self._planes = [plane]

    def shown(self, left: float, top: float, side: float, beyond: int) -> np.ndarray:
        """A square at SIDE x SIDE; what lies beyond the plane is ``beyond``."""
        step = 0
        while side > 4 * SIDE:
            step, left, top, side = step + 1, left / 2, top / 2, side / 2
            if step == len(self._planes):
                self._planes.append(halved(self._planes[-1]))
        return _shown(self._planes[step], left, top, side, beyond)


def _shown(plane: np.ndarray, left: float, top: float, side: float, beyond: int) -> np.ndarray:
    shown = np.full((SIDE, SIDE, *plane.shape[2:]), beyond, np.uint8)
    length = max(round(side), 1)
    parts, places = [], []
    for start, extent in zip((int(np.floor(top)), int(np.floor(left))), plane.shape[:2], strict=True):
        part = slice(max(start, 0), min(start + length, extent))
        first = round((part.start - start) * SIDE / length)
        last = max(round((part.stop - start) * SIDE / length), first + 1)
        if part.stop <= part.start or first >= SIDE:
            return shown
        parts.append(part)
        places.append(slice(first, min(last, SIDE)))
    rows, columns = places
    size = columns.stop - columns.start, rows.stop - rows.start
    how = cv2.INTER_AREA if length > SIDE else cv2.INTER_LINEAR
    shown[rows, columns] = cv2.resize(plane[parts[0], parts[1]], size, interpolation=how)
    return shown

"""Letters that stand beside each other in a line, and the way from word to word that looks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from textrm.page.finding.completing.balloons import Pixels
from textrm.page.finding.completing.letters import Letters

_GAP = 1.2  # letter heights between two letters of a line
_LEVEL = 0.6  # of the lower of two letters' heights that must be level with the other
_SAME = 40  # levels in each channel by which the grounds of two neighbours may differ

# Gives y and x of what is missing of one word from those of its strokes, and from H W bool, what goes already.
Rest = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def by_word(
    strokes: Pixels, page: tuple[int, ...], going: np.ndarray, looked_at: np.ndarray, fewest: int, rest: Rest
) -> Pixels:
    """What is missing of words that go, word by word; each pixel with the word it goes with.

    Args:
        strokes: the pixels of all words.
        page: height and width in pixels.
        going: N bool, the words that go.
        looked_at: N bool, those of them that are completed.
        fewest: pixels; words with fewer strokes are not.
        rest: tells what is missing of one.
    """
    ys, xs, word = strokes
    taken = np.zeros(page, bool)
    inside = going[word]
    taken[ys[inside], xs[inside]] = True
    order = np.argsort(word, kind="stable")
    ends = np.searchsorted(word[order], np.arange(len(going) + 1))
    found: list[Pixels] = [(ys[:0], xs[:0], word[:0])]
    for number in np.flatnonzero(going & looked_at & (np.diff(ends) >= fewest)).tolist():
        own = order[ends[number] : ends[number + 1]]
        rows, columns = rest(ys[own], xs[own], taken)
        found.append((rows, columns, np.full(len(rows), number)))
    rows, columns, words = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows, columns, words


def with_neighbours(letters: Letters, goes: np.ndarray, free: np.ndarray, height: float) -> np.ndarray:
    """The letters that go, N bool, and step by step those ``free`` ones that stand in line with one, on its ground."""
    goes, free = goes.copy(), free.copy()
    last = goes
    while last.any() and free.any():
        new = np.zeros_like(goes)
        for number, neighbour in near(letters.boxes, np.flatnonzero(free), np.flatnonzero(last), height):
            ground, other = letters.ground(number), letters.ground(neighbour)
            if ground is not None and other is not None and np.abs(ground - other).max() <= _SAME:
                new[number] = True
        free &= ~new
        goes |= new
        last = new
    return goes


def near(boxes: np.ndarray, some: np.ndarray, ends: np.ndarray, height: float) -> Iterator[tuple[int, int]]:
    """Pairs of one of ``some`` and one of ``ends`` that stand beside each other in a line.

    ``boxes`` are those of :class:`~textrm.page.finding.completing.letters.Letters`, ``height`` is the usual one.
    """
    left, top, wide, tall = boxes[:, :4].T
    one, other = some[:, None], ends[None]
    right, bottom = left + wide, top + tall
    level = np.minimum(bottom[one], bottom[other]) - np.maximum(top[one], top[other])
    gap = np.maximum(left[one], left[other]) - np.minimum(right[one], right[other])
    beside = (level >= _LEVEL * np.minimum(tall[one], tall[other])) & (gap <= _GAP * height)
    for row, column in zip(*np.nonzero(beside), strict=True):
        yield int(some[row]), int(ends[column])

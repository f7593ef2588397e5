"""Takes a cleaned page apart into what the layers of a file show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.cleaning import Result
from textrm.page.finding.mask import Region
from textrm.page.group import Slices, groups

OTHER = "without number"
"""The name of what was filled for no word, as the end-to-end net does."""

_GAP = 4  # pixels; holes that are nearer are looked at together


@dataclass(frozen=True, slots=True)
class Word:
    """What was filled for a word: ``mask`` is h w uint8 in {0, 1} with its upper left corner at ``left``, ``top``."""

    name: str
    left: int
    top: int
    mask: np.ndarray

    @property
    def slices(self) -> Slices:
        """Its rows and columns on the page."""
        height, width = self.mask.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


@dataclass(frozen=True, slots=True)
class Parts:
    """A page taken apart.

    ``page`` is what it was and ``clean`` what it is, both H W C uint8 or uint16: grey, RGB, or ink of which the highest
    value is full. ``hole`` is H W uint8 in {0, 1}: elsewhere both are the same. The masks of ``words``, from the first
    to the last, cover it once. ``profile`` is the ICC profile of the pixels, None for none.
    """

    page: np.ndarray
    clean: np.ndarray
    hole: np.ndarray
    words: list[Word]
    profile: bytes | None = None


def take_apart(page: np.ndarray, clean: np.ndarray, result: Result, profile: bytes | None = None) -> Parts:
    """The parts of a cleaned page; arguments are as the fields of :class:`Parts`."""
    return Parts(page, clean, result.filled, _words(result), profile)


def _words(result: Result) -> list[Word]:
    pieces: dict[int, list[tuple[Slices, np.ndarray]]] = {}
    for slices, own in groups(result.filled, _GAP):
        for number, mask in _shares(slices, own, result):
            pieces.setdefault(number, []).append((slices, mask))
    return [_joined(_name(number, result.regions), pieces[number]) for number in sorted(pieces)]


def _name(number: int, regions: list[Region]) -> str:
    return f"{number} {regions[number - 1].kind}".strip() if number <= len(regions) else OTHER


def _shares(slices: Slices, own: np.ndarray, result: Result) -> Iterator[tuple[int, np.ndarray]]:
    """The pixels of a group of holes by the number of the word whose letters are nearest."""
    rows, columns = slices
    letters = result.mask[slices]
    seeds = np.zeros(own.shape, np.int32)
    for number, region in enumerate(result.regions, 1):
        left, top, right, bottom = region.box
        if left < columns.stop and right > columns.start and top < rows.stop and bottom > rows.start:
            hull = np.zeros(own.shape, np.uint8)
            cv2.fillConvexPoly(hull, region.polygon - (columns.start, rows.start), 1)
            seeds[(hull & letters != 0) & (seeds == 0)] = number
    numbers = np.unique(seeds[seeds > 0]).tolist()
    if len(numbers) < 2:
        yield (numbers[0] if numbers else len(result.regions) + 1), own
        return
    _, labels = cv2.distanceTransformWithLabels(
        (seeds == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros(labels.max() + 1, np.int32)
    nearest[labels[seeds > 0]] = seeds[seeds > 0]
    nearest = nearest[labels]
    for number in numbers:
        yield number, own & (nearest == number)


def _joined(name: str, pieces: list[tuple[Slices, np.ndarray]]) -> Word:
    top, left = (min(slices[axis].start for slices, _ in pieces) for axis in (0, 1))
    bottom, right = (max(slices[axis].stop for slices, _ in pieces) for axis in (0, 1))
    mask = np.zeros((bottom - top, right - left), np.uint8)
    for (rows, columns), own in pieces:
        mask[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] |= own
    x, y, width, height = cv2.boundingRect(mask)
    return Word(name, left + x, top + y, mask[y : y + height, x : x + width])

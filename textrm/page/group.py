"""Groups the pixels of a mask that lie near each other: letters become words and lines, holes become one repair."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np

Slices = tuple[slice, slice]  # rows and columns of a page
Box = tuple[int, int, int, int]  # left, top, right and bottom in pixels of a page, the last two exclusive
CELL = 4  # pixels; grouping looks at the largest value per cell, which costs a sixteenth of the time and memory


class Grouping:
    """The groups that the pixels of a mask make; what of them other masks have is told without grouping anew.

    Pixels nearer than about ``gap`` belong to one group (the distance is measured in cells of four pixels).

    Args:
        mask: H W uint8, not 0 = in.
        gap: pixels.
    """

    def __init__(self, mask: np.ndarray, gap: int) -> None:
        joined = cv2.dilate(coarse_maximum(mask), ellipse(max(1, round(gap / CELL / 2))))
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8, ltype=cv2.CV_32S)
        self._labels = labels if count > np.iinfo(np.uint16).max else labels.astype(np.uint16)
        self._boxes = boxes[1:].tolist()

    def groups(self, mask: np.ndarray) -> Iterator[tuple[Slices, np.ndarray]]:
        """The groups of a mask, from top to bottom.

        Args:
            mask: H W uint8, not 0 = in; pixels farther than about half the gap from all groups are left out.

        Yields:
            The box of what ``mask`` has of each group, if anything, and these pixels in this box, h w uint8 in {0, 1}.
        """
        for label, (left, top, width, height, _) in enumerate(self._boxes, 1):
            rows = slice(top * CELL, min((top + height) * CELL, mask.shape[0]))
            columns = slice(left * CELL, min((left + width) * CELL, mask.shape[1]))
            inside = mask[rows, columns] != 0
            if not inside.any():
                continue
            own = (self._labels[top : top + height, left : left + width] == label).astype(np.uint8)
            own = cv2.resize(own, None, fx=CELL, fy=CELL, interpolation=cv2.INTER_NEAREST)
            own = own[: rows.stop - rows.start, : columns.stop - columns.start]
            own &= inside
            slices = box_around(own, 0)
            if slices[0].stop:
                yield _shifted(slices, rows.start, columns.start), own[slices]

    def blocks(self, mask: np.ndarray, largest: int) -> Iterator[tuple[Slices, np.ndarray]]:
        """The same, those larger than ``largest`` pixels cut by :func:`parts`."""
        for slices, own in self.groups(mask):
            yield from parts(slices, own, largest)


def groups(mask: np.ndarray, gap: int) -> Iterator[tuple[Slices, np.ndarray]]:
    """The groups of a mask, as :meth:`Grouping.groups` gives them."""
    yield from Grouping(mask, gap).groups(mask)


def surroundings(slices: Slices, own: np.ndarray, around: int, shape: tuple[int, ...]) -> tuple[Slices, np.ndarray]:
    """The box of a group with ``around`` pixels on all sides, within a page of ``shape``, and the group in it."""
    rows, columns = (slice(max(side.start - around, 0), min(side.stop + around, extent))
                     for side, extent in zip(slices, shape, strict=False))  # fmt: skip
    inner = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    top, left = slices[0].start - rows.start, slices[1].start - columns.start
    inner[top : top + own.shape[0], left : left + own.shape[1]] = own
    return (rows, columns), inner


def box_around(mask: np.ndarray, around: int) -> Slices:
    """The box of all that a mask has, h w uint8, with ``around`` pixels on all sides, within the mask's."""
    left, top, width, height = cv2.boundingRect(mask)
    return (slice(max(top - around, 0), top + height + around), slice(max(left - around, 0), left + width + around))


def blocks(mask: np.ndarray, gap: int, largest: int) -> Iterator[tuple[Slices, np.ndarray]]:
    """The groups of a mask, as :func:`groups` gives them, those larger than ``largest`` pixels cut by :func:`parts`."""
    yield from Grouping(mask, gap).blocks(mask, largest)


def parts(slices: Slices, own: np.ndarray, largest: int) -> Iterator[tuple[Slices, np.ndarray]]:
    """A group cut into equal blocks of at most ``largest`` pixels a side; those without a pixel of it are left out."""
    rows, columns = slices
    for top, bottom in _cuts(own.shape[0], largest):
        for left, right in _cuts(own.shape[1], largest):
            part = own[top:bottom, left:right]
            if part.any():
                yield (
                    (
                        slice(rows.start + top, rows.start + bottom),
                        slice(columns.start + left, columns.start + right),
                    ),
                    part,
                )


def _cuts(extent: int, largest: int) -> list[tuple[int, int]]:
    count = -(-extent // largest)
    if count == 1:
        return [(0, extent)]
    edges = np.linspace(0, extent, count + 1).round().astype(int).tolist()
    return list(pairwise(edges))


def coarse_maximum(image: np.ndarray) -> np.ndarray:
    """The largest value in each cell of H W uint8; cells at the lower and right edge may be cut."""
    block = np.ones((CELL, CELL), np.uint8)
    # In strips: the dilated page is never held as a whole.
    strip = 256 * CELL
    parts = [
        cv2.dilate(image[row : row + strip], block, anchor=(0, 0))[::CELL, ::CELL]
        for row in range(0, image.shape[0], strip)
    ]
    return np.concatenate(parts)


def ellipse(radius: int) -> np.ndarray:
    """The structuring element that grows a mask by ``radius`` pixels."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _shifted(slices: tuple[slice, slice], down: int, right: int) -> tuple[slice, slice]:
    rows, columns = slices
    return slice(rows.start + down, rows.stop + down), slice(columns.start + right, columns.stop + right)

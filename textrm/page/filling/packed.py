"""A mask of a page in an eighth of its memory."""

from __future__ import annotations

import numpy as np

from textrm.page.group import Slices

_BAND = 512  # rows unpacked at a time


class Packed:
    """H W in {0, 1}, of which a window at a time is read and written.

    Args:
        size: height and width in pixels; all are 0.
    """

    def __init__(self, size: tuple[int, ...]) -> None:
        self._height, self._width = size
        self._bits = np.zeros((self._height, -(-self._width // 8)), np.uint8)

    def __getitem__(self, window: Slices) -> np.ndarray:
        """A copy of rows and columns, h w uint8 in {0, 1}; the slices have no step and are cut at the page's edge."""
        rows, columns = window
        start, stop, _ = columns.indices(self._width)
        skipped = start % 8
        return np.unpackbits(self._bits[rows, start // 8 : -(-stop // 8)], axis=1)[:, skipped : skipped + stop - start]

    def add(self, window: Slices, mask: np.ndarray) -> None:
        """Set to 1 what is 1 in ``mask``, h w uint8 in {0, 1}, which has the size of the window within the page."""
        rows, columns = window
        start, _, _ = columns.indices(self._width)
        bits = np.packbits(np.pad(mask, ((0, 0), (start % 8, 0))), axis=1)
        self._bits[rows, start // 8 : start // 8 + bits.shape[1]] |= bits

    def add_to(self, mask: np.ndarray) -> None:
        """Set to 1 in ``mask``, H W uint8, what is 1 here."""
        for band in self._bands():
            mask[band] |= self[band, slice(None)]

    def take_from(self, mask: np.ndarray) -> None:
        """Set to 0 in ``mask``, H W uint8 in {0, 1}, what is 1 here."""
        for band in self._bands():
            mask[band] &= 1 - self[band, slice(None)]

    def take(self, other: Packed) -> None:
        """Set to 0 what is 1 in ``other``, which has the same size."""
        self._bits &= ~other._bits

    def _bands(self) -> list[slice]:
        return [slice(row, row + _BAND) for row in range(0, self._height, _BAND)]

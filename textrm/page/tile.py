"""Cuts a page into overlapping tiles of one size, so that memory does not grow with the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from textrm.errors import UserError

MARGIN = 64  # pixels of context on each side of a cut; what a net says there is thrown away


@dataclass(frozen=True, slots=True)
class Tile:
    """What is read (``window``) and which part of it is kept (``core``), both in pixels of the page.

    Windows of one page are equally large and may reach over its right and lower edge by less than a stride; cores
    cover the page once.
    """

    window: tuple[slice, slice]
    core: tuple[slice, slice]

    def inner(self) -> tuple[slice, slice]:
        """The core in pixels of the window."""
        (top, left), (rows, columns) = (side.start for side in self.window), self.core
        return slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)


def tiles(height: int, width: int, side: int, stride: int, margin: int = MARGIN) -> Iterator[Tile]:
    """Tiles of a page of ``height`` x ``width`` pixels, row by row.

    No tile has more than ``side`` x ``side`` pixels. Of all grids that keep this, the one with the fewest pixels to
    compute is taken: a page that fits is one tile, a long strip is cut across only. Windows start at multiples of
    ``stride``, so that a net sees each pixel in the same phase as on the uncut page.

    Raises:
        UserError: as :func:`check_side`.
    """
    check_side(side, stride, margin)
    margin = -(-margin // stride) * stride
    rows, columns = _grid(-(-height // stride), -(-width // stride), side**2 // stride**2, margin // stride)
    for row, (top, bottom) in zip(*_cuts(height, *rows, stride), strict=True):
        for column, (left, right) in zip(*_cuts(width, *columns, stride), strict=True):
            yield Tile((row, column), (slice(top, bottom), slice(left, right)))


def tile_pixels(image: np.ndarray, side: int, stride: int) -> Iterator[tuple[Tile, np.ndarray]]:
    """The tiles of a page, each with a copy or view of its pixels for a net; tiles of one colour are left out.

    Those hold no lettering. Where a window reaches over the page's edge it is filled up by reflection, also of pages
    that are smaller than a stride.

    Args:
        image: H W 3 uint8 RGB.
        side: side of the largest square tile in pixels.
        stride: what height and width of the pixels are multiples of.

    Raises:
        UserError: as :func:`check_side`.
    """
    height, width = image.shape[:2]
    for part in tiles(height, width, side, stride):
        rows, columns = part.window
        pixels = image[rows, columns]
        if (pixels == pixels[0, 0]).all():
            continue
        below, right = rows.stop - rows.start - pixels.shape[0], columns.stop - columns.start - pixels.shape[1]
        if below or right:
            pixels = cv2.copyMakeBorder(np.ascontiguousarray(pixels), 0, below, 0, right, cv2.BORDER_REFLECT_101)
        yield part, pixels


def check_side(side: int, stride: int, margin: int = MARGIN) -> None:
    """Refuse tiles of ``side`` pixels that leave nothing between the margins.

    Raises:
        UserError: with the smallest side that a model of this stride can work with.
    """
    least = 2 * -(-margin // stride) * stride + stride
    if side < least:
        raise UserError(f"tile is {side} pixels; expected at least {least} with this model")


def _grid(height: int, width: int, area: int, margin: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Count and length of tiles along y and along x, in strides."""
    best = None
    for count in range(1, width + 1):
        length = width if count == 1 else -(-(width + 2 * margin * (count - 1)) // count)
        if count > 1 and length <= 2 * margin:
            break
        room = area // length
        if room >= height:
            rows = 1, height
        elif room > 2 * margin:
            number = -(-(height - 2 * margin) // (room - 2 * margin))
            rows = number, -(-(height + 2 * margin * (number - 1)) // number)
        else:
            continue
        cost = count * length * rows[0] * rows[1]
        if best is None or cost < best[0]:
            best = cost, rows, (count, length)
        if rows[0] == 1:
            break
    assert best is not None
    return best[1], best[2]


def _cuts(size: int, count: int, length: int, stride: int) -> tuple[list[slice], list[tuple[int, int]]]:
    """Windows and cores along one side, in pixels."""
    last = -(-size // stride) - length
    starts = np.rint(np.linspace(0, last, count)).astype(int) * stride
    length *= stride
    # Cores meet in the middle of the overlap.
    edges = [0, *((starts[1:] + starts[:-1] + length) // 2).tolist(), size]
    windows = [slice(start, start + length) for start in starts.tolist()]
    return windows, list(pairwise(edges))

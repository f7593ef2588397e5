"""Parts of a page as PNG files: of strips of any length a browser holds only what it shows."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.group import Slices
from textrm.review.opened import OpenPage

SIDE = 512  # pixels of a tile
LEVELS = 8  # the page at 1, 1/2, 1/4, …
KINDS = ("before", "after", "mask")
_COLOUR = (96, 0, 255, 150)  # of the mask: blue, green, red, and how opaque where all is lettering


def tile(page: OpenPage, kind: str, level: int, column: int, row: int) -> bytes:
    """A tile: RGB as a browser shows it, of the mask one colour that is transparent elsewhere.

    Args:
        page: the page.
        kind: one of ``KINDS``: the page as it was, as it is, or the mask.
        level: from 0; one pixel is 2 ** level pixels of the page.
        column: from 0, counted in tiles.
        row: from 0.

    Raises:
        UserError: when there is no such tile.
    """
    slices = place(page.mask.shape, level, column, row)
    if kind == "mask":
        levels = page.shown_mask(slices, 2**level)
        pixels = np.empty((*levels.shape, 4), np.uint8)
        pixels[:] = _COLOUR
        pixels[..., 3] = levels.astype(np.uint16) * _COLOUR[3] // 255
    elif kind in KINDS:
        pixels = cv2.cvtColor(page.shown(slices, kind == "after", 2**level), cv2.COLOR_RGB2BGR)
    else:
        raise UserError(f"there is no picture {kind}; expected one of {', '.join(KINDS)}")
    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def place(shape: tuple[int, ...], level: int, column: int, row: int) -> Slices:
    """The rows and columns of the page that a tile shows.

    Raises:
        UserError: when there is no such tile.
    """
    side = SIDE << level if 0 <= level < LEVELS else 0
    top, left = row * side, column * side
    if not side or row < 0 or column < 0 or top >= shape[0] or left >= shape[1]:
        raise UserError(f"there is no tile {column}, {row} of level {level}")
    return slice(top, min(top + side, shape[0])), slice(left, min(left + side, shape[1]))

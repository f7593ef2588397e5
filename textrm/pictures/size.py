"""Refuses pictures that are too large, before they are decoded."""

from __future__ import annotations

from textrm.errors import UserError

MAX_PIXELS = 120_000_000  # a page of 10 000 x 10 000 passes; a bomb does not
BYTES_PER_PIXEL = 4  # of the largest picture; of one with more bytes for each, fewer pixels are read


def check_size(width: int, height: int, each: int, max_pixels: int) -> None:
    """Refuse what is too large; ``each`` is in bytes per pixel.

    Raises:
        UserError: naming the size and the limit.
    """
    advice = "cut it up, or raise --max-pixels if it is meant to be so large"
    if width * height > max_pixels:
        raise UserError(f"{width}x{height} are more than {max_pixels} pixels; {advice}")
    if width * height * each > max_pixels * BYTES_PER_PIXEL:
        raise UserError(f"{width}x{height} pixels of {each} bytes are more than {BYTES_PER_PIXEL} bytes for each of "
                        f"{max_pixels} pixels; {advice}")  # fmt: skip

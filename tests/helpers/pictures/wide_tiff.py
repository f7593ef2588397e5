"""TIFF files of 16 bits in either byte order, as Pillow does not write them."""

from __future__ import annotations

import struct
import zlib

import numpy as np

WHITE_IS_ZERO, GREY, RGB, INK = 0, 1, 2, 5  # photometric interpretation
MULTIPLIED, ALPHA = 1, 2  # what extra channels are


def wide_tiff(
    pixels: np.ndarray,
    photometric: int,
    order: str = "<",
    rows: int = 0,
    planes: bool = False,
    deflated: bool = False,
    extra: int | None = None,
) -> bytes:
    """A TIFF of H W C uint16.

    ``order`` is "<" or ">", as in numpy's names of types; ``rows`` are those of each strip, 0 for all; ``planes`` says
    that each channel stands apart; ``extra`` is what the last channel is, alpha in RGB of four channels.
    """
    height, width, channels = pixels.shape
    extra = ALPHA if extra is None and photometric == RGB and channels == 4 else extra
    parts = np.split(pixels, channels, 2) if planes else [pixels]
    rows = rows or height
    strips = [part[row : row + rows].astype(f"{order}u2").tobytes() for part in parts for row in range(0, height, rows)]
    if deflated:
        strips = [zlib.compress(strip) for strip in strips]
    tags = {256: [width], 257: [height], 258: [16] * channels, 259: [8 if deflated else 1], 262: [photometric],
            273: [0] * len(strips), 277: [channels], 278: [rows], 279: [len(strip) for strip in strips],
            284: [2 if planes else 1]} | ({} if extra is None else {338: [extra]})  # fmt: skip
    beside = 8 + 2 + 12 * len(tags) + 4
    position = beside + sum(4 * len(values) for values in tags.values() if len(values) > 1)
    for number, strip in enumerate(strips):
        tags[273][number] = position
        position += len(strip)
    entries, lists = b"", b""
    for tag, values in tags.items():
        packed = struct.pack(f"{order}{len(values)}I", *values)
        if len(values) > 1:
            packed, lists = struct.pack(f"{order}I", beside + len(lists)), lists + packed
        entries += struct.pack(f"{order}HHI", tag, 4, len(values)) + packed
    head = struct.pack(f"{order}2sHIH", b"II" if order == "<" else b"MM", 42, 8, len(tags))
    return head + entries + bytes(4) + lists + b"".join(strips)

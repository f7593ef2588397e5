"""JPEG 2000 files with headers that Pillow does not write."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

from textrm.pictures.formats.boxes import box


def codestream(pixels: np.ndarray, bits: int | tuple[int, ...] = 8) -> bytes:
    """A lossless codestream of H W or H W C uint8 or uint16, each component of so many bits.

    Pillow writes 8 or 16; fewer differ from these by what the header says and by the level that is taken for 0.
    """
    width = 8 * pixels.dtype.itemsize
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    each = np.array((bits,) * channels if isinstance(bits, int) else bits)
    raised = pixels + (2 ** (width - 1) - 2 ** (each - 1)).astype(pixels.dtype)
    buffer = io.BytesIO()
    Image.fromarray(raised).save(buffer, "JPEG2000", no_jp2=True)
    content = bytearray(buffer.getvalue())
    for number, depth in enumerate(each):
        content[42 + 3 * number] = depth - 1
    return bytes(content)


def jp2(pixels: np.ndarray, *header: bytes, bits: int | tuple[int, ...] = 8, after: bytes = b"") -> bytes:
    """A file whose header has these boxes behind its size; other boxes may come ``after`` the pixels."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    depth = bits - 1 if isinstance(bits, int) else 255
    size = box(b"ihdr", struct.pack(">IIHBBBB", height, width, channels, depth, 7, 0, 0))
    return b"".join(
        (box(b"jP  ", b"\r\n\x87\n"), box(b"ftyp", b"jp2 \0\0\0\0jp2 "), box(b"jp2h", size + b"".join(header)),
         box(b"jp2c", codestream(pixels, bits)), after)
    )  # fmt: skip


def colour(number: int) -> bytes:
    """Which enumerated colour space the pixels are in: 16 sRGB, 17 grey, 12 CMYK."""
    return box(b"colr", struct.pack(">BBBI", 1, 0, 0, number))


def channels(*given: tuple[int, int, int]) -> bytes:
    """What each channel is: its number, what of (0 colour, 1 alpha, 2 alpha multiplied in), and of which colour."""
    return box(b"cdef", struct.pack(">H", len(given)) + b"".join(struct.pack(">3H", *one) for one in given))


def palette(colours: np.ndarray) -> bytes:
    """A palette, N C uint8, and that it is for the only component."""
    count, columns = colours.shape
    table = struct.pack(">HB", count, columns) + bytes([7] * columns) + colours.tobytes()
    return box(b"pclr", table) + box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, number) for number in range(columns)))

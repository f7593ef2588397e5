"""What Pillow does not do with BMP: alpha, which only headers of version 4 and later can tell of."""

from __future__ import annotations

import struct

import numpy as np

from textrm.pictures.formats.png import per_metre

_VERSION_4 = 108  # bytes of its header


def encode_alpha(pixels: np.ndarray, dpi: tuple[float, float] | None, file_header: bool) -> bytes:
    """A BMP with alpha of H W 4 uint8 RGBA; without ``file_header`` a DIB, which only lacks that."""
    height, width = pixels.shape[:2]
    body = np.ascontiguousarray(pixels[::-1, :, [2, 1, 0, 3]]).tobytes()
    resolution = per_metre(dpi or (96, 96)) or (0, 0)
    header = struct.pack("<IiiHHIIiiII", _VERSION_4, width, height, 1, 32, 3, len(body), *resolution, 0, 0)
    header += struct.pack("<4I4s", 0xFF0000, 0xFF00, 0xFF, 0xFF000000, b"BGRs")  # masks; the colours are sRGB
    header = header.ljust(_VERSION_4, b"\0")
    before = 14 + len(header)
    return struct.pack("<2sIII", b"BM", before + len(body), 0, before) * file_header + header + body

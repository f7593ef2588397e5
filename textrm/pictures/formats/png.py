"""What Pillow does not do with PNG: 16 bits per channel, and metadata kept byte for byte."""

from __future__ import annotations

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
Chunk = tuple[bytes, bytes]  # type and content

# Ancillary chunks that describe the picture or its pixels and stay true while size and mode do.
BEFORE_PALETTE = frozenset((b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"mDCV", b"cLLI", b"sBIT"))
AFTER_PALETTE = frozenset(
    (b"pHYs", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME", b"bKGD", b"tRNS", b"sTER", b"oFFs", b"pCAL", b"sCAL")
)


def make_metadata(
    icc_profile: bytes | None, exif: bytes | None, dpi: tuple[float, float] | None, alpha: np.ndarray | None
) -> list[Chunk]:
    """The chunks for a picture that comes from another format; ``alpha`` is a palette's, N uint8."""
    found = []
    if icc_profile:
        found.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(icc_profile)))
    if alpha is not None and (alpha < 255).any():
        found.append((b"tRNS", alpha.tobytes()))
    if dpi and (resolution := per_metre(dpi)):
        found.append((b"pHYs", struct.pack(">IIB", *resolution, 1)))
    if exif:
        found.append((b"eXIf", exif.removeprefix(b"Exif\0\0")))
    return found


def per_metre(dpi: tuple[float, float]) -> tuple[int, int] | None:
    """A resolution per inch in whole pixels per metre, below 2^31; None where it is none."""
    across, down = (float(value) / 0.0254 for value in dpi)
    return (round(across), round(down)) if 0 < across < 2**31 - 1 and 0 < down < 2**31 - 1 else None


def with_metadata(png: memoryview | bytes, metadata: list[Chunk]) -> bytes:
    """An encoded PNG with its metadata replaced by ``metadata``."""
    early = [chunk(*entry) for entry in metadata if entry[0] in BEFORE_PALETTE]
    late = [chunk(*entry) for entry in metadata if entry[0] in AFTER_PALETTE]
    parts: list[bytes | memoryview] = [SIGNATURE]
    view, position = memoryview(png), len(SIGNATURE)
    while position < len(view):
        length, name = struct.unpack_from(">I4s", view, position)
        if name == b"IDAT":
            parts += late
            late = []
        if name not in BEFORE_PALETTE | AFTER_PALETTE:
            parts.append(view[position : position + 12 + length])
        if name == b"IHDR":
            parts += early
        position += 12 + length
    return b"".join(parts)


def encode_16_bit(pixels: np.ndarray) -> bytes:
    """A PNG of uint16 pixels: H W or H W 1 grey, H W 2 grey and alpha, H W 3 RGB, H W 4 RGBA."""
    height, width = pixels.shape[:2]
    colour_type = {1: 0, 2: 4, 3: 2, 4: 6}[pixels.size // (height * width)]
    rows = np.ascontiguousarray(pixels.astype(">u2")).view(np.uint8).reshape(height, -1)
    filtered = np.zeros((height, 1 + rows.shape[1]), np.uint8)
    filtered[1:, 0] = 2  # "up": the difference to the row above; the first row stands as it is
    filtered[:, 1:] = rows
    filtered[1:, 1:] -= rows[:-1]
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    body = zlib.compress(filtered.data, 6)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk as it stands in a file: length, name, content, checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

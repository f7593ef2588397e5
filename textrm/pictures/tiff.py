"""What Pillow does not do with TIFF: 16 bits per channel of colour or ink, and choosing which tags to keep."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin

# Tags that describe the picture and say nothing about how its pixels are laid out (TIFF 6.0, Exif 2.3).
_DESCRIPTIVE = frozenset(
    (269, 270, 271, 272, 282, 283, 285, 296, 297, 305, 306, 315, 316, 318, 319, 700, 33432, 33723, 34377, 34665, 34853)
)
_DIRECTORIES = (34665, 34853)  # Exif and GPS
# Compressions that lose nothing and that Pillow writes.
_LOSSLESS = frozenset(("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "group3", "group4", "tiff_ccitt", "zstd"))


def is_negative(picture: Image.Image) -> bool:
    """Whether 0 is white in grey of 16 bits: Pillow turns fewer bits round, but leaves these as they are."""
    photometric = getattr(picture, "tag_v2", {}).get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION)
    return picture.mode.startswith("I;16") and photometric == 0


def descriptive_tags(exif: Image.Exif) -> Image.Exif:
    """The tags of a TIFF that stay true when its pixels are laid out anew; read while the file is open."""
    kept = Image.Exif()
    for tag in exif:
        if tag in _DIRECTORIES:
            kept.get_ifd(tag).update(exif.get_ifd(tag))
            kept[tag] = 0
        elif tag in _DESCRIPTIVE:
            kept[tag] = exif[tag]
    return kept


def compression(name: str | None, tags: Image.Exif) -> str:
    """The source's compression where it is lossless, else deflate.

    Pillow writes Exif and GPS directories into uncompressed files only, and keeping them matters more.
    """
    if any(tag in tags for tag in _DIRECTORIES):
        return "raw"
    return name if name in _LOSSLESS else "tiff_adobe_deflate"


def decode_16_bit_ink(path: Path) -> np.ndarray | None:
    """H W 4 uint16 of a TIFF of CMYK, of which Pillow gives 8 bits only; None where it cannot be had.

    OpenCV refuses ink, so it is told that the four channels are RGB and alpha.
    """
    content = bytearray(path.read_bytes())
    order = "<" if content[0] == ord("I") else ">"
    version, directory = struct.unpack_from(f"{order}2xHI", content)
    if version != 42:
        return None  # with addresses of 64 bits
    (count,) = struct.unpack_from(f"{order}H", content, directory)
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from(f"{order}H", content, entry)
        if tag == TiffImagePlugin.PHOTOMETRIC_INTERPRETATION:
            struct.pack_into(f"{order}H", content, entry + 8, 2)
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3 or pixels.shape[2] != 4:
        return None
    return cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA)


def encode_16_bit(pixels: np.ndarray, tags: Image.Exif, icc_profile: bytes | None, ink: bool = False) -> bytes:
    """An uncompressed TIFF of uint16 pixels: H W grey, H W 3 RGB or H W 4 RGBA, or CMYK where they are ``ink``."""
    height, width = pixels.shape[:2]
    channels = pixels.size // (height * width)
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II")
    for tag in tags:
        directory[tag] = tags.get_ifd(tag) if tag in _DIRECTORIES else tags[tag]
    if icc_profile:
        directory[TiffImagePlugin.ICCPROFILE] = icc_profile
    directory[TiffImagePlugin.IMAGEWIDTH] = width
    directory[TiffImagePlugin.IMAGELENGTH] = height
    directory[TiffImagePlugin.BITSPERSAMPLE] = (16,) * channels
    directory[TiffImagePlugin.COMPRESSION] = 1
    directory[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] = 5 if ink else 1 if channels == 1 else 2
    directory[TiffImagePlugin.SAMPLESPERPIXEL] = channels
    directory[TiffImagePlugin.ROWSPERSTRIP] = height
    directory[TiffImagePlugin.PLANAR_CONFIGURATION] = 1
    if channels == 4 and not ink:
        directory[TiffImagePlugin.EXTRASAMPLES] = 2  # alpha, not multiplied in
    body = pixels.astype("<u2").tobytes()
    directory.tagtype[TiffImagePlugin.STRIPBYTECOUNTS] = 4  # LONG
    directory[TiffImagePlugin.STRIPBYTECOUNTS] = len(body)
    directory.tagtype[TiffImagePlugin.STRIPOFFSETS] = 4
    directory[TiffImagePlugin.STRIPOFFSETS] = 0  # counted from the end of the directory when it is written
    header = b"II*\0\x08\0\0\0"
    return header + directory.tobytes(len(header)) + body

"""What Pillow does not do with TIFF: 16 bits per channel of colour or ink, and choosing which tags to keep."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import BinaryIO

import numpy as np
from PIL import Image, TiffImagePlugin

PROFILE = TiffImagePlugin.ICCPROFILE
# Tags that describe the picture and say nothing about how its pixels are laid out (TIFF 6.0, Exif 2.3).
_DESCRIPTIVE = frozenset(
    (269, 270, 271, 272, 282, 283, 285, 296, 297, 305, 306, 315, 316, 318, 319, 700, 33432, 33723, 34377, 34665, 34853)
)
_DIRECTORIES = (34665, 34853)  # Exif and GPS
# Compressions that lose nothing and that Pillow writes.
_LOSSLESS = frozenset(("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "group3", "group4", "tiff_ccitt", "zstd"))


def read_tags(file: BinaryIO, order: str, big: bool, directory: int, notes: list[str]) -> Image.Exif:
    """All tags of the directory at ``directory``; none where they are broken, which is noted."""
    tags = Image.Exif()
    tags.endian, tags.bigtiff = order, big
    try:
        tags.load_from_fp(file, directory)
    except Exception as error:  # parsers raise nearly anything on what is odd
        notes.append(f"its tags are broken ({error}): they are dropped")
        return Image.Exif()
    return tags


def descriptive_tags(exif: Image.Exif, notes: list[str]) -> Image.Exif:
    """The tags of a TIFF that stay true when its pixels are laid out anew; read while the file is open.

    Those that are broken are dropped, which is noted.
    """
    kept = Image.Exif()
    for tag in exif:
        if tag not in _DESCRIPTIVE:
            continue
        try:
            copy_tag(exif, tag, kept)
        except Exception:  # parsers raise nearly anything on what is odd
            notes.append(f"its tag {tag} is broken: it is dropped")
            kept.pop(tag, None)
    return kept


def copy_tag(source: Image.Exif, tag: int, target: Image.Exif) -> None:
    """Copy a tag, or a whole directory where ``tag`` leads to one."""
    if tag in _DIRECTORIES:
        target.get_ifd(tag).update(source.get_ifd(tag))
        target[tag] = 0
    else:
        target[tag] = source[tag]


def compression(name: str | None, tags: Image.Exif) -> str:
    """The source's compression where it is lossless, else deflate.

    Pillow writes Exif and GPS directories into uncompressed files only, and keeping them matters more.
    """
    if any(tag in tags for tag in _DIRECTORIES):
        return "raw"
    return name if name in _LOSSLESS else "tiff_adobe_deflate"


def encode_16_bit(pixels: np.ndarray, tags: Image.Exif, icc_profile: bytes | None, ink: bool = False) -> bytes:
    """An uncompressed TIFF of uint16 pixels.

    They are H W grey, H W 2 grey and alpha, H W 3 RGB, or H W 4 RGBA or, where they are ``ink``, CMYK.
    """
    height, width = pixels.shape[:2]
    channels = pixels.size // (height * width)
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II")
    for tag in tags:
        directory[tag] = tags.get_ifd(tag) if tag in _DIRECTORIES else tags[tag]
    if icc_profile:
        directory[PROFILE] = icc_profile
    directory[TiffImagePlugin.IMAGEWIDTH] = width
    directory[TiffImagePlugin.IMAGELENGTH] = height
    directory[TiffImagePlugin.BITSPERSAMPLE] = (16,) * channels
    directory[TiffImagePlugin.COMPRESSION] = 1
    directory[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] = 5 if ink else 1 if channels < 3 else 2
    directory[TiffImagePlugin.SAMPLESPERPIXEL] = channels
    directory[TiffImagePlugin.ROWSPERSTRIP] = height
    directory[TiffImagePlugin.PLANAR_CONFIGURATION] = 1
    if channels in (2, 4) and not ink:
        directory[TiffImagePlugin.EXTRASAMPLES] = 2  # alpha, not multiplied in
    body = pixels.astype("<u2").tobytes()
    directory.tagtype[TiffImagePlugin.STRIPBYTECOUNTS] = 4  # LONG
    directory[TiffImagePlugin.STRIPBYTECOUNTS] = len(body)
    directory.tagtype[TiffImagePlugin.STRIPOFFSETS] = 4
    directory[TiffImagePlugin.STRIPOFFSETS] = 0  # counted from the end of the directory when it is written
    header = b"II*\0\x08\0\0\0"
    return header + directory.tobytes(len(header)) + body


def of_one_strip(content: bytes, tags: Mapping[int, int]) -> bytes:
    """A TIFF whose pixels, all in one strip, are ``content`` as it is; ``tags`` say what it is, but not where."""
    whole = {**tags, 273: 0, 278: tags[TiffImagePlugin.IMAGELENGTH], 279: len(content)}
    whole[273] = 8 + 2 + 12 * len(whole) + 4
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(whole.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(whole)) + entries + bytes(4) + content

"""Reads what Pillow decodes, and 16-bit PNG, of which it would give 8 bits."""

from __future__ import annotations

from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

from textrm.errors import UserError
from textrm.pictures.formats.png_chunks import Chunks
from textrm.pictures.metadata import describe, exif_of
from textrm.pictures.page import ORIENTATION, Page
from textrm.pictures.quiet import quiet
from textrm.pictures.size import check_size
from textrm.pictures.stored import BAND

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "TIFF", "GIF")
SEVERAL_FRAMES = "the first of several frames"

# Modes that are processed as another one, and written as it.
_CONVERTED = {"RGBX": "RGB", "YCbCr": "RGB", "LAB": "RGB", "HSV": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA"}


def decode(source: BinaryIO, max_pixels: int, chunks: Chunks | None = None) -> tuple[Page, np.ndarray]:
    """A picture without its ``image``, and its pixels as they are stored; ``chunks`` are of a PNG.

    Raises:
        UserError: when it is too large, or of a kind that is not read.
        Exception: what Pillow raises on damaged files.
    """
    source.seek(0)
    # A file that is open, not its name: of that Pillow 13 maps uncompressed TIFF, and turns it wrongly.
    with Image.open(source, formats=FORMATS) as opened:
        picture: Image.Image = opened
        layout = _layout(picture)
        check_size(picture.width, picture.height, len(picture.getbands()) * (1 + (";16" in layout)), max_pixels)
        notes = list(chunks.notes) if chunks else []
        animated = chunks.animated if chunks else getattr(picture, "is_animated", False)
        notes += [SEVERAL_FRAMES] if animated else []
        wide = _wide_png(chunks, layout) if chunks and chunks.depth == 16 and picture.mode != "I;16" else None
        exif = exif_of(picture, notes)
        orientation = exif.get(ORIENTATION, 1)
        picture.load()  # turns a TIFF upright and takes the tag out of exif
        mode = "L" if picture.mode.startswith("I;16") else picture.mode
        if wide is not None:
            mode = {2: "LA", 3: "RGB", 4: "RGBA"}[wide.shape[2]]
        if mode in _CONVERTED:
            notes.append(f"mode {mode} is written as {_CONVERTED[mode]}")
            mode = _CONVERTED[mode]
            picture = _with_info(picture.convert(mode), picture)
        if mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"):
            raise UserError(f"pixels of mode {mode} are not supported; expected 1 to 16 bits per channel")
        kind = "JPEG" if picture.format == "MPO" else picture.format or ""
        page = Page(np.empty(0), kind, mode, exif=exif, notes=notes)
        describe(page, picture, source, chunks)
        stored = pixels_of(picture) if wide is None else wide
        if layout == "I;12":
            page.notes.append("its 12 bits are written as 16")
            stored = stored << 4 | stored >> 8
        page.palette = _palette(picture, stored) if mode == "P" else None
    page.orientation = orientation if page.format != "TIFF" and orientation in range(1, 9) else 1
    return page, stored


def _layout(picture: Image.Image) -> str:
    """How the file's values lie, in Pillow's words, as "RGB;16L"; read before anything loads the picture."""
    tiles = getattr(picture, "tile", [])
    arguments = tiles[0].args if tiles else ""
    return arguments if isinstance(arguments, str) else str(arguments[0])


def pixels_of(picture: Image.Image) -> np.ndarray:
    """The pixels of a loaded picture, copied in bands: a large page is not held three times."""
    first = np.asarray(picture.crop((0, 0, picture.width, 1)))
    pixels = np.empty((picture.height, *first.shape[1:]), first.dtype.newbyteorder("="))
    for row in range(0, picture.height, BAND):
        below = min(row + BAND, picture.height)
        pixels[row:below] = np.asarray(picture.crop((0, row, picture.width, below)))
    return pixels


def _wide_png(chunks: Chunks, layout: str) -> np.ndarray:
    """H W C uint16 of a PNG with 16 bits per channel, which Pillow would cut to 8."""
    with quiet():
        pixels = cv2.imdecode(np.frombuffer(chunks.pixels.getbuffer(), np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise UserError("the picture is damaged: its 16 bits per channel cannot be decoded")
    if layout.startswith("LA"):
        return np.ascontiguousarray(pixels[..., 2:])
    if pixels.shape[2] == 4 and not layout.startswith("RGBA"):
        pixels = pixels[..., :3]  # OpenCV makes alpha of a transparent colour, which a PNG's metadata keep
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA)


def _palette(picture: Image.Image, stored: np.ndarray) -> np.ndarray:
    """N x 4 uint8 RGBA; entries that are used but do not exist are black, and transparent where several can be."""
    entries = np.array(picture.getpalette("RGBA"), np.uint8).reshape(-1, 4)
    palette = np.zeros((max(len(entries), int(stored.max()) + 1), 4), np.uint8)
    palette[: len(entries)] = entries
    if picture.format in ("BMP", "DIB", "GIF"):
        palette[len(entries) :, 3] = 255
    transparency = picture.info.get("transparency")
    if isinstance(transparency, bytes):
        alpha = np.frombuffer(transparency, np.uint8)[: len(entries)]
        palette[: len(alpha), 3] = alpha
    elif isinstance(transparency, int) and transparency < len(palette):
        palette[transparency, 3] = 0
    return palette


def _with_info(picture: Image.Image, source: Image.Image) -> Image.Image:
    picture.info, picture.format = source.info, source.format
    return picture

"""Encodes a page as the kind of file it was read from."""

from __future__ import annotations

import io
import warnings
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from textrm.pictures.formats import avif, bmp, jpeg_2000, jpeg_xl, png, pnm, tiff
from textrm.pictures.odd import with_what_fits
from textrm.pictures.page import ORIENTATION, Page
from textrm.pictures.quiet import quiet
from textrm.pictures.stored import BAND, as_stored, put_back, to_rgb, upright

_SUFFIXES = {"JPEG": ".jpg", "JPEG2000": ".jp2", "TIFF": ".tif"}
_PALETTE_ERROR = 8  # levels; a filled colour farther from the palette is worth a note


def encode(page: Page, image: np.ndarray, filled: np.ndarray, as_png: bool = False) -> bytes | memoryview:
    """A cleaned page in the format, mode and orientation of its source, with its metadata.

    Pixels where ``filled`` is 0 are encoded as they were read, bit for bit. Only JPEG and lossy WebP then lose
    something, JPEG with the source's own tables. ``page.stored`` and ``page.notes`` are changed.

    Args:
        page: the page as read.
        image: the cleaned page, upright: H W 3 uint8 RGB, or what
            :func:`~textrm.pictures.formats.planes.planes` gives of it.
        filled: H W, not 0 where ``image`` was changed.
        as_png: make a PNG whatever the source is; it is upright then, and CMYK becomes RGB.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about odd metadata
        return _encoded(page, _merge(page, image, filled), as_png)


def encode_plain(pixels: np.ndarray) -> bytes | memoryview:
    """A PNG without metadata of H W uint8 (grey) or H W 3 uint8 (RGB)."""
    return _plain_png(pixels, "L" if pixels.ndim == 2 else "RGB", None)


def suffix_of(content: bytes | memoryview) -> str:
    """What the name of a file of these contents should end with."""
    with Image.open(io.BytesIO(content)) as picture:
        kind = picture.format or ""
    return _SUFFIXES.get(kind, f".{kind.lower()}")


def _encoded(page: Page, stored: np.ndarray, as_png: bool) -> bytes | memoryview:
    if page.format != "PNG" and as_png:
        return _foreign_png(page, stored)
    if page.format == "PNG":
        return png.with_metadata(_plain_png(stored, page.mode, page.palette), page.chunks)
    if page.format == "TIFF" and stored.dtype == np.uint16:
        return with_what_fits(page, partial(_wide_tiff, page.mode == "CMYK"), stored, stored[:1, :1])
    if page.format in ("BMP", "DIB") and page.mode == "RGBA":
        return bmp.encode_alpha(stored, page.save.get("dpi"), file_header=page.format == "BMP")
    if page.format == "JPEG2000":
        return jpeg_2000.encode(stored, page.mode, page.chunks, page.save.get("comment"))
    if page.format == "JXL":
        return jpeg_xl.encode(stored, page.save, page.chunks)
    if page.format == "AVIF":
        return avif.encode(stored, page.mode, page.save)
    if page.format == "PPM":
        return pnm.encode(stored, page.mode, **page.save)
    picture = _picture(stored, page.mode, page.palette)
    return with_what_fits(page, partial(_saved, page.format), picture, picture.crop((0, 0, 1, 1)))


def _wide_tiff(ink: bool, stored: np.ndarray, save: dict[str, Any]) -> bytes:
    return tiff.encode_16_bit(stored, save.get("exif", Image.Exif()), save.get("icc_profile"), ink)


def _saved(kind: str, picture: Image.Image, save: dict[str, Any]) -> memoryview:
    buffer = io.BytesIO()
    with quiet():
        picture.save(buffer, kind, **save)
    return buffer.getbuffer()


def _merge(page: Page, image: np.ndarray, filled: np.ndarray) -> np.ndarray:
    if page.stored is None:
        return image
    image, filled = as_stored(image, page.orientation), as_stored(filled, page.orientation)
    error = put_back(page.stored, page.mode, page.palette, image, filled)
    if error > _PALETTE_ERROR:
        page.notes.append(f"filled with the nearest colours of its palette, up to {error} levels off")
    return page.stored


def _foreign_png(page: Page, stored: np.ndarray) -> bytes:
    save, mode, exif = page.save, page.mode, page.save.get("exif")
    turned = page.orientation != 1
    if turned:
        # Few programs turn a PNG by its tag.
        stored = np.ascontiguousarray(upright(stored, page.orientation))
        page.exif[ORIENTATION] = 1
    if turned or isinstance(exif, Image.Exif):
        exif = _exif_bytes(page)
    icc_profile, alpha = save.get("icc_profile"), None if page.palette is None else page.palette[:, 3]
    if mode == "CMYK":
        stored, mode, icc_profile = to_rgb(stored, mode, None), "RGB", None
        page.notes.append("CMYK is written as RGB: PNG holds no CMYK")
    if any(name == b"brob" and inside.startswith(b"Exif") for name, inside in page.chunks):
        page.notes.append("its EXIF is packed in a way that is not read: the PNG has none")
    metadata = png.make_metadata(icc_profile, exif, save.get("dpi"), alpha)
    return png.with_metadata(_plain_png(stored, mode, page.palette), metadata)


def _exif_bytes(page: Page) -> bytes | None:
    try:
        return page.exif.tobytes() if len(page.exif) else None
    except Exception as error:  # Pillow raises nearly anything on what is odd
        page.notes.append(f"its EXIF cannot be written ({error}): it is dropped")
        return None


def _plain_png(stored: np.ndarray, mode: str, palette: np.ndarray | None) -> bytes | memoryview:
    if stored.dtype == np.uint16:
        return png.encode_16_bit(stored)
    buffer = io.BytesIO()
    _picture(stored, mode, palette).save(buffer, "PNG")
    return buffer.getbuffer()


def _picture(stored: np.ndarray, mode: str, palette: np.ndarray | None) -> Image.Image:
    """A Pillow image of stored pixels, copied in bands."""
    height, width = stored.shape[:2]
    picture = Image.new(mode, (width, height))
    for row in range(0, height, BAND):
        band = np.ascontiguousarray(stored[row : row + BAND])
        layout = ("raw", "1;8") if mode == "1" else ()
        data = band.astype(np.uint8) * 255 if mode == "1" else band
        picture.paste(Image.frombytes(mode, (width, len(band)), data.tobytes(), *layout), (0, row))
    if palette is not None:
        picture.putpalette(palette[:, :3].tobytes())
    return picture

"""Reads a page: its pixels as upright RGB, and all that is needed to write the same kind of file again."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from textrm.errors import UserError
from textrm.files import open_file
from textrm.pictures.formats import avif, jpeg, jpeg_2000, jpeg_2000_parts, jpeg_xl, png, pnm, tiff, webp, wide_tiff
from textrm.pictures.formats.fax import check_tiff
from textrm.pictures.formats.from_pillow import FORMATS, SEVERAL_FRAMES, decode
from textrm.pictures.formats.png_chunks import read_chunks
from textrm.pictures.page import ORIENTATION, Page
from textrm.pictures.quiet import quiet
from textrm.pictures.size import MAX_PIXELS, check_size
from textrm.pictures.stored import to_rgb, upright

SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif",
                      ".avif", ".jp2", ".j2k", ".j2c", ".jpx", ".jpf", ".jxl", ".ppm", ".pgm", ".pbm",
                      ".pnm"))  # fmt: skip
_START = 64  # bytes that tell the format


def read(path: Path | str, max_pixels: int = MAX_PIXELS) -> Page:
    """Read a picture file.

    Args:
        path: a picture of a format that is read, told by its content; of several frames the first is read.
        max_pixels: larger pictures are refused before they are decoded, as are those of more bytes than
            ``BYTES_PER_PIXEL`` times that.

    Raises:
        UserError: when the file cannot be read, is no picture, is damaged or too large.
    """
    with _own_words(), open_file(Path(path)) as file:
        return _read(file, max_pixels)


def read_open(file: BinaryIO, max_pixels: int = MAX_PIXELS, orientation: int | None = None) -> Page:
    """As :func:`read`, of a file that is open already and can be sought in.

    ``orientation`` is the EXIF value that leads from what is stored to the upright page, where something else than the
    picture decides about it; not for a TIFF that has a value of its own. None: as the picture says.

    Raises:
        UserError: as :func:`read`.
    """
    with _own_words():
        page = _read(file, max_pixels)
    if orientation is None or orientation == page.orientation:
        return page
    stored = page.image if page.stored is None else page.stored
    page.orientation, page.stored = orientation, None
    return _shown(page, stored)


def _read(file: BinaryIO, max_pixels: int) -> Page:
    start = file.read(_START)
    if not start:
        raise UserError("the file is empty")
    if start.startswith(png.SIGNATURE):
        chunks = read_chunks(file)
        return _shown(*decode(chunks.pixels, max_pixels, chunks))
    if start[:2] in (b"II", b"MM"):
        with quiet():
            layout = wide_tiff.layout(file)
            if layout is not None and layout.is_wide:
                return _wide_tiff(file, layout, max_pixels)
            page = _shown(*decode(file, max_pixels))
            if layout is not None:
                check_tiff(file, layout, max_pixels)
            return page
    if start[:2] == b"\xff\xd8":
        return _jpeg(file, max_pixels)
    if start.startswith(jpeg_2000_parts.SIGNATURES):
        return _shown(*jpeg_2000.decode(file, max_pixels))
    if start.startswith(jpeg_xl.SIGNATURES):
        return _shown(*jpeg_xl.decode(file, max_pixels))
    if avif.is_avif(start):
        return _shown(*avif.decode(file, max_pixels))
    if pnm.is_pnm(start):
        return _shown(*pnm.decode(file, max_pixels))
    page = _shown(*decode(file, max_pixels))
    if webp.is_webp(start):
        webp.check(file)
    return page


def _jpeg(file: BinaryIO, max_pixels: int) -> Page:
    note, source = "", file
    try:
        with Image.open(file, formats=FORMATS) as picture:
            check_size(picture.width, picture.height, len(picture.getbands()), max_pixels)
    except UnidentifiedImageError:
        source, note = jpeg.without_words(file), "what it says beside its pixels is broken: it is dropped"
    whole = jpeg.with_end(source)
    if whole is None:
        raise UserError("the picture is damaged: it is cut off")
    page = _shown(*decode(whole, max_pixels))
    page.notes += [note] if note else []
    page.notes += ["its end marker is missing; its pixels are whole"] if whole is not source else []
    return page


def _wide_tiff(file: BinaryIO, layout: wide_tiff.Layout, max_pixels: int) -> Page:
    """Read a TIFF with 16 bits per channel."""
    check_size(layout.one(256, 0), layout.one(257, 0), 2 * layout.channels, max_pixels)
    pixels, mode, notes = wide_tiff.decode(file, layout)
    notes += [SEVERAL_FRAMES] if layout.animated else []
    exif = tiff.read_tags(file, layout.order, layout.big, layout.directory, notes)
    page = Page(np.empty(0), "TIFF", mode, exif=tiff.descriptive_tags(exif, notes), notes=notes)
    profile = exif.get(tiff.PROFILE)
    page.save = {"exif": page.exif} | ({"icc_profile": profile} if isinstance(profile, bytes) else {})
    orientation = layout.one(ORIENTATION, 1)
    return _shown(page, np.ascontiguousarray(upright(pixels, orientation if orientation in range(1, 9) else 1)))


def _shown(page: Page, stored: np.ndarray) -> Page:
    """``page`` with its pixels."""
    if page.mode == "RGB" and stored.dtype == np.uint8 and page.orientation == 1:
        page.image = stored
    else:
        page.stored = stored
        page.image = np.ascontiguousarray(upright(to_rgb(stored, page.mode, page.palette), page.orientation))
    return page


@contextmanager
def _own_words() -> Iterator[None]:
    """What goes wrong with a picture within this is told in one line; of Pillow's limits none counts, but ours."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UserError:
        raise
    except UnidentifiedImageError as error:
        raise UserError(
            "not a picture; expected JPEG, PNG, WebP, AVIF, JPEG 2000, JPEG XL, BMP, TIFF, GIF or PPM"
        ) from error
    except MemoryError as error:
        raise UserError("there is not enough memory to decode it") from error
    except Exception as error:  # decoders raise nearly anything on damaged data
        if isinstance(error, OSError) and error.errno is not None:
            raise UserError(f"cannot be read: {error.strerror}") from error
        raise UserError(f"the picture is damaged: {str(error) or type(error).__name__}") from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit

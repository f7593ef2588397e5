"""Reads a page: its pixels as upright RGB, and all that is needed to write the same kind of file again."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from textrm.errors import UserError
from textrm.files import open_file
from textrm.pictures import jpeg, png, tiff, wide_tiff
from textrm.pictures.metadata import describe, exif_of
from textrm.pictures.page import ORIENTATION, Page
from textrm.pictures.png_chunks import Chunks, read_chunks
from textrm.pictures.quiet import quiet
from textrm.pictures.stored import BAND, to_rgb, upright

SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif"))
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "TIFF", "GIF")
MAX_PIXELS = 120_000_000  # a page of 10 000 x 10 000 passes; a bomb does not
BYTES_PER_PIXEL = 4  # of the largest picture; of one with more bytes for each, fewer pixels are read

# Modes that are processed as another one, and written as it.
_CONVERTED = {"RGBX": "RGB", "YCbCr": "RGB", "LAB": "RGB", "HSV": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA"}
_SEVERAL_FRAMES = "the first of several frames"


def read(path: Path | str, max_pixels: int = MAX_PIXELS) -> Page:
    """Read a picture file.

    Args:
        path: a JPEG, PNG, WebP, BMP, TIFF or GIF file, told by its content; of several frames the first is read.
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
    start = file.read(8)
    if not start:
        raise UserError("the file is empty")
    if start == png.SIGNATURE:
        chunks = read_chunks(file)
        return _decode(chunks.pixels, max_pixels, chunks)
    if start[:2] in (b"II", b"MM"):
        with quiet():
            layout = wide_tiff.layout(file)
            if layout is not None and layout.is_wide:
                return _wide_tiff(file, layout, max_pixels)
            return _decode(file, max_pixels)
    if start[:2] == b"\xff\xd8":
        return _jpeg(file, max_pixels)
    return _decode(file, max_pixels)


def _jpeg(file: BinaryIO, max_pixels: int) -> Page:
    note, source = "", file
    try:
        with Image.open(file, formats=FORMATS) as picture:
            _check_size(picture.width, picture.height, len(picture.getbands()), max_pixels)
    except UnidentifiedImageError:
        source, note = jpeg.without_words(file), "what it says beside its pixels is broken: it is dropped"
    whole = jpeg.with_end(source)
    if whole is None:
        raise UserError("the picture is damaged: it is cut off")
    page = _decode(whole, max_pixels)
    page.notes += [note] if note else []
    page.notes += ["its end marker is missing; its pixels are whole"] if whole is not source else []
    return page


def _decode(source: BinaryIO, max_pixels: int, chunks: Chunks | None = None) -> Page:
    """Read what Pillow knows; ``chunks`` are of a PNG."""
    source.seek(0)
    # A file that is open, not its name: of that Pillow 13 maps uncompressed TIFF, and turns it wrongly.
    with Image.open(source, formats=FORMATS) as opened:
        picture: Image.Image = opened
        layout = _layout(picture)
        _check_size(picture.width, picture.height, len(picture.getbands()) * (1 + (";16" in layout)), max_pixels)
        notes = list(chunks.notes) if chunks else []
        animated = chunks.animated if chunks else getattr(picture, "is_animated", False)
        notes += [_SEVERAL_FRAMES] if animated else []
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
        stored = _pixels(picture) if wide is None else wide
        if layout == "I;12":
            page.notes.append("its 12 bits are written as 16")
            stored = stored << 4 | stored >> 8
        page.palette = _palette(picture, stored) if mode == "P" else None
    page.orientation = orientation if page.format != "TIFF" and orientation in range(1, 9) else 1
    return _shown(page, stored)


def _wide_tiff(file: BinaryIO, layout: wide_tiff.Layout, max_pixels: int) -> Page:
    """Read a TIFF with 16 bits per channel."""
    _check_size(layout.one(256, 0), layout.one(257, 0), 2 * layout.channels, max_pixels)
    pixels, mode, notes = wide_tiff.decode(file, layout)
    notes += [_SEVERAL_FRAMES] if layout.animated else []
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


def _check_size(width: int, height: int, each: int, max_pixels: int) -> None:
    """Refuse what is too large; ``each`` is in bytes per pixel."""
    advice = "cut it up, or raise --max-pixels if it is meant to be so large"
    if width * height > max_pixels:
        raise UserError(f"{width}x{height} are more than {max_pixels} pixels; {advice}")
    if width * height * each > max_pixels * BYTES_PER_PIXEL:
        raise UserError(f"{width}x{height} pixels of {each} bytes are more than {BYTES_PER_PIXEL} bytes for each of "
                        f"{max_pixels} pixels; {advice}")  # fmt: skip


def _layout(picture: Image.Image) -> str:
    """How the file's values lie, in Pillow's words, as "RGB;16L"; read before anything loads the picture."""
    tiles = getattr(picture, "tile", [])
    arguments = tiles[0].args if tiles else ""
    return arguments if isinstance(arguments, str) else str(arguments[0])


def _pixels(picture: Image.Image) -> np.ndarray:
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
    """N x 4 uint8 RGBA; entries that are used but do not exist are black, transparent where the format has alpha."""
    entries = np.array(picture.getpalette("RGBA"), np.uint8).reshape(-1, 4)
    palette = np.zeros((max(len(entries), int(stored.max()) + 1), 4), np.uint8)
    palette[: len(entries)] = entries
    if picture.format in ("BMP", "DIB"):
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
        raise UserError("not a picture; expected JPEG, PNG, WebP, BMP, TIFF or GIF") from error
    except MemoryError as error:
        raise UserError("there is not enough memory to decode it") from error
    except Exception as error:  # decoders raise nearly anything on damaged data
        if isinstance(error, OSError) and error.errno is not None:
            raise UserError(f"cannot be read: {error.strerror}") from error
        raise UserError(f"the picture is damaged: {str(error) or type(error).__name__}") from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit

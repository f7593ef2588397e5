"""Reads a page: its pixels as upright RGB, and all that is needed to write the same kind of file again."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, JpegImagePlugin, UnidentifiedImageError

from textrm.errors import UserError
from textrm.pictures import png, tiff
from textrm.pictures.stored import BAND, to_rgb, upright

SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif"))
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "TIFF", "GIF")
MAX_PIXELS = 120_000_000  # a page of 10 000 x 10 000 passes; a bomb does not
ORIENTATION = 0x0112

# Modes that are processed as another one, and written as it.
_CONVERTED = {"RGBX": "RGB", "YCbCr": "RGB", "LAB": "RGB", "HSV": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA"}

# Pixels across and down per sample of each component, and Pillow's number for it: 4:2:2 and 4:2:0.
_SAMPLINGS: dict[tuple[tuple[int, int], ...], int] = {((1, 1), (2, 1), (2, 1)): 1, ((1, 1), (2, 2), (2, 2)): 2}


@dataclass(slots=True)
class Page:
    """A picture file in memory.

    ``image`` is H W 3 uint8 RGB, upright. ``format`` and ``mode`` are Pillow's names; ``stored`` the pixels as the file
    holds them (uint16 for 16 bits), None where they are ``image`` itself; ``palette`` N x 4 uint8 RGBA.
    ``orientation`` is the EXIF value that leads from ``stored`` to ``image``. ``save`` holds Pillow's arguments for
    writing the same format, ``chunks`` a PNG's metadata. ``notes`` say what the user should know.
    """

    image: np.ndarray
    format: str
    mode: str
    stored: np.ndarray | None = None
    palette: np.ndarray | None = None
    orientation: int = 1
    exif: Image.Exif = field(default_factory=Image.Exif)
    save: dict[str, Any] = field(default_factory=dict)
    chunks: list[png.Chunk] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(path: Path | str, max_pixels: int = MAX_PIXELS) -> Page:
    """Read a picture file.

    Args:
        path: a JPEG, PNG, WebP, BMP, TIFF or GIF file, told by its content; of several frames the first is read.
        max_pixels: larger pictures are refused before they are decoded.

    Raises:
        UserError: when the file cannot be read, is no picture, is damaged or too large.
    """
    path = Path(path)
    try:
        if path.stat().st_size == 0:
            raise UserError("the file is empty")
        with warnings.catch_warnings(), _own_limit():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as picture:
                if picture.width * picture.height > max_pixels:
                    raise UserError(f"{picture.width}x{picture.height} are more than {max_pixels} pixels; "
                                    "cut it up, or raise --max-pixels if it is meant to be so large")  # fmt: skip
                return _decode(picture, path)
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


def _decode(picture: Image.Image, path: Path) -> Page:
    notes = []
    frames = getattr(picture, "n_frames", 1)
    if frames > 1:
        notes.append(f"the first of {frames} frames")
    wide = _wide_pixels(picture, path)  # before anything loads the picture and forgets how it was packed
    exif = picture.getexif()
    picture.load()  # turns a TIFF upright and takes the tag out of exif
    mode = "L" if picture.mode.startswith("I;16") else picture.mode
    if wide is not None:
        mode = "CMYK" if picture.mode == "CMYK" else {2: "LA", 3: "RGB", 4: "RGBA"}[wide.shape[2]]
    if mode in _CONVERTED:
        notes.append(f"mode {mode} is written as {_CONVERTED[mode]}")
        mode = _CONVERTED[mode]
        picture = _with_info(picture.convert(mode), picture)
    if mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK"):
        raise UserError(f"pixels of mode {mode} are not supported; expected 1 to 16 bits per channel")
    page = Page(np.empty(0), "JPEG" if picture.format == "MPO" else picture.format or "", mode, exif=exif, notes=notes)
    _describe(page, picture, path)
    stored = _pixels(picture) if wide is None else wide
    if tiff.is_negative(picture):
        np.invert(stored, out=stored)
    page.palette = _palette(picture, stored) if mode == "P" else None
    orientation = exif.get(ORIENTATION, 1)
    page.orientation = orientation if page.format != "TIFF" and orientation in range(1, 9) else 1
    if mode == "RGB" and stored.dtype == np.uint8 and page.orientation == 1:
        page.image = stored
    else:
        page.stored = stored
        page.image = np.ascontiguousarray(upright(to_rgb(stored, mode, page.palette), page.orientation))
    return page


def _describe(page: Page, picture: Image.Image, path: Path) -> None:
    """Note what the file says beside its pixels."""
    info = picture.info
    kept = {name: info[name] for name in ("icc_profile", "exif", "dpi", "xmp", "comment") if info.get(name)}
    if page.format == "PNG":
        page.chunks = png.read_metadata(path)
    elif page.format == "JPEG":
        kept["progressive"] = bool(info.get("progressive"))
        if len(kept.get("xmp", b"")) > 65000:
            del kept["xmp"]  # was spread over several segments, which Pillow does not write
        kept["keep_rgb"] = page.mode == "RGB" and info.get("adobe_transform") == 0
        if isinstance(picture, JpegImagePlugin.JpegImageFile):
            kept["qtables"] = picture.quantization
            kept["subsampling"] = _sampling(picture, page.notes)
    elif page.format == "WEBP":
        lossless = _webp_is_lossless(path)
        kept |= {"lossless": True, "exact": True} if lossless else {"quality": 95, "method": 4}
    elif page.format == "TIFF":
        page.exif = tiff.descriptive_tags(page.exif)
        kept |= {"compression": tiff.compression(info.get("compression"), page.exif), "exif": page.exif}
        kept.pop("xmp", None)  # the tags hold them
        kept.pop("dpi", None)
    elif page.format == "GIF":
        kept |= {name: info[name] for name in ("transparency", "background") if name in info}
        kept["optimize"] = False
    page.save = kept


def _sampling(picture: JpegImagePlugin.JpegImageFile, notes: list[str]) -> int:
    """Pillow's number for the resolution of a JPEG's colour; what Pillow cannot write is noted and written in full.

    OpenCV writes 4:4:0 and 4:1:1, but neither the source's quantisation tables nor its metadata, which matter more.
    """
    factors = [(across, down) for _, across, down, _ in picture.layer]
    most = max(across for across, _ in factors), max(down for _, down in factors)
    steps = tuple((most[0] // across, most[1] // down) for across, down in factors)
    if set(steps) == {(1, 1)}:
        return 0
    if steps not in _SAMPLINGS:
        across, down = max(steps)
        notes.append(f"its colour, stored once per {across}x{down} pixels, is written for each")
    return _SAMPLINGS.get(steps, 0)


def _pixels(picture: Image.Image) -> np.ndarray:
    """The pixels of a loaded picture, copied in bands: a large page is not held three times."""
    first = np.asarray(picture.crop((0, 0, picture.width, 1)))
    pixels = np.empty((picture.height, *first.shape[1:]), first.dtype.newbyteorder("="))
    for row in range(0, picture.height, BAND):
        below = min(row + BAND, picture.height)
        pixels[row:below] = np.asarray(picture.crop((0, row, picture.width, below)))
    return pixels


def _wide_pixels(picture: Image.Image, path: Path) -> np.ndarray | None:
    """H W C uint16 of a picture with 16 bits per channel, which Pillow would cut to 8; None for others."""
    tiles = getattr(picture, "tile", [])
    arguments = tiles[0].args if tiles else ""
    layout = arguments if isinstance(arguments, str) else str(arguments[0])
    if layout.startswith("CMYK;16"):
        return tiff.decode_16_bit_ink(path)
    if ";16" not in layout or picture.mode not in ("RGB", "RGBA"):
        return None
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        return None
    if layout.startswith("LA"):
        return np.ascontiguousarray(pixels[..., 2:])
    if pixels.shape[2] == 4 and picture.mode == "RGB":
        pixels = pixels[..., :3]  # OpenCV makes alpha of a transparent colour, which a PNG's metadata keep
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA)


def _palette(picture: Image.Image, stored: np.ndarray) -> np.ndarray:
    """N x 4 uint8 RGBA; entries that are used but do not exist are transparent black."""
    entries = np.array(picture.getpalette("RGBA"), np.uint8).reshape(-1, 4)
    palette = np.zeros((max(len(entries), int(stored.max()) + 1), 4), np.uint8)
    palette[: len(entries)] = entries
    transparency = picture.info.get("transparency")
    if isinstance(transparency, bytes):
        alpha = np.frombuffer(transparency, np.uint8)[: len(entries)]
        palette[: len(alpha), 3] = alpha
    elif isinstance(transparency, int) and transparency < len(palette):
        palette[transparency, 3] = 0
    return palette


def _webp_is_lossless(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            if head[:4] in (b"VP8 ", b"VP8L"):
                return head[:4] == b"VP8L"
            length = int.from_bytes(head[4:], "little")
            # An animation's frame holds its picture 16 bytes into the chunk.
            file.seek(16 if head[:4] == b"ANMF" else length + length % 2, 1)
    return False


def _with_info(picture: Image.Image, source: Image.Image) -> Image.Image:
    picture.info, picture.format = source.info, source.format
    return picture


@contextmanager
def _own_limit() -> Iterator[None]:
    """Pillow's own limit is another one; only ours counts here."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit

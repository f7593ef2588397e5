"""Reads and writes JPEG 2000. Pillow decodes and encodes the codestream alone: what it means is decided here.

Of the boxes around it Pillow keeps none, and it takes fewer than 8 bits for dark, 9 for overflown, 16 in colour for 8.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

import numpy as np
from PIL import Image

from textrm.errors import UserError
from textrm.pictures.depth import spread
from textrm.pictures.formats.boxes import box, boxes_of
from textrm.pictures.formats.from_pillow import SEVERAL_FRAMES, pixels_of
from textrm.pictures.formats.jpeg_2000_parts import CODESTREAM, HEADER, Codestream, Meaning, look, meaning, split
from textrm.pictures.formats.png import Chunk
from textrm.pictures.page import ORIENTATION, Page
from textrm.pictures.size import check_size

# Boxes that stay true when the pixels are others.
_KEPT = frozenset((b"jP  ", b"ftyp", b"rreq", HEADER, CODESTREAM, b"xml ", b"uuid", b"uinf", b"jp2i", b"asoc", b"nlst"))
_MODES = {("L", 1): "L", ("L", 2): "LA", ("RGB", 3): "RGB", ("RGB", 4): "RGBA", ("CMYK", 4): "CMYK"}
_EXIF = b"JpgTiffExif->JP2"


def decode(file: BinaryIO, max_pixels: int) -> tuple[Page, np.ndarray]:
    """A picture without its ``image``, and its pixels as they are stored.

    Raises:
        UserError: when it is damaged, too large, or of a kind that is not read.
        Exception: what Pillow raises on damaged files.
    """
    file.seek(0)
    content = file.read()
    boxes, codestream, frames = _parts(content)
    bits = codestream.bits
    check_size(codestream.width, codestream.height, len(bits) * (2 if max(bits, default=0) > 8 else 1), max_pixels)
    mode, said = _mode(boxes, codestream)
    page = Page(np.empty(0), "JPEG2000", mode)
    stored = _pixels(codestream, page)
    _describe(page, content, boxes, frames, said.icc_profile)
    page.notes += [] if codestream.has_end else ["its end marker is missing; its pixels are whole"]
    if said.palette is not None:
        page.palette = np.zeros((max(len(said.palette), int(stored.max()) + 1), 4), np.uint8)
        page.palette[:, 3] = 255
        page.palette[: len(said.palette), : said.palette.shape[1]] = said.palette
    return page, stored


def mode_of(content: bytes) -> str:
    """Pillow's name of the kind of pixels of a file, empty for one that is not read; nothing is decoded.

    Raises:
        UserError: when it is damaged.
    """
    boxes, codestream, _ = _parts(content)
    try:
        return _mode(boxes, codestream)[0]
    except UserError:
        return ""


def encode(stored: np.ndarray, mode: str, boxes: list[Chunk], comment: bytes | None) -> bytes:
    """The file, lossless, with these boxes around the codestream, or without any where there were none."""
    buffer = io.BytesIO()
    turned = {"mct": 1} if mode in ("RGB", "RGBA") else {}  # colours told apart from brightness, which packs better
    picture = Image.fromarray(np.ascontiguousarray(stored))
    picture.save(buffer, "JPEG2000", no_jp2=True, **turned, **({"comment": comment} if comment else {}))
    codestream = buffer.getvalue()
    if not boxes:
        return codestream
    header = _header(next(inside for name, inside in boxes if name == HEADER), 8 * stored.dtype.itemsize)
    made = {CODESTREAM: codestream, HEADER: header}
    return b"".join(box(name, made.get(name, inside)) for name, inside in boxes)


def _parts(content: bytes) -> tuple[list[Chunk], Codestream, int]:
    boxes, packed, frames = split(content)
    return boxes, look(packed), frames


def _mode(boxes: list[Chunk], codestream: Codestream) -> tuple[str, Meaning]:
    """The kind of pixels."""
    bits = codestream.bits
    try:
        said = meaning(next((inside for name, inside in boxes if name == HEADER), b""), len(bits))
    except (struct.error, ValueError) as error:
        raise UserError("the picture is damaged: its header is cut off") from error
    colours = said.colours or ("L" if said.channels < 3 else "RGB")
    mode = _MODES.get((colours, said.channels), "")
    if not mode or said.is_odd or not codestream.plain:
        raise UserError("JPEG 2000 of these channels is not supported; expected grey, RGB, either with alpha, or CMYK, "
                        "all in full size and of positive numbers: save it as PNG or TIFF")  # fmt: skip
    mode = mode if said.palette is None else "P"
    if max(bits) > (16 if mode == "L" else 8):
        raise UserError(f"JPEG 2000 of {max(bits)} bits per channel is read in grey only, up to 16; "
                        "save it as TIFF or PNG of 16 bits")  # fmt: skip
    return mode, said


def _pixels(codestream: Codestream, page: Page) -> np.ndarray:
    """H W or H W C uint8 or uint16, all of whose bits are used."""
    with Image.open(io.BytesIO(codestream.content), formats=("JPEG2000",)) as picture:
        picture.load()
        pixels = pixels_of(picture)
        page.save = {"comment": picture.info.get("comment")}
    width = 8 * pixels.dtype.itemsize
    used = np.array(codestream.bits, np.uint32)
    if (used == width).all():
        return pixels
    values = pixels >> (width - used).astype(pixels.dtype)  # one component has no axis of its own, and needs none
    if page.mode != "P":
        page.notes.append(f"its {max(codestream.bits)} bits are written as {width}")
        values = spread(values, (1 << used) - 1, pixels.dtype.type)
    return values


def _describe(page: Page, content: bytes, boxes: list[Chunk], frames: int, icc_profile: bytes) -> None:
    """Note what the boxes say beside the picture: all of it is kept there, the rest is for other formats."""
    page.chunks = [one for one in boxes if one[0] in _KEPT]
    odd = sorted({name.decode("latin-1") for name, _ in boxes if name not in _KEPT})
    page.notes += [f"its {', '.join(odd)} cannot be kept: it is dropped"] if odd else []
    page.notes += [SEVERAL_FRAMES] if frames > 1 else []
    page.save |= {"icc_profile": icc_profile} if icc_profile else {}
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG2000",)) as picture:
            page.save |= {"dpi": picture.info["dpi"]} if "dpi" in picture.info else {}
        for name, inside in boxes:
            if name == b"uuid" and inside.startswith(_EXIF):
                page.exif.load(b"Exif\0\0" + inside[len(_EXIF) :])
                page.exif.pop(ORIENTATION, None)  # by which nothing turns JPEG 2000
                page.save["exif"] = page.exif
    except Exception:  # parsers raise nearly anything on what is odd; in its own format it stays as it is
        page.exif = Image.Exif()


def _header(inside: bytes, bits: int) -> bytes:
    """The boxes of the header, with another depth."""
    kept = [(name, part) for name, part in boxes_of(inside) if name != b"bpcc"]
    return b"".join(
        box(name, part[:10] + bytes([bits - 1]) + part[11:] if name == b"ihdr" else part) for name, part in kept
    )

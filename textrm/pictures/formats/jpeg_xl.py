"""Reads and writes JPEG XL (extra ``jxl``): 8 bits, without loss.

The library is given the codestream alone: what stands beside it is kept as it is, and one that unpacks to gigabytes is
not unpacked.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from textrm.errors import UserError
from textrm.extras import import_extra
from textrm.pictures.formats.boxes import box, boxes_of
from textrm.pictures.formats.from_pillow import SEVERAL_FRAMES
from textrm.pictures.formats.png import Chunk
from textrm.pictures.page import ORIENTATION, Page
from textrm.pictures.size import check_size

SIGNATURES = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")
_EFFORT = 3  # 7 takes six times as long, for 3 percent
_WHOLE, _PART = b"jxlc", b"jxlp"  # the codestream, or one of its parts behind 4 bytes
_PACKED = b"brob"  # another box, packed by Brotli
_KEPT = frozenset((b"Exif", b"xml ", b"jumb"))  # stay true when the pixels are others
_PASSED_OVER = frozenset((b"jxll", b"jxli"))  # of the codestream as it was
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def decode(file: BinaryIO, max_pixels: int) -> tuple[Page, np.ndarray]:
    """A picture without its ``image``, and its pixels, which the library turns upright.

    Raises:
        UserError: when it is damaged, too large or of a kind that is not read, or the extra is not installed.
        Exception: what the library raises on damaged files.
    """
    library = import_extra("jxl", "pylibjxl")
    file.seek(0)
    boxes, codestream = _split(file.read())
    facts = library.probe(codestream)
    bits = facts["bits_per_sample"]
    check_size(facts["width"], facts["height"], facts["channels"] * -(-bits // 8), max_pixels)
    if bits > 8 or facts["exponent_bits_per_sample"]:
        raise UserError(f"JPEG XL of {bits} bits per channel is not supported, expected 8: save it as PNG or TIFF")
    stored, beside = library.decode(codestream, metadata=True)
    if facts["have_animation"]:
        stored = library.decode(codestream)  # above it is the last frame
    page = Page(np.empty(0), "JXL", _MODES[1 if stored.ndim == 2 else stored.shape[2]])
    page.save = {"icc_profile": beside["icc"]} if beside.get("icc") else {}
    page.notes += [SEVERAL_FRAMES] if facts["have_animation"] else []
    page.notes += [f"its {bits} bits are written as 8"] if bits < 8 else []
    if page.mode == "LA":  # which the library does not write
        stored, page.mode = np.ascontiguousarray(stored[..., [0, 0, 0, 1]]), "RGBA"
        page.notes.append("mode LA is written as RGBA")
        page.notes += ["its ICC profile is for grey: it is dropped"] if page.save.pop("icc_profile", None) else []
    _describe(page, boxes)
    return page, stored


def encode(stored: np.ndarray, save: dict[str, Any], boxes: list[Chunk]) -> bytes:
    """The file, lossless, with these boxes around the codestream, or without any where there were none."""
    library = import_extra("jxl", "pylibjxl")
    profile = {"icc": save["icc_profile"]} if "icc_profile" in save else {}
    content: bytes = library.encode(np.ascontiguousarray(stored), effort=_EFFORT, lossless=True, **profile)
    codestream = _split(content)[1]
    if not boxes:
        return codestream
    return b"".join(box(name, codestream if name == _WHOLE else inside) for name, inside in boxes)


def _split(content: bytes) -> tuple[list[Chunk], bytes]:
    """Its boxes in order, the codestream empty in its place, and that."""
    if content.startswith(SIGNATURES[0]):
        return [], content
    found: list[Chunk] = []
    parts: list[bytes] = []
    for name, inside in boxes_of(content):
        if name in (_WHOLE, _PART):
            found += [] if parts else [(_WHOLE, b"")]
            parts.append(inside if name == _WHOLE else inside[4:])
        else:
            found.append((name, inside))
    return found, b"".join(parts)


def _describe(page: Page, boxes: list[Chunk]) -> None:
    """Note what stands beside the codestream: it is kept as it is there; a PNG gets EXIF that is not packed."""
    lost = set()
    for name, inside in boxes:
        kind = inside[:4] if name == _PACKED else name
        if kind in _KEPT or name in (b"JXL ", b"ftyp", _WHOLE):
            page.chunks.append((name, inside))
        elif name == b"jbrd":
            page.notes.append("the JPEG that it was made of cannot be made of it any more")
        elif name not in _PASSED_OVER:
            lost.add(kind.decode("latin-1"))
        if name == b"Exif" and len(inside) > 4:
            try:
                page.exif.load(b"Exif\0\0" + inside[4 + int.from_bytes(inside[:4], "big") :])
                page.exif.pop(ORIENTATION, None)  # what the codestream says of it counts
                page.save["exif"] = page.exif
            except Exception:  # parsers raise nearly anything on what is odd; in its own format it stays as it is
                page.exif = Image.Exif()
    page.notes += [f"its {', '.join(sorted(lost))} cannot be kept: it is dropped"] if lost else []

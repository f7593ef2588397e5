"""Tells fax code (ITU-T T.4 and T.6) that was cut off and filled up with zeros from such that is whole.

It has no checksum, and zeros are read as its end, or as white. Where pixels are missing, other bits in the place of the
zeros are read as other pixels; where none is, nothing behind the last row is read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import BinaryIO

from PIL import Image

from textrm.errors import UserError
from textrm.pictures.formats.tiff import of_one_strip
from textrm.pictures.formats.wide_tiff import Layout
from textrm.pictures.quiet import quiet
from textrm.pictures.size import check_size

GROUP_3, GROUP_4 = 3, 4
"""TIFF's numbers for the two codes."""

_CODES = frozenset((2, GROUP_3, GROUP_4, 32771))  # the first and the last are group 3 without ends of lines
_LAST = "0000"  # no code word ends in more zeros than three
_LINE = "0" * 11 + "1"  # an end of a line; in group 4 two of them end the picture
_ENDED = re.compile(r"0{11}11?0{11}11?0*$")
_READ = 512  # bits, enough to be seen as pixels
# Without ends of lines, as codes without them are read; and with them, which codes that have them look for.
_TAILS = tuple(line + bits * (_READ // 2) for line in ("", _LINE, _LINE + "1") for bits in ("01", "10"))
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def check_tiff(file: BinaryIO, found: Layout, max_pixels: int) -> None:
    """Refuse a TIFF whose last strip or tile of fax code is not whole; other TIFFs pass.

    Raises:
        UserError: when it was cut off and filled up with zeros.
    """
    if found.one(259, 1) not in _CODES:
        return
    tiled = 322 in found.tags
    width, height = (found.one(tag, 0) for tag in ((322, 323) if tiled else (256, 257)))
    pieces = list(zip(*(found.tags.get(tag, ()) for tag in ((324, 325) if tiled else (273, 279))), strict=False))
    if not pieces:
        return
    offset, length = max(pieces)  # zeros that begin before it are in it too
    rows = min(found.one(278, height), height)
    rows = height if tiled else min(rows, height - pieces.index((offset, length)) * rows)
    check_size(width, rows, 1, max_pixels)
    file.seek(offset)
    code = file.read(length)
    code = code.translate(_REVERSED) if found.one(266, 1) == 2 else code
    options = {tag: found.one(tag, 0) for tag in (292, 293)}
    check_code(code, width, rows, {259: found.one(259, 1)} | options)


def check_code(code: bytes, width: int, rows: int, tags: Mapping[int, int]) -> None:
    """Refuse fax code that ends in zeros without having all its pixels.

    Args:
        code: its bytes, the first bit of each the highest.
        width: pixels of a row.
        rows: so many it should have.
        tags: what a TIFF would say of it: the compression (259), and the options of its group (292, 293).

    Raises:
        UserError: when it was cut off and filled up with zeros.
    """
    held = code.rstrip(b"\0")
    if len(held) == len(code) or min(width, rows) < 1 or _ENDED.search(_bits(held[-8:])):
        return
    last = _bits(held[-1:]).rstrip("0") + _LAST
    seen = {_decoded(code, width, rows, tags)}
    for tail in _TAILS:
        seen.add(_decoded(held[:-1] + _bytes(last + tail), width, rows, tags))
        if len(seen) > 1:
            raise UserError("the picture is damaged: it is cut off, and ends in zeros")


def _decoded(code: bytes, width: int, rows: int, tags: Mapping[int, int]) -> bytes | None:
    """The pixels; None where it cannot be decoded."""
    whole = of_one_strip(code, {256: width, 257: rows, 258: 1, 262: 0, 277: 1, **tags})
    try:
        with quiet(), Image.open(io.BytesIO(whole), formats=("TIFF",)) as picture:
            return picture.tobytes()
    except Exception:  # decoders raise nearly anything on damaged data
        return None


def _bits(content: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in content)


def _bytes(bits: str) -> bytes:
    size = (len(bits) + 7) // 8
    return int(bits.ljust(8 * size, "0"), 2).to_bytes(size, "big")

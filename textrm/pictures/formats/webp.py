"""Tells WebP that was cut off and filled up with zeros from such that is whole.

It has no checksum, and zeros are read as pixels. The last bytes of a whole one are needed to decode it, whatever they
are; of one that was cut off, the pixels are there before the zeros end.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from PIL import Image

from textrm.errors import UserError

_SPARE = 8  # bytes that encoders write without need, at most


def is_webp(start: bytes) -> bool:
    """Whether a file that begins so is one."""
    return start[:4] == b"RIFF" and start[8:12] == b"WEBP"


def check(file: BinaryIO) -> None:
    """Refuse a picture that can be decoded without the zeros that it ends in; one of several frames passes.

    Raises:
        UserError: when it was cut off and filled up with zeros.
    """
    file.seek(0)
    content = file.read()
    at = 12
    while at + 8 <= len(content) and content[at : at + 4] not in (b"VP8 ", b"VP8L"):
        at += 9 + int.from_bytes(content[at + 4 : at + 8], "little") & ~1
    start, end = at + 8, at + 8 + int.from_bytes(content[at + 4 : at + 8], "little")
    if not content[start:end].endswith(bytes(_SPARE)):
        return
    size = end - start - _SPARE
    rest = content[end + end % 2 :]
    whole = content[: at + 4] + struct.pack("<I", size) + content[start : start + size] + bytes(size % 2) + rest
    whole = whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]
    try:
        with Image.open(io.BytesIO(whole), formats=("WEBP",)) as picture:
            picture.load()
    except Exception:  # decoders raise nearly anything on what is missing
        return
    raise UserError("the picture is damaged: it is cut off, and ends in zeros")

"""The boxes that JPEG 2000, AVIF and JPEG XL consist of (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from textrm.errors import UserError
from textrm.pictures.formats.png import Chunk


def box(name: bytes, content: bytes) -> bytes:
    """A box as it stands in a file."""
    return struct.pack(">I4s", 8 + len(content), name) + content


def boxes_of(content: bytes) -> Iterator[Chunk]:
    """Name and content of each box.

    Raises:
        UserError: when one is cut off.
    """
    at = 0
    while at + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        head = 8
        if length == 1 and at + 16 <= len(content):
            head, (length,) = 16, struct.unpack_from(">Q", content, at + 8)
        end = len(content) if length == 0 else at + length
        if end < at + head or end > len(content):
            raise UserError("the picture is damaged: it is cut off")
        yield name, content[at + head : end]
        at = end

"""Puts tags into a TIFF file as they stand, however odd they are."""

from __future__ import annotations

import struct

RATIONAL, SHORT, LONG, ASCII, BYTE, FLOAT, DOUBLE, SIGNED = 5, 3, 4, 2, 1, 11, 12, 9


def with_tags(content: bytes, tags: dict[int, tuple[int, int, bytes]]) -> bytes:
    """A little-endian TIFF with more or other ``tags``: type, number of values, their bytes."""
    (directory,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, directory)
    places = range(directory + 2, directory + 2 + 12 * count, 12)
    entries = {struct.unpack_from("<H", content, at)[0]: content[at : at + 12] for at in places}
    whole = bytearray(content)
    for tag, (kind, number, values) in tags.items():
        whole += bytes(len(whole) % 2)
        place = struct.pack("<I", len(whole)) if len(values) > 4 else values.ljust(4, b"\0")
        whole += values if len(values) > 4 else b""
        entries[tag] = struct.pack("<HHI", tag, kind, number) + place
    whole += bytes(len(whole) % 2)
    whole[4:8] = struct.pack("<I", len(whole))
    whole += struct.pack("<H", len(entries)) + b"".join(entries[tag] for tag in sorted(entries)) + bytes(4)
    return bytes(whole)

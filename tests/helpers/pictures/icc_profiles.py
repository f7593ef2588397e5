"""Small ICC profiles that are not sRGB, written out by hand."""

from __future__ import annotations

import itertools
import struct

D50 = (0.9642, 1.0, 0.8249)


def wide_rgb(name: str = "Wide of 1998") -> bytes:
    """RGB with the primaries of Adobe RGB (1998) and a gamma of 2.2."""
    primaries = {
        b"rXYZ": (0.6097, 0.3111, 0.0195),
        b"gXYZ": (0.2053, 0.6257, 0.0609),
        b"bXYZ": (0.1492, 0.0632, 0.7446),
    }
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _gamma(2.2))
    return _profile(b"RGB ", name, {tag: _xyz(*values) for tag, values in primaries.items()} | curves)


def dark_grey() -> bytes:
    """Grey with a gamma of 1: its levels look lighter than the same levels in sRGB."""
    return _profile(b"GRAY", "Linear grey", {b"kTRC": _gamma(1.0)})


def ink() -> bytes:
    """CMYK whose black ink takes lightness away evenly; what is not grey is printed as grey."""
    corners = itertools.product((0, 1), repeat=4)
    shown = [(round(255 * (1 - k) * (1 - (c + m + y) / 6)), 128, 128) for c, m, y, k in corners]
    printed = [(0, 0, 0, 255 * (1 - light)) for light, _, _ in itertools.product((0, 1), repeat=3)]
    tables = {b"A2B0": _table(4, 3, shown), b"B2A0": _table(3, 4, printed)}
    return _profile(b"CMYK", "Ink", tables, b"Lab ", b"prtr")


def _profile(space: bytes, name: str, tags: dict[bytes, bytes], pcs: bytes = b"XYZ ", kind: bytes = b"mntr") -> bytes:
    text = name.encode() + b"\0"
    described = struct.pack(">4sII", b"desc", 0, len(text)) + text + bytes(78)
    tags = {b"desc": described, b"cprt": b"text\0\0\0\0none\0", b"wtpt": _xyz(*D50)} | tags
    index, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        index += struct.pack(">4sII", tag, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(body), bytes(4), 0x02100000, kind, space, pcs)
    header += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(*D50)
    return header + bytes(128 - len(header)) + struct.pack(">I", len(tags)) + index + body


def _table(inputs: int, outputs: int, corners: list[tuple[int, ...]]) -> bytes:
    straight = bytes(range(256))
    grid = bytes(value for corner in corners for value in corner)
    head = struct.pack(">4sI4B", b"mft1", 0, inputs, outputs, 2, 0) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return head + straight * inputs + grid + straight * outputs


def _gamma(exponent: float) -> bytes:
    return struct.pack(">4sIIH", b"curv", 0, 1, round(exponent * 256))


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))

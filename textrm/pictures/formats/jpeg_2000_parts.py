"""Takes a JPEG 2000 file apart: its boxes, what they and its codestream say of the pixels, whether it is whole."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from textrm.errors import UserError
from textrm.pictures.formats.boxes import boxes_of
from textrm.pictures.formats.png import Chunk

SIGNATURES = (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
CODESTREAM, HEADER = b"jp2c", b"jp2h"
_TILE, _END = b"\xff\x90", b"\xff\xd9"
_TRUE_COLOURS = {16: "RGB", 17: "L", 12: "CMYK"}  # by the number of an enumerated colour space
_PROFILES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}


@dataclass(frozen=True, slots=True)
class Codestream:
    """What a codestream says of its pixels: ``bits`` of each component; ``plain``: whole numbers from 0, in full size.

    ``content`` ends with its end marker, which ``has_end`` says to have been there.
    """

    content: bytes
    width: int
    height: int
    bits: tuple[int, ...]
    plain: bool
    has_end: bool


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the header's boxes say of the pixels.

    ``channels`` are those of a palette, else of the pixels; ``colours`` is Pillow's mode of them without alpha, empty
    where it is not told, "?" where it is one that is not read; ``palette`` is N x 3 or 4 uint8. ``is_odd``: channels
    in another order, alpha that is multiplied in, a palette of another form.
    """

    channels: int
    colours: str = ""
    icc_profile: bytes = b""
    palette: np.ndarray | None = None
    is_odd: bool = False


def split(content: bytes) -> tuple[list[Chunk], bytes, int]:
    """Its boxes in order, the first codestream empty in its place, that codestream, and how many there are.

    Raises:
        UserError: when it is cut off.
    """
    if content.startswith(SIGNATURES[1]):
        return [], content, 1
    found, codestream, count = [], b"", 0
    for name, inside in boxes_of(content):
        count += name == CODESTREAM
        if name == CODESTREAM and count > 1:
            continue
        if name == CODESTREAM:
            codestream, inside = inside, b""
        found.append((name, inside))
    if not codestream.startswith(SIGNATURES[1]) or all(name != HEADER for name, _ in found):
        raise UserError("the picture is damaged: it holds no pixels, or no header")
    return found, codestream, count


def look(content: bytes) -> Codestream:
    """What a codestream says of itself.

    Raises:
        UserError: when a part of its pixels is missing.
    """
    try:
        sizes = struct.unpack_from(">8I", content, 8)
        (count,) = struct.unpack_from(">H", content, 40)
        components = [struct.unpack_from(">3B", content, 42 + 3 * number) for number in range(count)]
        tiles = 1
        for far, near, side, first in zip(sizes[:2], sizes[2:4], sizes[4:6], sizes[6:8], strict=True):
            if far <= near or side == 0:
                raise UserError("the picture is damaged: it has no size")
            tiles *= -(-(far - first) // side)
        has_end = _check_tiles(content, tiles)
    except struct.error as error:
        raise UserError("the picture is damaged: it is cut off") from error
    plain = all(depth < 128 and across == down == 1 for depth, across, down in components)
    bits = tuple((depth & 127) + 1 for depth, _, _ in components)
    return Codestream(content if has_end else content + _END, sizes[0] - sizes[2], sizes[1] - sizes[3], bits, plain,
                      has_end)  # fmt: skip


def meaning(header: bytes, components: int) -> Meaning:
    """What the boxes in the header of a file say, of so many components."""
    boxes = dict(reversed(list(boxes_of(header))))  # of two of a kind the first
    colours, profile, palette = "", b"", None
    if colr := boxes.get(b"colr", b""):
        if colr[0] == 1:
            colours = _TRUE_COLOURS.get(int.from_bytes(colr[3:7], "big"), "?")
        else:
            profile = colr[3:]
            colours = _PROFILES.get(profile[16:20], "?")
    is_odd, channels = False, components
    if table := boxes.get(b"pclr", b""):
        count, columns = struct.unpack_from(">HB", table)
        values = np.frombuffer(table, np.uint8, offset=3 + columns)
        mapped = boxes.get(b"cmap", b"")
        plain = b"".join(struct.pack(">HBB", 0, 1, number) for number in range(columns))
        is_odd = components != 1 or mapped != plain or set(table[3 : 3 + columns]) != {7} or columns not in (1, 3, 4)
        if not is_odd and len(values) >= count * columns:
            palette = values[: count * columns].reshape(count, columns)
            palette = palette.repeat(3, axis=1) if columns == 1 else palette
        channels, is_odd = columns, is_odd or palette is None
    if defined := boxes.get(b"cdef", b""):
        colour = 1 if colours == "L" or channels < 3 else min(channels, 4 if colours == "CMYK" else 3)
        usual = {(number, 0, number + 1) for number in range(colour)}
        given = set(struct.iter_unpack(">3H", defined[2 : 2 + 6 * (len(defined[2:]) // 6)]))
        is_odd |= not usual <= given or not given - usual <= {(colour, 1, 0)}
    return Meaning(channels, colours, profile, palette, is_odd)


def _check_tiles(content: bytes, tiles: int) -> bool:
    """Whether it has its end marker; it has all its tiles, or is refused."""
    at, missing = 2, set(range(min(tiles, 65536)))
    while content[at : at + 2] not in (_TILE, _END):
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]
    while content[at : at + 2] == _TILE:
        number, length = struct.unpack_from(">HI", content, at + 4)
        missing.discard(number)
        if length == 0:  # up to the end
            at = content.rfind(_END)
            break
        if length < 14 or at + length > len(content):
            raise UserError("the picture is damaged: it is cut off")
        at += length
    has_end = content[at : at + 2] == _END
    if missing or at < 0 or not (has_end or at == len(content)):
        raise UserError("the picture is damaged: a part of its pixels is missing")
    return has_end

"""Reads TIFF with 16 bits per channel, of which Pillow gives 8 bits, noise, or nothing.

libtiff, in Pillow, only unpacks: it is shown each strip and tile as grey of 8 bits, as wide as the bytes of its rows.
What they mean (order, differences between neighbours, planes, channels, what is white, alpha) is decided here.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image

from textrm.errors import UserError
from textrm.pictures.formats.tiff import of_one_strip
from textrm.pictures.stored import plain_alpha

_TYPES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}  # of whole numbers, by TIFF's number for them
_COLOURS = {0: 1, 1: 1, 2: 3, 5: 4}  # photometric interpretation: channels without extra ones
_PACKED = frozenset((1, 5, 8, 32773, 32946, 34925, 50000))  # none, LZW, deflate, PackBits, LZMA, zstd: all of bytes


@dataclass(frozen=True, slots=True)
class Layout:
    """How a TIFF says that its pixels lie.

    ``order`` is "<" or ">"; ``big`` says that addresses have 64 bits; ``directory`` is where the tags are, ``tags`` are
    those of whole numbers; ``animated`` says that there are more pictures.
    """

    order: str
    big: bool
    directory: int
    tags: dict[int, tuple[int, ...]]
    animated: bool

    def one(self, tag: int, otherwise: int) -> int:
        """The first value of ``tag``."""
        return self.tags.get(tag, (otherwise,))[0]

    @property
    def is_wide(self) -> bool:
        """Whether all channels are whole numbers of 16 bits."""
        return set(self.tags.get(258, (1,))) == {16} and set(self.tags.get(339, (1,))) == {1}

    @property
    def channels(self) -> int:
        """Of each pixel, extra ones included."""
        return self.one(277, len(self.tags.get(258, ())) or 1)


def layout(file: BinaryIO) -> Layout | None:
    """The layout of the first picture of a TIFF; None for other files, and for those that say nothing readable."""
    file.seek(0)
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 16 or struct.unpack(f"{order}H", head[2:4])[0] not in (42, 43):
        return None
    big = struct.unpack(f"{order}H", head[2:4])[0] == 43
    (directory,) = struct.unpack(f"{order}Q", head[8:]) if big else struct.unpack(f"{order}I", head[4:8])
    counted, entry, room = ("Q", "HHQ8s", 8) if big else ("H", "HHI4s", 4)
    end = file.seek(0, io.SEEK_END)
    tags: dict[int, tuple[int, ...]] = {}
    try:
        file.seek(directory)
        (count,) = struct.unpack(f"{order}{counted}", file.read(struct.calcsize(f"={counted}")))
        size = struct.calcsize(f"={entry}")
        entries = file.read(size * min(count, 65535))
        animated = bool(file.read(room).strip(b"\0"))
        for at in range(0, len(entries) - size + 1, size):
            tag, kind, number, value = struct.unpack_from(f"{order}{entry}", entries, at)
            if kind not in _TYPES or not (254 <= tag <= 339) or tag in tags:
                continue
            length = number * struct.calcsize(f"={_TYPES[kind]}")
            if length > room:
                (offset,) = struct.unpack(f"{order}{'Q' if big else 'I'}", value)
                if length > end:
                    return None
                file.seek(offset)
                value = file.read(length)
            tags[tag] = struct.unpack(f"{order}{number}{_TYPES[kind]}", value[:length])
    except (struct.error, OSError, ValueError, OverflowError):
        return None
    return Layout(order, big, directory, {tag: values for tag, values in tags.items() if values}, animated)


def decode(file: BinaryIO, found: Layout) -> tuple[np.ndarray, str, list[str]]:
    """The pixels, upright, H W or H W C uint16, Pillow's name of what they mean (L, LA, RGB, RGBA or CMYK), and notes.

    0 is black and alpha not multiplied in, whatever the file has.

    Raises:
        UserError: when the kind of pixels is not supported.
        Exception: what Pillow raises on damaged files.
    """
    photometric, channels, notes = found.one(262, 0), found.channels, []
    extra = channels - _COLOURS.get(photometric, channels)
    if photometric not in _COLOURS or extra not in (0, 1) or (photometric == 5 and extra):
        raise UserError(f"16-bit TIFF of {channels} channels with photometric interpretation {photometric} is not "
                        "supported; expected grey or RGB, with or without alpha, or CMYK")  # fmt: skip
    compression, order_of_bits, predictor = found.one(259, 1), found.one(266, 1), found.one(317, 1)
    if compression not in _PACKED or order_of_bits != 1 or predictor not in (1, 2):
        raise UserError(f"16-bit TIFF with compression {compression}, fill order {order_of_bits} and predictor "
                        f"{predictor} is not supported; save it with deflate or none")  # fmt: skip
    planes = [_plane(file, found, number) for number in range(channels if found.one(284, 1) == 2 else 1)]
    pixels = planes[0] if len(planes) == 1 else np.concatenate(planes, 2)
    meaning = found.one(338, 2)
    if extra and meaning not in (1, 2):
        notes.append("its fourth channel is no alpha and is not written" if photometric == 2 else
                     "its second channel is no alpha and is not written")  # fmt: skip
        pixels, extra = np.ascontiguousarray(pixels[..., :-1]), 0
    if extra and meaning == 1:
        notes.append("alpha, which is multiplied into its colours, is written apart from them")
        plain_alpha(pixels)
    if photometric == 0:
        np.invert(pixels[..., :1], out=pixels[..., :1])
    mode = {0: "L", 1: "L", 2: "RGB", 5: "CMYK"}[photometric] + ("A" if extra else "")
    return pixels[..., 0] if mode == "L" else pixels, mode, notes


def _plane(file: BinaryIO, found: Layout, number: int) -> np.ndarray:
    """H W C uint16 of plane ``number`` of a file that has a plane for each channel, or of the whole of another."""
    channels = 1 if found.one(284, 1) == 2 else found.channels
    width, height, tiled = found.one(256, 0), found.one(257, 0), 322 in found.tags
    across, rows = (found.one(322, 0), found.one(323, 0)) if tiled else (width, min(found.one(278, height), height))
    if min(width, height, across, rows) < 1:
        raise UserError("the picture is damaged: it has no size")
    corners = [(top, left) for top in range(0, height, rows) for left in range(0, width, across)]
    offsets, lengths = (found.tags.get(tag, ()) for tag in ((324, 325) if tiled else (273, 279)))
    if found.one(259, 1) == 1:
        lengths = (2 * channels * across * rows,) * len(offsets)  # as told or not
    if min(len(offsets), len(lengths)) < (number + 1) * len(corners):
        raise UserError("the picture is damaged: a part of its pixels is missing")
    pixels = np.empty((height, width, channels), np.uint16)
    for piece, (top, left) in enumerate(corners, number * len(corners)):
        down = rows if tiled else min(rows, height - top)
        file.seek(offsets[piece])
        packed = file.read(lengths[piece])
        content = _unpacked(packed, found.one(259, 1), 2 * channels * across, down)
        if len(content) < 2 * channels * across * down:
            raise UserError("the picture is damaged: it is cut off")
        values = np.frombuffer(content, f"{found.order}u2", channels * across * down).reshape(down, across, channels)
        if found.one(317, 1) == 2:  # stored are the differences to the left neighbour
            values = np.cumsum(values, 1, np.uint16)
        pixels[top : top + down, left : left + across] = values[: height - top, : width - left]
    return pixels


def _unpacked(content: bytes, compression: int, width: int, height: int) -> bytes:
    """The bytes of a strip or tile, ``height`` rows of ``width``."""
    if compression == 1:
        return content
    whole = of_one_strip(content, {256: width, 257: height, 258: 8, 259: compression, 262: 1, 277: 1})
    with Image.open(io.BytesIO(whole), formats=("TIFF",)) as picture:
        return picture.tobytes()

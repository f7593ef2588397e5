"""Reads and writes PBM, PGM and PPM, of whose more than 8 bits Pillow gives 8."""

from __future__ import annotations

import re
from typing import BinaryIO

import numpy as np

from textrm.errors import UserError
from textrm.pictures.depth import gathered, spread
from textrm.pictures.formats.from_pillow import SEVERAL_FRAMES
from textrm.pictures.page import Page
from textrm.pictures.size import check_size

_START = re.compile(rb"P([1-6])(?=[\s#])")
_WORD = re.compile(rb"(?:\s|#([^\r\n]*)[\r\n])*(\d{1,10})")  # of the header, and what stands before it
_REMARK = re.compile(rb"#[^\r\n]*")
_MODES = {1: "1", 2: "L", 0: "RGB"}  # by the number of the kind, three of which are text, and three bytes
_KINDS = {mode: (number or 3) + 3 for number, mode in _MODES.items()}
_SPACE = re.compile(rb"\s")
_AT_ONCE = 1 << 20  # bytes of text
_LONGEST = 9  # digits


def is_pnm(start: bytes) -> bool:
    """Whether a file that begins with these three bytes or more is one."""
    return _START.match(start) is not None


def decode(file: BinaryIO, max_pixels: int) -> tuple[Page, np.ndarray]:
    """A picture without its ``image``, and its pixels: H W bool, or H W or H W 3 uint8 or uint16, 0 is black.

    Levels up to another highest one than 255 or 65535 are spread over all, which :func:`encode` takes back.

    Raises:
        UserError: when it is damaged or too large.
    """
    file.seek(0)
    content = file.read()
    kind, at, found, remarks = int(content[1:2]), 2, [], []
    is_text, mode = kind < 4, _MODES[kind % 3]
    for _ in range(2 if mode == "1" else 3):
        word = _WORD.match(content, at)
        if word is None:
            raise UserError("the picture is damaged: it does not say its size")
        remarks += [line.strip() for line in _REMARK.findall(content[at : word.end()])]
        at = word.end()
        found.append(int(word[2]))
    width, height, highest = (*found, 1)[:3]
    if not width or not height or not 0 < highest < 65536:
        raise UserError(f"the picture is damaged: it has {width}x{height} pixels of up to {highest}")
    channels = 3 if mode == "RGB" else 1
    check_size(width, height, channels * (2 if highest > 255 else 1), max_pixels)
    count = width * height * channels
    if is_text:
        values, rest = _of_text(content[at:], count, mode == "1"), b""
    elif mode == "1":
        row = (width + 7) // 8
        packed, rest = _of_bytes(content, at + 1, row * height, np.dtype(np.uint8))
        values = np.unpackbits(packed.reshape(height, row), axis=1)[:, :width]
    else:
        values, rest = _of_bytes(content, at + 1, count, np.dtype(">u2" if highest > 255 else np.uint8))
    if int(values.max()) > highest:
        raise UserError(f"the picture is damaged: a level is {values.max()}, and {highest} the highest")
    pixels = values.reshape((height, width, 3) if channels == 3 else (height, width))
    page = Page(np.empty(0), "PPM", mode, save={"highest": highest, "remarks": remarks})
    page.notes += [SEVERAL_FRAMES] if is_pnm(rest.lstrip()) else []
    return page, pixels == 0 if mode == "1" else spread(pixels, highest, np.uint8 if highest < 256 else np.uint16)


def encode(stored: np.ndarray, mode: str, highest: int, remarks: list[bytes]) -> bytes:
    """The file, in bytes and not in text, of pixels as :func:`decode` gives them."""
    height, width = stored.shape[:2]
    head = [b"P%d" % _KINDS[mode], *remarks, b"%d %d" % (width, height)]
    if mode == "1":
        return b"\n".join([*head, np.packbits(~stored, axis=1).tobytes()])
    stored = gathered(stored, highest)
    return b"\n".join([*head, b"%d" % highest, stored.astype(stored.dtype.newbyteorder(">")).tobytes()])


def _of_bytes(content: bytes, at: int, count: int, kind: np.dtype) -> tuple[np.ndarray, bytes]:
    """So many values from a place on, and what follows."""
    end = at + count * kind.itemsize
    if len(content) < end:
        raise UserError("the picture is damaged: it is cut off")
    return np.frombuffer(content, kind, count, at), content[end : end + 64]


def _of_text(body: bytes, count: int, is_bits: bool) -> np.ndarray:
    """So many numbers; bits need no space between them."""
    body = _REMARK.sub(b" ", body)
    if is_bits:
        digits = np.frombuffer(body.translate(None, b" \t\r\n\v\f"), np.uint8)[:count]
        values = (digits - ord("0")).astype(np.int64)
    else:
        parts, left, at = [], count, 0
        while left > 0 and at < len(body):
            space = _SPACE.search(body, at + _AT_ONCE)
            end = space.start() if space else len(body)
            words = body[at:end].split()[:left]
            if max(map(len, words), default=0) > _LONGEST:
                raise UserError("the picture is damaged: a level has too many digits")
            parts.append(np.array(words).astype(np.uint32))
            left, at = left - len(parts[-1]), end
        values = np.concatenate([*parts, np.empty(0, np.uint32)])
    if len(values) < count:
        raise UserError("the picture is damaged: it is cut off")
    return values

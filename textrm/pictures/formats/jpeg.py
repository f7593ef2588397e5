"""JPEG files that lack no pixel: only the marker at their end, or sense in what they say beside the picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

_START, _END = b"\xff\xd8", b"\xff\xd9"
# Bits that would be read as pixels, each time as others, if some were missing.
_TAILS = (b"", b"\x55" * 64, b"\xaa" * 64)
_SCAN, _COMMENT = 0xDA, 0xFE
_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)  # sequential and progressive ones, by Huffman and by arithmetic code
_APPLICATIONS = range(0xE0, 0xF0)
# What decides about colours, by marker: how it begins, and its least length.
_COLOURS = {0xE0: (b"JFIF\0", 14), 0xEE: (b"Adobe", 12)}


def with_end(file: BinaryIO) -> BinaryIO | None:
    """The file itself where it ends as it should; with its end marker where it lacks that alone; None for others."""
    file.seek(0)
    content = file.read()
    if content.find(_END, _scan(content)) >= 0:
        return file
    content = content.rstrip(_END[:1])  # of the end marker, or before it
    if content.endswith(b"\0\0"):  # one may be of the last pixels
        return None  # zeros were put where pixels had been
    if not _has_all_scans(content):
        return None
    seen = set()
    for tail in _TAILS:
        with Image.open(io.BytesIO(content + tail + _END), formats=("JPEG", "MPO")) as picture:
            seen.add(hash(picture.tobytes()))
    return io.BytesIO(content + _END) if len(seen) == 1 else None


def without_words(file: BinaryIO) -> io.BytesIO:
    """The file without comments and all that programs put before its pixels, but for what decides about colours."""
    file.seek(0)
    content = file.read()
    kept = [_START]
    for marker, at, after in _segments(content):
        begins, least = _COLOURS.get(marker, (b"", 0))
        counts = begins and after - at - 4 >= least and content.startswith(begins, at + 4)
        if counts or (marker not in _APPLICATIONS and marker != _COMMENT):
            kept.append(content[at:after])
    return io.BytesIO(b"".join([*kept, content[_scan(content) :]]))


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, place and end of each segment before the pixels."""
    at = len(_START)
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != _SCAN:
        if content[at + 1] == 0xFF:  # any number of these may stand before a marker
            at += 1
            continue
        after = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        yield content[at + 1], at, after
        at = after


def _has_all_scans(content: bytes) -> bool:
    """Whether each coefficient of each component comes with all its bits: a file may be cut between two scans."""
    header = next((at for marker, at, _ in _segments(content) if marker in _FRAMES), None)
    if header is None:
        return False
    components = content[header + 10 : header + 10 + 3 * content[header + 9] : 3]
    missing = {(component, number) for component in components for number in range(64)}
    at = _scan(content) - 1
    while (at := content.find(bytes((0xFF, _SCAN)), at + 1)) >= 0:
        count = content[at + 4]
        first, last, bits = content[at + 5 + 2 * count : at + 8 + 2 * count]
        if bits & 15 == 0:  # none is left for a later scan
            own = content[at + 5 : at + 5 + 2 * count : 2]
            missing -= {(component, number) for component in own for number in range(first, last + 1)}
    return not missing


def _scan(content: bytes) -> int:
    """Where the pixels begin."""
    return max((after for _, _, after in _segments(content)), default=len(_START))

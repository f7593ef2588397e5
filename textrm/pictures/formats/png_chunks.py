"""Walks the chunks of a PNG file: checks their checksums, keeps what describes it, and leaves odd parts aside."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from textrm.errors import UserError
from textrm.pictures.formats.png import AFTER_PALETTE, BEFORE_PALETTE, SIGNATURE, Chunk, chunk

_LARGEST_PROFILE = 64 << 20  # bytes; an ICC profile that unpacks to more is none
_PALETTE = 3  # the colour type of pixels that are numbers of colours
_LARGEST_TEXT = 1 << 20  # bytes; for more Pillow refuses the picture
# Text that says how a picture is to be turned: XMP, and EXIF as some programs hide it.
_TURNING = (b"XML:com.adobe.xmp", b"Raw profile type exif")


@dataclass(slots=True)
class Chunks:
    """What a PNG file consists of.

    ``pixels`` is a PNG for a decoder, without what only describes the picture; ``metadata`` the chunks that do, in the
    file's order; ``icc_profile`` what one of them holds, unpacked. ``depth`` is in bits per channel; ``animated`` says
    that there are more frames; ``notes`` say what was odd.
    """

    pixels: io.BytesIO
    metadata: list[Chunk] = field(default_factory=list)
    icc_profile: bytes = b""
    depth: int = 0
    animated: bool = False
    notes: list[str] = field(default_factory=list)


def read_chunks(file: BinaryIO) -> Chunks:
    """Read all chunks of a PNG.

    Grey of 2 or 4 bits is read and written with 8: its transparent value and its background are told in 8 bits too.

    Raises:
        UserError: when its size, palette or pixels are not what was written.
    """
    found, header, colours, doubted, ended = Chunks(io.BytesIO()), b"", False, False, False
    found.pixels.write(SIGNATURE)
    for name, content, right in _walk(file):
        if not header and (name != b"IHDR" or len(content) != 13 or not right):
            raise UserError("the picture is damaged: it does not begin with its size")
        if name == b"IEND":
            ended = True
            break
        if name in (b"IHDR", b"PLTE", b"IDAT"):
            header = header or content
            doubted |= not right
            if name == b"PLTE" and not right:
                raise UserError("the picture is damaged: the checksum of its palette is wrong")
            colours |= name == b"PLTE"
            if name == b"IDAT" and header[9] == _PALETTE and not colours:
                raise UserError("the picture is damaged: it has no palette")
            found.pixels.write(chunk(name, content))
        elif name[:1].islower() and (not right or not _fits(name, content, header[9])):
            found.notes.append(f"its chunk {name.decode()} {'does not fit' if right else 'is damaged'}: it is dropped")
        elif name[:1].islower():
            _keep(name, content, header, found)
    if doubted and not _stream_is_whole(found.pixels):
        raise UserError("the picture is damaged: the checksum of its pixels is wrong")
    if doubted or not ended:
        missing = "its end marker is missing" if not ended else "a checksum of its pixels is wrong"
        found.notes.append(f"{missing}; its pixels are whole")
    found.pixels.write(chunk(b"IEND", b""))
    found.pixels.seek(0)
    found.depth = header[8] if header else 0
    return found


def _keep(name: bytes, content: bytes, header: bytes, found: Chunks) -> None:
    """Take in a chunk that describes the picture."""
    found.animated |= name == b"acTL"
    if name == b"iCCP":
        packed = content.partition(b"\0")[2]
        profile = _unpacked(packed[1:], _LARGEST_PROFILE) if packed[:1] == b"\0" else None
        if profile is None:
            found.notes.append("its ICC profile is broken: it is dropped")
            return
        found.icc_profile = profile
    if name in (b"tRNS", b"eXIf") or _turns(name, content):
        found.pixels.write(chunk(name, content))
    if name in BEFORE_PALETTE | AFTER_PALETTE:
        depth, colour_type = header[8:10]
        if colour_type == 0 and depth in (2, 4) and name in (b"tRNS", b"bKGD"):
            highest = 2**depth - 1
            content = ((int.from_bytes(content, "big") & highest) * 255 // highest).to_bytes(2, "big")
        found.metadata.append((name, content))


def _walk(file: BinaryIO) -> Iterator[tuple[bytes, bytes, bool]]:
    """Name and content of each chunk, and whether it is all there with the right checksum; up to what is no chunk."""
    file.seek(len(SIGNATURE))
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        if not name.isalpha():
            return
        content = file.read(length)
        yield name, content, file.read(4) == struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))


def _stream_is_whole(png: io.BytesIO) -> bool:
    """Whether the pixels end as they should, with the checksum that their compression has of its own."""
    stream = zlib.decompressobj()
    try:
        for name, content, _ in _walk(png):
            while name == b"IDAT" and content and not stream.eof:
                stream.decompress(content, 1 << 20)
                content = stream.unconsumed_tail
    except zlib.error:
        return False
    png.seek(0, io.SEEK_END)
    return stream.eof


def _fits(name: bytes, content: bytes, colour_type: int) -> bool:
    """Whether what says what is transparent can belong to this kind of pixels."""
    if name != b"tRNS":
        return True
    return len(content) in {0: (2,), 2: (6,), 3: range(1, 257)}.get(colour_type, ())


def _turns(name: bytes, content: bytes) -> bool:
    """Whether a chunk is text that may say how the picture is to be turned, and that Pillow can read."""
    keyword, _, rest = content.partition(b"\0")
    if name not in (b"tEXt", b"zTXt", b"iTXt") or keyword not in _TURNING or len(content) > _LARGEST_TEXT:
        return False
    if name == b"tEXt" or (name == b"iTXt" and rest[:1] == b"\0"):
        return True
    packed = rest[1:] if name == b"zTXt" else rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    method = rest[:1] if name == b"zTXt" else rest[1:2]
    return method == b"\0" and _unpacked(packed, _LARGEST_TEXT) is not None


def _unpacked(packed: bytes, most: int) -> bytes | None:
    """What zlib made ``packed`` of; None where that is broken, or more than ``most`` bytes."""
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(packed, most)
    except zlib.error:
        return None
    return content if stream.eof and content else None

"""Draws small books."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from standin_model import lettered_page

COMIC_INFO = b"<?xml version='1.0'?><ComicInfo><Title>A book</Title></ComicInfo>"


def picture(pixels: np.ndarray, kind: str = "PNG", **save: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **save)
    return buffer.getvalue()


def bare_page(height: int = 96, width: int = 80) -> np.ndarray:
    """A page without lettering."""
    return np.full((height, width, 3), 255, np.uint8)


def book_of(pages: int = 3, bare: int = 1) -> dict[str, bytes]:
    """Members of a book: lettered pages, but that of number ``bare``, and what is no page."""
    drawn = {f"ch/{number}.png": picture(bare_page() if number == bare else lettered_page()) for number in range(pages)}
    return {"ComicInfo.xml": COMIC_INFO, **drawn, "notes.txt": b"scanned by hand"}


def write_zip(path: Path, members: dict[str, bytes], packed: int = zipfile.ZIP_STORED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6)), content, packed)
    return path


def members_of(path: Path) -> dict[str, bytes]:
    """Names and contents of a ZIP, in its order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_7z(path: Path, members: dict[str, bytes], options: str = "") -> Path:
    import libarchive

    with libarchive.file_writer(str(path), "7zip", options=options) as archive:
        for name, content in members.items():
            archive.add_file_from_memory(name, len(content), content)
    return path


def write_rar(path: Path, members: dict[str, bytes], mode: int = 0o100644) -> Path:
    """A RAR archive of version 4 whose members are stored: what anybody may write."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    content = b"Rar!\x1a\x07\0" + block(0x73, 0, bytes(6))
    for name, data in members.items():
        sizes = struct.pack("<LLBL", len(data), len(data), 3, zlib.crc32(data))  # 3: made on Unix
        rest = struct.pack("<LBBHL", 0x2A432085, 20, 0x30, len(name.encode()), mode)  # 3 February 2001; stored
        content += block(0x74, 0x8000, sizes + rest + name.encode()) + data
    path.write_bytes(content + block(0x7B, 0x4000, b""))
    return path


def copied_members(path: Path) -> dict[str, bytes]:
    """Names and contents of any archive, in its order."""
    import libarchive

    with libarchive.file_reader(str(path)) as archive:
        return {member.pathname: b"".join(member.get_blocks()) for member in archive}


def is_white(content: bytes) -> bool:
    return bool((np.asarray(Image.open(io.BytesIO(content)).convert("RGB")) == 255).all())


def check_clean(path: Path) -> None:
    """The ZIP is :func:`book_of`, with white pages."""
    before, after = book_of(), members_of(path)
    assert list(after) == list(before)
    for name, content in after.items():
        if name in ("ch/0.png", "ch/2.png"):
            assert is_white(content)
        else:
            assert content == before[name]

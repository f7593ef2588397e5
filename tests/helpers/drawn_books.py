"""Draws small books."""

from __future__ import annotations

import io
import zipfile
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

"""The pixels of a picture file alone, as everything sees them that learns, finds or measures."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.pictures.colour import to_srgb
from textrm.pictures.page import Page
from textrm.pictures.read import MAX_PIXELS, read, read_open
from textrm.pictures.stored import to_rgb, upright


def read_srgb(path: Path, max_pixels: int = MAX_PIXELS, content: BinaryIO | None = None) -> np.ndarray:
    """H W 3 uint8 sRGB, upright: what is transparent is shown on white, an ICC profile is applied.

    ``content`` is what would be in the file, where ``path`` is only its name.

    Raises:
        UserError: as of :func:`~textrm.pictures.read.read`; the message begins with the path.
    """
    return to_srgb(_read(path, max_pixels, content))


def read_grey(path: Path, max_pixels: int = MAX_PIXELS, content: BinaryIO | None = None) -> np.ndarray:
    """H W uint8, upright: the levels of a mask, for which neither transparency nor an ICC profile counts.

    ``content`` is what would be in the file, where ``path`` is only its name.

    Raises:
        UserError: as of :func:`~textrm.pictures.read.read`; the message begins with the path.
    """
    page = _read(path, max_pixels, content)
    shown = page.image
    if page.mode in ("LA", "RGBA"):
        assert page.stored is not None
        colours = page.stored[..., 0] if page.mode == "LA" else page.stored[..., :3]
        shown = upright(to_rgb(colours, page.mode.removesuffix("A"), None), page.orientation)
    elif page.palette is not None:
        assert page.stored is not None
        opaque = np.concatenate([page.palette[:, :3], np.full_like(page.palette[:, 3:], 255)], 1)
        shown = upright(to_rgb(page.stored, "P", opaque), page.orientation)
    return cv2.cvtColor(np.ascontiguousarray(shown), cv2.COLOR_RGB2GRAY)


def _read(path: Path, max_pixels: int, content: BinaryIO | None) -> Page:
    try:
        return read(path, max_pixels) if content is None else read_open(content, max_pixels)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error

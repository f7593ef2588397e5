"""A picture file in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from textrm.pictures.formats import png

ORIENTATION = 0x0112


@dataclass(slots=True)
class Page:
    """A picture file in memory.

    ``image`` is H W 3 uint8 RGB, upright. ``format`` and ``mode`` are Pillow's names; ``stored`` the pixels as the file
    holds them (uint16 for 16 bits), None where they are ``image`` itself; ``palette`` N x 4 uint8 RGBA.
    ``orientation`` is the EXIF value that leads from ``stored`` to ``image``. ``save`` holds Pillow's arguments for
    writing the same format, ``chunks`` a PNG's metadata or the boxes of JPEG 2000 and XL. ``notes`` say what the user
    should know.
    """

    image: np.ndarray
    format: str
    mode: str
    stored: np.ndarray | None = None
    palette: np.ndarray | None = None
    orientation: int = 1
    exif: Image.Exif = field(default_factory=Image.Exif)
    save: dict[str, Any] = field(default_factory=dict)
    chunks: list[png.Chunk] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

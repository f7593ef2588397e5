"""Reads a page, fills its black bar as if it had been lettering, and writes it again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import ImageCms

from textrm.pictures.page import Page
from textrm.pictures.read import read
from textrm.pictures.write import encode

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def bar_filled(page: Page) -> tuple[np.ndarray, np.ndarray]:
    """The page as if its bar had been lettering, white now, and where."""
    filled = np.zeros(page.image.shape[:2], np.uint8)
    filled[6:16, 8:32] = 1
    image = page.image.copy()
    image[filled != 0] = 255
    return image, filled


def rewritten(path: Path, as_png: bool = False) -> Path:
    page = read(path)
    image, filled = bar_filled(page)
    target = path.with_name("out" + (".png" if as_png else path.suffix))
    target.write_bytes(encode(page, image, filled, as_png))
    return target


def differences(path: Path, target: Path) -> tuple[int, int]:
    """Largest difference outside the bar to the source, inside to white, in 8-bit RGB as shown."""
    before, after = read(path).image, read(target).image
    _, filled = bar_filled(read(path))
    outside = np.abs(after.astype(int) - before)[filled == 0]
    return int(outside.max()), int(255 - after[filled != 0].min())

"""The pixels of a page that are filled: its own inks and all its bits, where RGB of 8 bits would say less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from textrm.pictures.colour import to_srgb
from textrm.pictures.page import Page
from textrm.pictures.stored import as_stored, on_white, to_rgb, upright

_MODES = {1: "L", 3: "RGB", 4: "CMYK"}  # Pillow's names of planes, by their number


def planes(page: Page) -> np.ndarray:
    """The page upright, to be changed in place and given to :func:`textrm.pictures.write.encode`.

    Of CMYK H W 4 ink, the highest value = full; of 16 bits H W 1 grey or H W 3 RGB uint16, what is transparent on
    white; of all others ``page.image``, H W 3 uint8 RGB.
    """
    if page.stored is None or (page.mode != "CMYK" and page.stored.dtype != np.uint16):
        return page.image
    stored = upright(page.stored, page.orientation)
    if page.mode == "L":
        return stored[..., None]
    return on_white(stored) if page.mode in ("LA", "RGBA") else stored


def srgb_of(page: Page, image: np.ndarray) -> np.ndarray:
    """H W 3 uint8 sRGB of ``image``, which has the form that :func:`planes` gives ``page``."""
    if image is page.image:
        return to_srgb(page)
    shown = to_rgb(image, _MODES[image.shape[2]], None)
    return to_srgb(replace(page, image=shown, stored=as_stored(image, page.orientation)))

"""The pixels of a page that are filled: its own inks and all its bits, where RGB of 8 bits would say less."""

from __future__ import annotations

import numpy as np

from textrm.pictures.page import Page
from textrm.pictures.stored import on_white, upright


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

"""The pixels of a page that are filled: its own inks and all its bits, where RGB of 8 bits would say less."""

from __future__ import annotations

import numpy as np

from textrm.pictures.read import Page
from textrm.pictures.stored import BAND, upright


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
    return _on_white(stored) if page.mode in ("LA", "RGBA") else stored


def _on_white(stored: np.ndarray) -> np.ndarray:
    """H W C uint16 without the alpha that comes last in ``stored``."""
    shown = np.empty((*stored.shape[:2], stored.shape[2] - 1), np.uint16)
    for row in range(0, stored.shape[0], BAND):
        band = stored[row : row + BAND].astype(np.uint32)
        colour, alpha = band[..., :-1], band[..., -1:]
        shown[row : row + BAND] = (colour * alpha + 65535 * (65535 - alpha) + 32767) // 65535
    return shown

"""A meme's own picture laid over its template: where the template lies in it, what the band is, what was lettered."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.data.masks import mask_of_compressed_pair
from textrm.importers.registration import Mismatch, align

TOLERANCE = 0.012  # of the height; rounding and cropping by a pixel or two are no band
PLAIN = 0.5  # share of a band that has the band's colour, at least
NEAR = 12  # levels that JPEG moves the colour of a plain band by


@dataclass(frozen=True, slots=True)
class Registered:
    """``clean`` H W 3 uint8 RGB in the frame of the meme, ``mask`` H W uint8 in {0, 1}."""

    clean: np.ndarray
    mask: np.ndarray


def register(meme: np.ndarray, template: np.ndarray, max_residual: float, threshold: float) -> Registered:
    """Find the template, scaled to the meme's width, in the meme; bands above and below it become plain.

    Both are H W 3 uint8 RGB. ``max_residual`` is the share of the template's contours that lettering may cover,
    ``threshold`` the difference that counts as lettering, as a share of the range.

    Raises:
        Mismatch: the meme is lower than the scaled template, what lies above or below it is no plain band, or the
            picture is another one. The message has both sizes.
    """
    height, width = meme.shape[:2]
    rows = round(template.shape[0] * width / template.shape[1])
    sizes = f"{width}x{height}, the template {template.shape[1]}x{template.shape[0]}"
    slack = max(2, round(TOLERANCE * rows))
    if height < rows - slack or rows < 16:
        raise Mismatch(f"its size fits no template: it is {sizes}; at this width that has {rows} rows")
    top = 0
    if height - rows <= slack:
        rows = height
    else:
        top = _offset(meme, template, rows)
    bands = [band for band in (slice(0, top), slice(top + rows, height)) if band.stop > band.start]
    clean = np.empty_like(meme)
    for band in bands:
        color = np.median(meme[band].reshape(-1, 3), axis=0)
        plain = float((np.abs(meme[band] - color).max(axis=2) <= NEAR).mean())
        if plain < PLAIN and band.stop - band.start > slack:
            raise Mismatch(f"its size fits no template: it is {sizes}, and what the template leaves is no plain band")
        clean[band] = np.rint(color)
    try:
        clean[top : top + rows] = align(meme[top : top + rows], template, 16, max_residual).clean
    except Mismatch as error:
        raise Mismatch(f"it shows something else than its template ({error}); it is {sizes}") from error
    return Registered(clean, mask_of_compressed_pair(meme, clean, threshold, close=0, grow=0))


def _offset(meme: np.ndarray, template: np.ndarray, rows: int) -> int:
    """The row of the meme where the template begins that resembles it most."""
    size = (meme.shape[1], rows)
    shrinking = rows < template.shape[0]
    scaled = cv2.resize(template, size, interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
    before, after = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (scaled, meme))
    return int(cv2.matchTemplate(after, before, cv2.TM_CCOEFF_NORMED)[:, 0].argmax())

"""Fills the holes that lettering leaves in a page."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from textrm.page.flat import fill_flat
from textrm.page.group import groups
from textrm.page.membrane import span
from textrm.page.tone import REACH, continue_texture

METHODS = ("auto", "flat", "telea", "white")
_GAP = 16  # pixels; holes that are nearer are filled together
_BLOCK = 1024  # pixels; larger groups are cut, so that memory does not grow with them
_MARGIN = 12  # pixels around a hole that smooth filling looks at
_SHARE = 0.9  # of a hole's surroundings that must be flat


def fill_holes(image: np.ndarray, hole: np.ndarray, method: str = "auto") -> None:
    """Fill the holes of a page in place; no pixel is changed that ``hole`` does not name afterwards.

    ``white``: plain white. ``flat``: the colour or linear gradient that most of each hole's surroundings have.
    ``telea``: Telea's method (2004). ``auto``: flat where the surroundings are, and there the faint traces that
    compression left around letters go too, and become part of ``hole``; else a membrane, and where a texture repeats
    around the hole, screentone above all, its continuation. All but ``white`` leave a hole as it is where no pixel
    around it is known.

    Args:
        image: H W 3 uint8 RGB.
        hole: H W uint8 in {0, 1}, 1 = to fill; ``auto`` adds to it.
        method: one of ``METHODS``.
    """
    if method == "white":
        image[hole != 0] = 255
        return
    for (rows, columns), own in _blocks(hole):
        margin = REACH + _MARGIN if method == "auto" else _MARGIN
        top, left = max(rows.start - margin, 0), max(columns.start - margin, 0)
        window = slice(top, rows.stop + margin), slice(left, columns.stop + margin)
        crop = np.ascontiguousarray(image[window])
        unknown = (hole[window] != 0).astype(np.uint8)
        if unknown.all():
            continue
        inside = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
        inner = np.zeros_like(unknown)
        inner[inside] = own
        if method == "telea":
            crop = cv2.inpaint(crop, unknown, 3, cv2.INPAINT_TELEA)
        else:
            auto = method == "auto"
            rest = fill_flat(crop, unknown, inner, share=_SHARE if auto else 0, wipe=auto)
            if rest.any():
                unknown[(inner != 0) & (rest == 0)] = 0
                _fill_art(crop, unknown, rest)
        np.copyto(image[window], crop, where=inner[..., None] != 0)
        hole[window] |= inner


def _fill_art(crop: np.ndarray, unknown: np.ndarray, own: np.ndarray) -> None:
    smooth = span(crop.astype(np.float32), unknown)
    textured = continue_texture(crop, unknown, own, smooth)
    filled = smooth if textured is None else textured
    crop[own != 0] = np.clip(np.rint(filled[own != 0]), 0, 255).astype(np.uint8)


def _blocks(hole: np.ndarray) -> Iterator[tuple[tuple[slice, slice], np.ndarray]]:
    for (rows, columns), own in groups(hole, _GAP):
        for top in range(0, own.shape[0], _BLOCK):
            for left in range(0, own.shape[1], _BLOCK):
                part = own[top : top + _BLOCK, left : left + _BLOCK]
                if part.any():
                    y, x = rows.start + top, columns.start + left
                    yield (slice(y, y + part.shape[0]), slice(x, x + part.shape[1])), part

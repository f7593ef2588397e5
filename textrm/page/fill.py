"""Fills the holes that lettering leaves in a page."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from textrm.page.flat import HALO, fill_flat
from textrm.page.group import groups
from textrm.page.inpainter import Inpainter
from textrm.page.network import fill_by_network
from textrm.page.tone import REACH, continue_tone

METHODS = ("auto", "network", "flat", "telea", "white")
NEEDS_MODEL = ("auto", "network")
_GAP = 16  # pixels; holes that are nearer are filled together
_BLOCK = 1024  # pixels; larger groups are cut, so that memory does not grow with them
_SHARE = 0.9  # of a hole's surroundings that must be flat
_MARGINS = {"auto": REACH + 12, "flat": HALO + 2, "telea": 12}  # pixels around a hole that are looked at


def fill_holes(image: np.ndarray, hole: np.ndarray, method: str = "auto", model: Inpainter | None = None) -> None:
    """Fill the holes of a page in place; no pixel is changed that ``hole`` does not name afterwards.

    ``white``: plain white. ``flat``: the colour or linear gradient that most of each hole's surroundings have.
    ``telea``: Telea's method (2004). ``network``: the inpainting net. ``auto``: flat where the surroundings are, and
    there the faint traces that compression left around letters go too, and become part of ``hole``; screentone is
    continued; the rest goes through the net. All but ``white`` leave a hole as it is where no pixel around it is known.

    Args:
        image: H W 3 uint8 RGB.
        hole: H W uint8 in {0, 1}, 1 = to fill; ``auto`` adds to it.
        method: one of ``METHODS``.
        model: the net of ``network`` and ``auto``, which need one.
    """
    if method == "white":
        image[hole != 0] = 255
        return
    rest = hole.copy()
    if method != "network":
        for box, own in _blocks(hole):
            _fill_block(image, hole, rest, box, own, method)
    if method in NEEDS_MODEL:
        assert model is not None
        fill_by_network(image, rest, model)


def _fill_block(
    image: np.ndarray, hole: np.ndarray, rest: np.ndarray, box: tuple[slice, slice], own: np.ndarray, method: str
) -> None:
    """Fill one block without the net; what is left to it stays 1 in ``rest``."""
    rows, columns = box
    margin = _MARGINS[method]
    top, left = max(rows.start - margin, 0), max(columns.start - margin, 0)
    window = slice(top, rows.stop + margin), slice(left, columns.stop + margin)
    crop = np.ascontiguousarray(image[window])
    unknown = (hole[window] != 0).astype(np.uint8)
    if unknown.all():
        return
    inner = np.zeros_like(unknown)
    inner[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = own
    left_over = np.zeros_like(unknown)
    if method == "telea":
        crop = cv2.inpaint(crop, unknown, 3, cv2.INPAINT_TELEA)
    elif method == "flat":
        rough = fill_flat(crop, unknown, inner, share=0, wipe=False)
        if rough.any():  # too little is known around it to tell a plane
            unknown[(inner != 0) & (rough == 0)] = 0
            crop = cv2.inpaint(crop, unknown, 3, cv2.INPAINT_TELEA)
    else:
        left_over = fill_flat(crop, unknown, inner, share=_SHARE, wipe=True)
        if left_over.any():
            unknown[(inner != 0) & (left_over == 0)] = 0
            left_over = continue_tone(crop, unknown, left_over)
    np.copyto(image[window], crop, where=((inner != 0) & (left_over == 0))[..., None])
    hole[window] |= inner
    rest[window][inner != 0] = left_over[inner != 0]


def _blocks(hole: np.ndarray) -> Iterator[tuple[tuple[slice, slice], np.ndarray]]:
    for (rows, columns), own in groups(hole, _GAP):
        for top in range(0, own.shape[0], _BLOCK):
            for left in range(0, own.shape[1], _BLOCK):
                part = own[top : top + _BLOCK, left : left + _BLOCK]
                if part.any():
                    y, x = rows.start + top, columns.start + left
                    yield (slice(y, y + part.shape[0]), slice(x, x + part.shape[1])), part

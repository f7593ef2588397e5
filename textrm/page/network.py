"""Fills holes with the inpainting net, crop by crop."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from textrm.page.group import groups
from textrm.page.inpainter import Inpainter

CONTEXT = 48  # pixels around a hole that the net sees
_GAP = 24  # pixels; holes that are nearer share a crop
_BLOCK = 384  # pixels; larger groups are cut, so that memory does not grow with them
_BATCH = 1 << 18  # pixels in one batch, at most (one crop may be larger)

Box = tuple[slice, slice]


def fill_by_network(image: np.ndarray, hole: np.ndarray, model: Inpainter) -> None:
    """Fill holes in place; no pixel outside them is changed.

    Near holes share a crop with ``CONTEXT`` pixels around it; crops of equal size go through the net together. A group
    too large for one crop is cut into blocks that are filled one after the other, each seeing what the one before has
    made, so that no seam shows. A hole around which nothing is known stays as it is.

    Args:
        image: H W 3 uint8 RGB.
        hole: H W uint8, 1 = to fill; 0 afterwards where it was filled.
        model: the net.
    """
    single: list[tuple[Box, Box, np.ndarray]] = []
    for (rows, columns), own in groups(hole, _GAP):
        if max(own.shape) <= _BLOCK:
            box = rows, columns
            single.append((window(box, image.shape[:2], model.stride), box, own))
            continue
        for box, part in _blocks(rows, columns, own):
            _fill(image, hole, [(window(box, image.shape[:2], model.stride), box, part)], model)
    for size, crops in groupby(sorted(single, key=_area), key=_area):
        waiting = list(crops)
        step = max(1, _BATCH // max(size[0] * size[1], 1))
        for start in range(0, len(waiting), step):
            _fill(image, hole, waiting[start : start + step], model)


def window(box: Box, size: tuple[int, int], stride: int) -> Box:
    """The box with ``CONTEXT`` pixels around it, within the page, its sides grown to multiples of twice the stride.

    Equal sizes make larger batches. Where the page is smaller than that, the window is all of it.
    """
    sides = []
    for side, extent in zip(box, size, strict=True):
        wanted = side.stop - side.start + 2 * CONTEXT
        wanted = -(-wanted // (2 * stride)) * 2 * stride
        start = min(max((side.start + side.stop - wanted) // 2, 0), max(extent - wanted, 0))
        sides.append(slice(start, min(start + wanted, extent)))
    return sides[0], sides[1]


def _area(crop: tuple[Box, Box, np.ndarray]) -> tuple[int, int]:
    rows, columns = crop[0]
    return rows.stop - rows.start, columns.stop - columns.start


def _blocks(rows: slice, columns: slice, own: np.ndarray) -> Iterator[tuple[Box, np.ndarray]]:
    for top in range(0, own.shape[0], _BLOCK):
        for left in range(0, own.shape[1], _BLOCK):
            part = own[top : top + _BLOCK, left : left + _BLOCK]
            if part.any():
                y, x = rows.start + top, columns.start + left
                yield (slice(y, y + part.shape[0]), slice(x, x + part.shape[1])), part


def _fill(image: np.ndarray, hole: np.ndarray, crops: list[tuple[Box, Box, np.ndarray]], model: Inpainter) -> None:
    """Fill crops of one size as one batch."""
    crops = [crop for crop in crops if not hole[crop[0]].all()]
    if not crops:
        return
    height, width = _area(crops[0])
    size = len(crops), -(-height // model.stride) * model.stride, -(-width // model.stride) * model.stride
    # What reaches over the page's edge is hole, which no known pixel depends on.
    images, masks = np.zeros((*size, 3), np.uint8), np.ones(size, np.uint8)
    for place, (seen, _, _) in enumerate(crops):
        images[place, :height, :width], masks[place, :height, :width] = image[seen], hole[seen]
    filled = model(images, masks)
    for place, (seen, box, own) in enumerate(crops):
        top, left = box[0].start - seen[0].start, box[1].start - seen[1].start
        result = filled[place, top : top + own.shape[0], left : left + own.shape[1]]
        np.copyto(image[box], result, where=own[..., None] != 0)
    for _, box, own in crops:
        hole[box][own != 0] = 0

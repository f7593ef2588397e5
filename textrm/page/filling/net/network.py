"""Fills holes with the inpainting net, crop by crop."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby

import numpy as np

from textrm.page.filling.breaking_off import go_on
from textrm.page.filling.net.wide import fill_inside
from textrm.page.filling.packed import Packed
from textrm.page.group import Slices, groups, parts
from textrm.page.levels import from_levels, to_levels
from textrm.page.models.inpainter import InpaintingModel
from textrm.pictures.stored import in_8_bits

CONTEXT = 48  # pixels around a hole that the net sees
_GAP = 24  # pixels; holes that are nearer share a crop
_BLOCK = 384  # pixels; larger groups are cut, so that memory does not grow with them
_BATCH = 1 << 18  # pixels in one batch, at most (one crop may be larger)

Crop = tuple[Slices, Slices, np.ndarray]  # what the net sees, the box of the hole in it, and its pixels


def fill_by_network(image: np.ndarray, hole: np.ndarray, model: InpaintingModel, unseen: Packed | None = None) -> None:
    """Fill holes in place; no pixel outside them is changed.

    Near holes share a crop with ``CONTEXT`` pixels around it; crops of equal size go through the net together. A group
    too large for one crop is cut into blocks that are filled one after the other, each seeing what the ones before have
    made, so that no seam shows. The inside of wide holes is filled in smaller sizes first, and known then. A page of
    which nothing is known stays as it is.

    Args:
        image: H W 3 RGB or H W 1 grey, uint8 or uint16.
        hole: H W uint8, 1 = to fill; 0 afterwards where it was filled.
        model: the net.
        unseen: H W, known pixels that the net is not to see, as long as it sees others.
    """
    batches: list[list[Crop]] = []
    whole: list[Crop] = []
    for slices, own in groups(hole, _GAP):
        fill_inside(image, hole, slices, own, partial(fill_by_network, model=model), unseen)
        cut = parts(slices, own, _BLOCK)
        crops = [(window(part, image.shape[:2], model.stride), part, pixels) for part, pixels in cut]
        if len(crops) == 1:
            whole += crops
        else:
            batches += [[crop] for crop in crops]
    for (height, width), equal in groupby(sorted(whole, key=_size), key=_size):
        crops, step = list(equal), max(1, _BATCH // (height * width))
        batches += [crops[start : start + step] for start in range(0, len(crops), step)]
    while batches:
        # What has nothing known around it may have once its neighbours are filled.
        left = [blind for batch in batches if (blind := _fill(image, hole, batch, model, unseen))]
        if sum(map(len, left)) == sum(map(len, batches)):
            return
        batches = left


def window(slices: Slices, size: tuple[int, int], stride: int) -> Slices:
    """The box with ``CONTEXT`` pixels around it, within the page, its sides grown to multiples of twice the stride.

    Equal sizes make larger batches. Where the page is smaller than that, the window is all of it.
    """
    sides = []
    for side, extent in zip(slices, size, strict=True):
        wanted = side.stop - side.start + 2 * CONTEXT
        wanted = -(-wanted // (2 * stride)) * 2 * stride
        start = min(max((side.start + side.stop - wanted) // 2, 0), max(extent - wanted, 0))
        sides.append(slice(start, min(start + wanted, extent)))
    return sides[0], sides[1]


def _size(crop: Crop) -> tuple[int, int]:
    rows, columns = crop[0]
    return rows.stop - rows.start, columns.stop - columns.start


def _fill(
    image: np.ndarray, hole: np.ndarray, crops: Sequence[Crop], model: InpaintingModel, unseen: Packed | None
) -> list[Crop]:
    """Fill crops of one size as one batch; returns those in which nothing is known, which are left as they are."""
    blind = [crop for crop in crops if hole[crop[0]].all()]
    crops = [crop for crop in crops if not hole[crop[0]].all()]
    if not crops:
        return blind
    height, width = _size(crops[0])
    size = len(crops), -(-height // model.stride) * model.stride, -(-width // model.stride) * model.stride
    # What reaches over the page's edge is hole, which no known pixel depends on.
    images, masks = np.zeros((*size, 3), np.uint8), np.ones(size, np.uint8)
    for number, (seen, _, _) in enumerate(crops):
        images[number, :height, :width], masks[number, :height, :width] = in_8_bits(image[seen]), hole[seen]
        if unseen is not None and not (hidden := masks[number, :height, :width] | unseen[seen]).all():
            masks[number, :height, :width] = hidden
    go_on()
    filled = model(images, masks, image.dtype)
    if image.shape[2] == 1:
        filled = from_levels(to_levels(filled).mean(3, keepdims=True), image.dtype)
    for number, (seen, slices, own) in enumerate(crops):
        top, left = slices[0].start - seen[0].start, slices[1].start - seen[1].start
        result = filled[number, top : top + own.shape[0], left : left + own.shape[1]]
        np.copyto(image[slices], result, where=own[..., None] != 0)
    for _, slices, own in crops:
        hole[slices][own != 0] = 0
    return blind

"""Finds the lettering of a whole page, tile by tile, and where the model can, coarsely first and then finer."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.finding.pyramid import doubled, enlarged, halved, whole_steps
from textrm.page.finding.thick import with_thick_strokes
from textrm.page.group import Slices, blocks
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.tile import tile_pixels

TILE = 1152  # a page of 1170 x 1654 is two tiles
SEEN = 8  # of 255: where a coarser look says less, the finer ones do not look; what is none is told by words
CONTEXT = 24  # pixels around what a finer look is for
_SURE = 8  # pixels around it where what that look says counts
_GAP = 24  # pixels; what is nearer is looked at together
_BLOCK = 512  # pixels; the longest side of what is looked at at once


def segment(image: np.ndarray, model: SegmentationModel, tile: int = TILE) -> list[np.ndarray]:
    """The probability of lettering of every pixel, as each look gave it.

    A model of one look is asked once, and the list has one map. One of several looks is shown the members of the page's
    pyramid from small to large, each with what it said of the one before: those of
    :func:`~textrm.page.finding.pyramid.whole_steps` whole, the next larger one only where it said ``SEEN`` or more,
    and with its thick strokes (:func:`~textrm.page.finding.thick.with_thick_strokes`).
    Members beyond that one are not looked at: what was seen is enlarged, so that a page scanned at twice the size gives
    much the same mask. Tiles are cut as :func:`~textrm.page.tile.tile_pixels` does.

    Args:
        image: H W 3 uint8 RGB.
        model: the model to ask.
        tile: side of the largest square tile in pixels; memory grows with its square.

    Returns:
        Maps of uint8, 0 = surely none, 255 = surely lettering: H W, then at 1/2, 1/4, … of the page.
    """
    if model.looks == 1:
        prob = np.zeros(image.shape[:2], np.uint8)
        for part, pixels in tile_pixels(image, tile, model.stride):
            prob[part.core] = cv2.convertScaleAbs(model(pixels)[part.inner()], alpha=255)
        return [prob]
    steps = whole_steps(*image.shape[:2])
    members = [image]
    while len(members) <= steps[0]:
        members.append(halved(members[-1]))
    maps: list[np.ndarray] = []
    for step in range(steps[0], -1, -1):
        member = members.pop()
        prior = maps[0] if maps else None
        if step in steps:
            maps.insert(0, _whole(member, prior, model, tile))
        elif step == steps[-1] - 1:
            maps.insert(0, with_thick_strokes(_where_seen(member, maps[0], model), maps[0], member))
        else:
            maps.insert(0, enlarged(maps[0], *member.shape[:2]))
    return maps


def _whole(image: np.ndarray, coarser: np.ndarray | None, model: SegmentationModel, tile: int) -> np.ndarray:
    height, width = image.shape[:2]
    prior = np.full((height, width), model.unknown, np.uint8) if coarser is None else doubled(coarser, height, width)
    prob = np.zeros((height, width), np.uint8)
    for part, planes in tile_pixels(cv2.merge([*cv2.split(image), prior]), tile, model.stride):
        found = model(planes[..., :3], planes[..., 3])
        prob[part.core] = cv2.convertScaleAbs(found[part.inner()], alpha=255)
    return prob


def _where_seen(image: np.ndarray, coarser: np.ndarray, model: SegmentationModel) -> np.ndarray:
    height, width = image.shape[:2]
    prob = np.zeros((height, width), np.uint8)
    seen = cv2.threshold(coarser, SEEN - 1, 1, cv2.THRESH_BINARY)[1]
    for (above, beside), _ in blocks(seen, _GAP // 2, _BLOCK // 2):
        slices = slice(2 * above.start, 2 * above.stop), slice(2 * beside.start, 2 * beside.stop)
        window = _grown(slices, CONTEXT, height, width, model.stride)
        pixels, prior = image[window], doubled(coarser, height, width, window)
        below, right = (-side % model.stride for side in pixels.shape[:2])
        if below or right:
            pixels = cv2.copyMakeBorder(pixels, 0, below, 0, right, cv2.BORDER_REFLECT_101)
            prior = cv2.copyMakeBorder(prior, 0, below, 0, right, cv2.BORDER_REFLECT_101)
        core = _grown(slices, _SURE, height, width, 1)
        rows, columns = (slice(own.start - whole.start, own.stop - whole.start)
                         for own, whole in zip(core, window, strict=True))  # fmt: skip
        found = cv2.convertScaleAbs(model(pixels, prior)[rows, columns], alpha=255)
        np.maximum(prob[core], found, out=prob[core])
    return prob


def _grown(slices: Slices, by: int, height: int, width: int, multiple: int) -> Slices:
    """The box with ``by`` pixels more on every side, within the picture; it begins at multiples of ``multiple``."""
    starts = [max(side.start - by, 0) // multiple * multiple for side in slices]
    lengths = [-(-(side.stop + by - start) // multiple) * multiple for side, start in zip(slices, starts, strict=True)]
    rows, columns = (slice(start, min(start + length, extent))
                     for start, length, extent in zip(starts, lengths, (height, width), strict=True))  # fmt: skip
    return rows, columns

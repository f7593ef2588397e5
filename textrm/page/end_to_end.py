"""The other way of one page in memory: one model from the lettered page to the clean one."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.finding.mask import find_lettering
from textrm.page.finding.segment import TILE
from textrm.page.models.cleaner import Cleaner
from textrm.page.models.model import check_image
from textrm.page.pipeline import Result
from textrm.page.tile import tile_pixels


def clean_end_to_end(
    image: np.ndarray,
    cleaner: Cleaner | None = None,
    *,
    threshold: float | None = None,
    min_area: int = 12,
    tile: int = TILE,
    out: np.ndarray | None = None,
    seen: np.ndarray | None = None,
) -> Result:
    """Take the lettering out of a page with one model.

    The page is shown to the model in tiles as :func:`~textrm.page.tile.tile_pixels` cuts them. Of what the model draws
    those pixels are taken that it blends in with a share of ``keep`` or more (the model states it); all others are
    bit-identical to the page.

    Args:
        image: H W 3 uint8 RGB, at least 1 x 1.
        cleaner: the model, or None for the released one.
        threshold: blend above which a pixel is called lettering, in (0, 1); None for the model's own. It decides
            ``mask`` and ``regions`` of the result, not the picture.
        min_area: places where the model would change fewer pixels are left alone.
        tile: side of the largest square tile in pixels; the model's memory grows with its square.
        out: H W 3 uint8 that takes the cleaned picture; may be ``image`` itself.
        seen: not used: the model draws in the colours of ``image``, whatever space they are of.

    Returns:
        As of :func:`textrm.page.clean`; ``prob`` is the blend times 255.

    Raises:
        UserError: when an argument is out of its range, or the model cannot be used.
    """
    check_image(image)
    if threshold is not None and not 0 < threshold < 1:
        raise UserError(f"threshold is {threshold}; expected a probability between 0 and 1")
    cleaner = cleaner or released_cleaner()
    prob, own = (np.zeros(image.shape[:2], np.uint8) for _ in range(2))
    drawn = np.empty_like(image)  # not `out`: the next tile sees this one's pixels as they were
    for part, pixels in tile_pixels(image, tile, cleaner.stride):
        clean, blend = (plane[part.inner()] for plane in cleaner(pixels))
        drawn[part.core], own[part.core] = clean, np.where(blend < cleaner.keep, 0, 255)
        prob[part.core] = cv2.convertScaleAbs(blend, alpha=255)
    filled, _ = find_lettering(own, 0.5, min_area=min_area)
    mask, regions = find_lettering(prob * filled, threshold or cleaner.threshold, min_area=min_area)
    if out is None:
        out = image.copy()
    elif out is not image:
        np.copyto(out, image)
    np.copyto(out, drawn, where=filled[..., None] != 0)
    return Result(out, mask, filled, prob, regions)


@cache
def released_cleaner() -> Cleaner:
    """The released model, opened once.

    Raises:
        UserError: when the installation holds no weights.
    """
    return Cleaner()

"""The other way of cleaning a page in memory: one model from the lettered page to the clean one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.cleaning import ByHand, Result, check_pictures, copied
from textrm.page.finding.mask import find_lettering
from textrm.page.finding.segment import TILE
from textrm.page.models.cleaner import CleaningModel
from textrm.page.tile import check_side, tile_pixels
from textrm.pictures.stored import put_back, to_rgb

_MODES = {1: "L", 3: "RGB", 4: "CMYK"}


class EndToEnd:
    """Cleans pages with one model, which draws them clean; called as a :class:`~textrm.page.cleaning.Cleaning`.

    The page is shown to the model in tiles as :func:`~textrm.page.tile.tile_pixels` cuts them. Of what the model draws
    those pixels are taken that it blends in with a share of ``keep`` or more (the model states it); all others are
    bit-identical to the page. Of a result ``prob`` is the blend times 255.

    Args:
        model: the model, or None for the released one.
        threshold: blend above which a pixel is called lettering, in (0, 1); None for the model's own. It decides
            ``mask`` and ``regions`` of a result, not the picture.
        min_area: places where the model would change fewer pixels are left alone.
        tile: side of the largest square tile in pixels; the model's memory grows with its square.

    Raises:
        UserError: when an argument is out of its range, or the released model cannot be had.
    """

    def __init__(self, model: CleaningModel | None = None, *, threshold: float | None = None, min_area: int = 12,
                 tile: int = TILE) -> None:  # fmt: skip
        if threshold is not None and not 0 < threshold < 1:
            raise UserError(f"threshold is {threshold}; expected a probability between 0 and 1")
        self.model = model or released_cleaner()
        check_side(tile, self.model.stride)
        self.threshold = self.model.threshold if threshold is None else threshold
        self.min_area, self.tile = min_area, tile

    @classmethod
    def opened(cls, model: Path | str | None = None, threads: int | None = None, **options: Any) -> EndToEnd:
        """With the model from an ONNX file, None for the released one, on so many processor threads, None for all.

        Raises:
            UserError: when the model cannot be used, or an option is out of its range.
        """
        return cls(CleaningModel(model, threads), **options)

    def __call__(
        self, image: np.ndarray, out: np.ndarray | None = None, seen: np.ndarray | None = None,
        by_hand: ByHand | None = None,
    ) -> Result:  # fmt: skip
        """Clean one page; ``seen`` is not used: the model draws in the colours of ``image``, of whatever space.

        It draws in RGB of 8 bits, which :func:`textrm.pictures.stored.put_back` turns into ink or 16 bits. Masks by
        hand are refused: it fills none.
        """
        check_pictures(image, seen)
        if by_hand is not None:
            raise UserError("end-to-end cleaning makes and fills no mask; expected none by hand: use SegmentAndFill")
        mode = _MODES[image.shape[2]]
        shown = image if image.shape[2:] == (3,) and image.dtype == np.uint8 else to_rgb(image, mode, None)
        prob, own = (np.zeros(image.shape[:2], np.uint8) for _ in range(2))
        drawn = np.empty_like(shown)  # not `out`: the next tile sees this one's pixels as they were
        for part, pixels in tile_pixels(shown, self.tile, self.model.stride):
            clean, blend = (plane[part.inner()] for plane in self.model(pixels))
            drawn[part.core], own[part.core] = clean, np.where(blend < self.model.keep, 0, 255)
            prob[part.core] = cv2.convertScaleAbs(blend, alpha=255)
        filled, _ = find_lettering(own, 0.5, min_area=self.min_area)
        mask, regions = find_lettering(prob * filled, self.threshold, min_area=self.min_area)
        out = copied(image, out)
        put_back(out[..., 0] if mode == "L" else out, mode, None, drawn, filled)
        return Result(out, mask, filled, prob, regions)


def clean_end_to_end(
    image: np.ndarray, model: CleaningModel | None = None,
    *, out: np.ndarray | None = None, seen: np.ndarray | None = None, **options: Any,
) -> Result:  # fmt: skip
    """Clean one page in one call, with the released model unless another is given.

    Arguments and errors are those of :class:`EndToEnd` and of its call.
    """
    return EndToEnd(model, **options)(image, out, seen)


@cache
def released_cleaner() -> CleaningModel:
    """The released model, opened once.

    Raises:
        UserError: when the installation holds no weights.
    """
    return CleaningModel()

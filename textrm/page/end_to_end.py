"""The other way of cleaning a page in memory: one model from the lettered page to the clean one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.cleaning import ByHand, Result, check_pictures, copied
from textrm.page.filling.how_filled import NETWORK, count
from textrm.page.finding.find import find
from textrm.page.finding.mask import find_lettering, widen
from textrm.page.finding.segment import TILE
from textrm.page.flat_ground import draw_flat_ground
from textrm.page.models.cleaner import CleaningModel
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.models.session import CPU
from textrm.page.segment_and_fill import released_segmenter, suitable_growth
from textrm.page.tile import check_side, tile_pixels
from textrm.pictures.stored import put_back, to_rgb

_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_AROUND = 3  # pixels around a word in which the edge of its letters lies
_AGREED = 0.2  # share of a place that words must cover: letters of drop shadow and glow are the smaller part of theirs


class EndToEnd:
    """Cleans pages with one model, which draws them clean; called as a :class:`~textrm.page.cleaning.Cleaning`.

    The page is shown to the model in tiles as :func:`~textrm.page.tile.tile_pixels` cuts them. Of what the model draws
    those pixels are taken that it blends in with a share of ``keep`` or more (the model states it); all others are
    bit-identical to the page. Of a result ``prob`` is the blend times 255.

    Where a ``finder`` is there, it looks at the page too, and a place that the model would change, connected pixels of
    it, is changed whole if the finder's words lie there, and else stays whole: eyes and buttons of a drawing look like
    letters to a net that judges them pixel by pixel. A word that the finder alone would leave as doubtful is enough.
    What stays has ``prob`` 0. Words on flat ground get exactly its colour, and what compression left beside them goes.
    ``how`` of a result counts as the net's what the model drew.

    Args:
        model: the model, or None for the released one, which comes with the released finder.
        finder: a segmenter whose words must agree; None for none with a model of one's own.
        threshold: blend above which a pixel is called lettering, in (0, 1); None for the model's own. It decides
            ``mask`` and ``regions`` of a result, not the picture.
        min_area: places where the model would change fewer pixels are left alone.
        tile: side of the largest square tile in pixels; the model's memory grows with its square.

    Raises:
        UserError: when an argument is out of its range, or the released model cannot be had.
    """

    def __init__(self, model: CleaningModel | None = None, *, finder: SegmentationModel | None = None,
                 threshold: float | None = None, min_area: int = 12, tile: int = TILE) -> None:  # fmt: skip
        if threshold is not None and not 0 < threshold < 1:
            raise UserError(f"threshold is {threshold}; expected a probability between 0 and 1")
        self.model = model or released_cleaner()
        self.finder = finder or (released_segmenter() if model is None else None)
        check_side(tile, max(self.model.stride, self.finder.stride if self.finder else 1))
        self.threshold = self.model.threshold if threshold is None else threshold
        self.min_area, self.tile = min_area, tile

    @classmethod
    def opened(
        cls, model: Path | str | None = None, threads: int | None = None, *, device: str = CPU, **options: Any
    ) -> EndToEnd:
        """With the model from an ONNX file, None for the released one, on so many processor threads, None for all.

        The released one comes with the released finder. ``device`` is what runs the nets, one of
        :data:`~textrm.page.models.session.DEVICES`.

        Raises:
            UserError: when the model cannot be used, or an option is out of its range.
        """
        if model is None:
            options = {"finder": SegmentationModel(None, threads, device)} | options
        return cls(CleaningModel(model, threads, device), **options)

    def __call__(
        self, image: np.ndarray, out: np.ndarray | None = None, seen: np.ndarray | None = None,
        by_hand: ByHand | None = None,
    ) -> Result:  # fmt: skip
        """Clean one page; the model draws in the colours of ``image``, of whatever space, the finder looks at ``seen``.

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
        words = None
        if self.finder and own.any():
            half_sure = self.finder.threshold / 2  # the net is for it, too
            looked_at = shown if seen is None else seen
            words = find(looked_at, self.finder, half_sure, None, self.min_area, self.tile).mask
            going = agreed(own, words)
            prob[own != going] = 0
            own = going
        filled, _ = find_lettering(own, 0.5, min_area=self.min_area)
        by = filled * np.uint8(NETWORK)
        if words is not None:
            sure = prob > int(self.model.threshold * 255)
            filled, by = draw_flat_ground(shown, drawn, filled, words, sure, suitable_growth(shown))
        mask, regions = find_lettering(prob * filled, self.threshold, min_area=self.min_area)
        out = copied(image, out)
        put_back(out[..., 0] if mode == "L" else out, mode, None, drawn, filled)
        return Result(out, mask, filled, prob, regions, how=count(filled, by))


def agreed(places: np.ndarray, words: np.ndarray) -> np.ndarray:
    """The places that words agree to, whole; the others are 0.

    Args:
        places: H W uint8, not 0 = a pixel would be changed; connected ones are a place.
        words: H W uint8 in {0, 1}, 1 = lettering.
    """
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(places, connectivity=8, ltype=cv2.CV_32S)
    covered = np.bincount(labels[widen(words, _AROUND) != 0], minlength=count)
    agree = covered >= _AGREED * boxes[:, cv2.CC_STAT_AREA]
    return np.multiply(places, agree[labels], dtype=np.uint8)


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

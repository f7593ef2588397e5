"""One way of cleaning a page in memory: a segmenter finds the lettering, and what it covered is filled."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from textrm.errors import UserError
from textrm.page.by_hand import as_found, change
from textrm.page.cleaning import ByHand, Result, check_pictures, copied
from textrm.page.filling.fill import FILLS, NEEDS_MODEL
from textrm.page.filling.hole import AROUND
from textrm.page.filling.how_filled import HowFilled
from textrm.page.filling.lettering import fill_lettering
from textrm.page.filling.plates import fill_plates
from textrm.page.finding.find import Found, find
from textrm.page.finding.mask import Region
from textrm.page.finding.segment import TILE
from textrm.page.kinds.choice import kinds_that_go, parted
from textrm.page.models.inpainter import InpaintingModel
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.models.session import CPU
from textrm.page.tile import check_side


class SegmentAndFill:
    """Cleans pages: a segmenter makes the mask, which is filled; called as a :class:`~textrm.page.cleaning.Cleaning`.

    Args:
        model: the segmenter, or None for the released one.
        inpainter: the inpainting net of ``fill`` = auto or network, or None for the released one.
        threshold: score above which a word is lettering, in (0, 1); None for the model's own. For a model of one look:
            the probability above which a pixel is.
        low: probability above which a pixel belongs to such a word; None for the model's own, which may be none.
        grow: pixels by which the mask is widened before it is filled; None for a value that suits the page's size.
        min_area: words with fewer pixels of lettering are left alone.
        fill: how to fill; see :func:`textrm.page.filling.fill.fill_holes`.
        tile: side of the largest tile in pixels.
        remove: kinds of words that go, of :data:`~textrm.data.sample.KINDS`, or "all"; None for all but credits and
            watermarks. What a mask by hand shows goes whatever it is.
        keep: kinds that stay.

    Raises:
        UserError: when an argument is out of its range, or a released model cannot be had.
    """

    def __init__(
        self,
        model: SegmentationModel | None = None,
        inpainter: InpaintingModel | None = None,
        *,
        threshold: float | None = None,
        low: float | None = None,
        grow: int | None = None,
        min_area: int = 12,
        fill: str = "auto",
        tile: int = TILE,
        remove: Collection[str] | None = None,
        keep: Collection[str] = (),
    ) -> None:
        _check(threshold, low, grow, fill)
        self.go = kinds_that_go(remove, keep)
        self.model = model or released_segmenter()
        check_side(tile, self.model.stride)
        self.inpainter = (inpainter or released_inpainter()) if fill in NEEDS_MODEL else None
        self.threshold = self.model.threshold if threshold is None else threshold
        self.low, self.grow, self.min_area, self.fill, self.tile = low, grow, min_area, fill, tile

    @classmethod
    def opened(
        cls, model: Path | str | None = None, fill_model: Path | str | None = None, threads: int | None = None,
        *, fill: str = "auto", device: str = CPU, **options: Any,
    ) -> SegmentAndFill:  # fmt: skip
        """With models from files.

        Args:
            model: ONNX file of a segmenter, None for the released one.
            fill_model: ONNX file of an inpainting net, None for the released one; opened only where ``fill`` needs it.
            threads: processor threads, None for all.
            fill: as of the class, as are the other options.
            device: what runs the nets, one of :data:`~textrm.page.models.session.DEVICES`.
            options: see there.

        Raises:
            UserError: when a model cannot be used, or an option is out of its range.
        """
        segmenter = SegmentationModel(model, threads, device)
        inpainter = InpaintingModel(fill_model, threads, device) if fill in NEEDS_MODEL else None
        return cls(segmenter, inpainter, fill=fill, **options)

    def __call__(
        self, image: np.ndarray, out: np.ndarray | None = None, seen: np.ndarray | None = None,
        by_hand: ByHand | None = None,
    ) -> Result:  # fmt: skip
        """Clean one page; the segmenter looks at ``seen`` where it is given, the filling at ``image``."""
        check_pictures(image, seen)
        by_hand = by_hand or ByHand()
        by_hand.check(image.shape)
        shown = image if seen is None else seen
        if by_hand.mask is None:
            found, regions, kept = self.look(shown)
        else:
            found = as_found(shown, by_hand.mask.copy())
            regions, kept = found.regions, []
        before = image.copy() if out is image and by_hand.erase is not None else image
        out = copied(image, out)
        edge, how = suitable_growth(image), HowFilled()
        filled = self._take_out(edge, how, out, found.mask)
        result = Result(out, found.mask, filled, found.prob, regions, found.doubtful, how, kept)
        if by_hand.add is None and by_hand.erase is None:
            return result
        return self.mend(result, before, before if seen is None else seen, by_hand, edge)

    def mend(self, result: Result, page: np.ndarray, shown: np.ndarray, by_hand: ByHand, edge: int) -> Result:
        """A cleaned page, or a part of one, changed in place by ``by_hand``; only what it changes is filled again.

        Args:
            result: as of :func:`~textrm.page.by_hand.change`, as are ``page``, ``shown`` and ``by_hand``.
            page: see there.
            shown: see there.
            by_hand: see there.
            edge: what :func:`suitable_growth` says of the whole page.
        """
        take_out = partial(self._take_out, edge, result.how or HowFilled())
        return change(result, page, shown, by_hand, take_out, self.reach(edge))

    def reach(self, edge: int) -> int:
        """Pixels from lettering to the farthest pixel of its hole; ``edge`` is as of :meth:`mend`."""
        return self._radius(edge) + AROUND * edge

    def _radius(self, edge: int) -> int:
        return edge if self.grow is None else self.grow

    def _take_out(self, edge: int, how: HowFilled, picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
        fill = fill_plates if picture.shape[2] == 4 else fill_lettering
        filled, by = fill(picture, mask, self._radius(edge), edge, self.fill, self.inpainter)
        how.add(by)
        return filled

    def look(self, shown: np.ndarray) -> tuple[Found, list[Region], list[Region]]:
        """What is found in H W 3 uint8 RGB, with the words that go and those that are kept for their kind."""
        found = find(shown, self.model, self.threshold, self.low, self.min_area, self.tile)
        return found, *parted(found.mask, found.prob, found.regions, self.go)


def clean(
    image: np.ndarray, model: SegmentationModel | None = None, inpainter: InpaintingModel | None = None,
    *, out: np.ndarray | None = None, seen: np.ndarray | None = None, by_hand: ByHand | None = None, **options: Any,
) -> Result:  # fmt: skip
    """Clean one page in one call, with the released models unless others are given.

    Arguments and errors are those of :class:`SegmentAndFill` and of its call.
    """
    return SegmentAndFill(model, inpainter, **options)(image, out, seen, by_hand)


def suitable_growth(image: np.ndarray) -> int:
    """How far soft edges of letters reach: 2 px on a page 1000 px wide, more on larger scans, at most 8."""
    return int(np.clip(round(min(image.shape[:2]) * 0.0025), 2, 8))


@cache
def released_segmenter() -> SegmentationModel:
    """The released segmenter, opened once.

    Raises:
        UserError: when the installation holds no weights.
    """
    return SegmentationModel()


@cache
def released_inpainter() -> InpaintingModel:
    """The released inpainting net, opened once.

    Raises:
        UserError: when the installation holds no weights.
    """
    return InpaintingModel()


def _check(threshold: float | None, low: float | None, grow: int | None, fill: str) -> None:
    for name, value in (("threshold", threshold), ("low", low)):
        if value is not None and not 0 < value < 1:
            raise UserError(f"{name} is {value}; expected a probability between 0 and 1")
    if grow is not None and not 0 <= grow <= 64:
        raise UserError(f"grow is {grow}; expected 0 to 64 pixels")
    if fill not in FILLS:
        raise UserError(f"fill is {fill}; expected one of {', '.join(FILLS)}")

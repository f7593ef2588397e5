"""The whole way of one page in memory: segment, make the mask, fill."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from textrm.errors import UserError
from textrm.page.filling.fill import METHODS, NEEDS_MODEL, fill_holes
from textrm.page.finding.find import find
from textrm.page.finding.mask import Region, widen
from textrm.page.finding.segment import TILE
from textrm.page.models.inpainter import Inpainter
from textrm.page.models.model import check_image
from textrm.page.models.segmenter import Segmenter


@dataclass(frozen=True, slots=True)
class Result:
    """A cleaned page.

    ``image`` is H W 3 uint8 RGB without lettering; ``mask`` H W uint8 in {0, 1}, 1 = lettering; ``filled`` the mask
    grown, 1 = may differ from the page (all other pixels are bit-identical); ``prob`` H W uint8, the probability of
    lettering times 255; ``regions`` are words and lines from top to bottom, ``doubtful`` words
    that were left, which a person may look at.
    """

    image: np.ndarray
    mask: np.ndarray
    filled: np.ndarray
    prob: np.ndarray
    regions: list[Region]
    doubtful: list[Region] = field(default_factory=list)


def clean(
    image: np.ndarray,
    model: Segmenter | None = None,
    inpainter: Inpainter | None = None,
    *,
    threshold: float | None = None,
    low: float | None = None,
    grow: int | None = None,
    min_area: int = 12,
    fill: str = "auto",
    tile: int = TILE,
    out: np.ndarray | None = None,
    seen: np.ndarray | None = None,
) -> Result:
    """Take the lettering out of a page.

    Args:
        image: H W 3 uint8 RGB, at least 1 x 1.
        model: the segmenter, or None for the released one.
        inpainter: the inpainting net of ``fill`` = auto or network, or None for the released one.
        threshold: score above which a word is lettering, in (0, 1); None for the model's own. For a model of one look:
            the probability above which a pixel is.
        low: probability above which a pixel belongs to such a word; None for the model's own, which may be none.
        grow: pixels by which the mask is widened before it is filled; None for a value that suits the page's size.
        min_area: words with fewer pixels of lettering are left alone.
        fill: how to fill; see :func:`textrm.page.filling.fill.fill_holes`.
        tile: side of the largest tile in pixels.
        out: H W 3 uint8 that takes the cleaned picture; may be ``image`` itself, which saves its memory.
        seen: ``image`` in sRGB, which the segmenter looks at, where its own colours are others; None for ``image``.

    Raises:
        UserError: when an argument is out of its range, or the model cannot be used.
    """
    _check(image, threshold, low, grow, fill)
    model = model or released_segmenter()
    if fill in NEEDS_MODEL:
        inpainter = inpainter or released_inpainter()
    found = find(image if seen is None else seen, model, threshold, low, min_area, tile)
    filled = widen(found.mask, suitable_growth(image) if grow is None else grow)
    if out is None:
        out = image.copy()
    elif out is not image:
        np.copyto(out, image)
    fill_holes(out, filled, fill, inpainter)
    return Result(out, found.mask, filled, found.prob, found.regions, found.doubtful)


def suitable_growth(image: np.ndarray) -> int:
    """How far soft edges of letters reach: 2 px on a page 1000 px wide, more on larger scans, at most 8."""
    return int(np.clip(round(min(image.shape[:2]) * 0.0025), 2, 8))


@cache
def released_segmenter() -> Segmenter:
    """The released segmenter, opened once.

    Raises:
        UserError: when the installation holds no weights.
    """
    return Segmenter()


@cache
def released_inpainter() -> Inpainter:
    """The released inpainting net, opened once.

    Raises:
        UserError: when the installation holds no weights.
    """
    return Inpainter()


def _check(image: np.ndarray, threshold: float | None, low: float | None, grow: int | None, fill: str) -> None:
    check_image(image)
    for name, value in (("threshold", threshold), ("low", low)):
        if value is not None and not 0 < value < 1:
            raise UserError(f"{name} is {value}; expected a probability between 0 and 1")
    if grow is not None and not 0 <= grow <= 64:
        raise UserError(f"grow is {grow}; expected 0 to 64 pixels")
    if fill not in METHODS:
        raise UserError(f"fill is {fill}; expected one of {', '.join(METHODS)}")

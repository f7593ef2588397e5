"""The ways of cleaning a page, each with its models open: what commands and measurements call alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from textrm.page.end_to_end import clean_end_to_end
from textrm.page.filling.fill import NEEDS_MODEL
from textrm.page.finding.segment import TILE
from textrm.page.models.cleaner import Cleaner
from textrm.page.models.inpainter import Inpainter
from textrm.page.models.segmenter import Segmenter
from textrm.page.pipeline import Result, clean
from textrm.page.tile import check_side


@dataclass(frozen=True, slots=True)
class PageMethod:
    """A way of cleaning: ``clean(image, out=None, seen=None)``, arguments and errors as of :func:`textrm.page.clean`.

    ``model`` is what finds the lettering, ``threshold`` the probability above which a pixel is called lettering.
    """

    clean: Callable[..., Result]
    model: Segmenter | Cleaner
    threshold: float


def segment_and_fill(
    model: Path | str | None = None, fill_model: Path | str | None = None, threads: int | None = None,
    *, fill: str = "auto", threshold: float | None = None, tile: int = TILE, **options: Any,
) -> PageMethod:  # fmt: skip
    """A segmenter makes the mask, which is filled.

    Args:
        model: ONNX file of a segmenter, None for the released one.
        fill_model: ONNX file of an inpainting net, None for the released one; opened only where ``fill`` needs it.
        threads: processor threads, None for all.
        fill: as of :func:`textrm.page.clean`, as are ``threshold``, ``tile`` and the other options.
        threshold: see there.
        tile: see there.
        options: see there.

    Raises:
        UserError: when a model cannot be used, or the tile is too small for it.
    """
    segmenter = Segmenter(model, threads)
    inpainter = Inpainter(fill_model, threads) if fill in NEEDS_MODEL else None
    check_side(tile, segmenter.stride)
    own = segmenter.threshold if threshold is None else threshold
    call = partial(clean, model=segmenter, inpainter=inpainter, fill=fill, threshold=own, tile=tile, **options)
    return PageMethod(call, segmenter, own)


def end_to_end(
    model: Path | str | None = None, threads: int | None = None,
    *, threshold: float | None = None, tile: int = TILE, **options: Any,
) -> PageMethod:  # fmt: skip
    """One model draws the clean page.

    Args:
        model: ONNX file of a cleaning model, None for the released one.
        threads: processor threads, None for all.
        threshold: as of :func:`textrm.page.end_to_end.clean_end_to_end`, as are ``tile`` and the other options.
        tile: see there.
        options: see there.

    Raises:
        UserError: when the model cannot be used, or the tile is too small for it.
    """
    cleaner = Cleaner(model, threads)
    check_side(tile, cleaner.stride)
    own = cleaner.threshold if threshold is None else threshold
    return PageMethod(partial(clean_end_to_end, cleaner=cleaner, threshold=own, tile=tile, **options), cleaner, own)

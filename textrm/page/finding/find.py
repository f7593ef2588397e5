"""Finds the words of a page: looks, groups and decides."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.finding.decide import find_words
from textrm.page.finding.even_screens import without_even_screens
from textrm.page.finding.mask import Region, find_lettering
from textrm.page.finding.segment import TILE, segment
from textrm.page.kinds.tell import with_kinds
from textrm.page.models.segmenter import SegmentationModel


@dataclass(frozen=True, slots=True)
class Found:
    """The lettering of a page.

    ``mask`` is H W uint8 in {0, 1}, 1 = lettering; ``prob`` H W uint8, its probability times 255 as the finest look
    gave it, but above 127 in the mask of a model of several looks and not above it elsewhere; ``regions`` are the words
    of the mask, ``doubtful`` those that were left, both from top to bottom.
    """

    mask: np.ndarray
    prob: np.ndarray
    regions: list[Region]
    doubtful: list[Region]


def find(
    image: np.ndarray,
    model: SegmentationModel,
    threshold: float | None = None,
    low: float | None = None,
    min_area: int = 12,
    tile: int = TILE,
) -> Found:
    """Find the lettering of H W 3 uint8 RGB; the arguments are those of :class:`textrm.page.SegmentAndFill`.

    A model of several looks decides word by word (:func:`~textrm.page.finding.decide.find_words`), one of one look
    pixel by pixel (:func:`~textrm.page.finding.mask.find_lettering`) and has no doubtful words. Both look at the page
    with its even dot screens painted grey (:func:`~textrm.page.finding.even_screens.without_even_screens`).
    """
    threshold = model.threshold if threshold is None else threshold
    low = model.low if low is None else low
    # A word's score and its pixels' probability are two things; of a model of one look they are one.
    lower = None if low is None else min(low, threshold) if model.looks == 1 else low
    bare = without_even_screens(image)
    maps = segment(bare, model, tile)
    prob = maps[0]
    doubtful: list[Region] = []
    if model.looks == 1:
        mask, regions = find_lettering(maps[0], threshold, lower, min_area)
    else:
        mask, regions, doubtful = find_words(bare, maps, threshold, lower, min_area, model.judge)
    if model.looks > 1:
        # What was decided shows in the probability: above one half is what goes.
        goes = mask.view(bool)
        np.maximum(prob, 128, out=prob, where=goes)
        np.minimum(prob, 127, out=prob, where=~goes)
    # Doubtful words are no part of the mask, and their strokes no part of the ground they stand on.
    ink = cv2.threshold(prob, int((lower or threshold) * 255), 1, cv2.THRESH_BINARY)[1]
    told = with_kinds(image, ink, regions + doubtful)
    return Found(mask, prob, told[: len(regions)], told[len(regions) :])

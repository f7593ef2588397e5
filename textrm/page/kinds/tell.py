"""Tells the kinds of the words of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from textrm.data.sample import KINDS
from textrm.page.finding.mask import Region
from textrm.page.kinds.classifier import released
from textrm.page.kinds.features import known_of


def with_kinds(image: np.ndarray, ink: np.ndarray, regions: Sequence[Region]) -> list[Region]:
    """The regions with their kinds, of :data:`~textrm.data.sample.KINDS`, and how probable these are.

    Args:
        image: H W 3 uint8 RGB, lettered.
        ink: H W uint8, 1 = a stroke of lettering, taken out or not.
        regions: all of this page.
    """
    classifier = released()
    shares = classifier(known_of(image, ink, regions))
    told = classifier.tell(shares)
    return [
        replace(region, kind=KINDS[number], kind_score=float(row[number]))
        for region, number, row in zip(regions, told.tolist(), shares, strict=True)
    ]

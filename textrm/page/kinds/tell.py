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
    """The regions with their kinds, of :data:`~textrm.data.sample.KINDS`, how probable these are, and what they go as.

    The kind is the most probable one. A word goes as the most probable kind that reaches its bar, so that dialogue
    does not stay because it looks a little more like a watermark than like anything else.

    Args:
        image: H W 3 uint8 RGB, lettered.
        ink: H W uint8, 1 = a stroke of lettering, taken out or not.
        regions: all of this page.
    """
    classifier = released()
    shares = classifier(known_of(image, ink, regions))
    return [
        replace(region, kind=KINDS[kind], kind_score=float(row[kind]), goes_as=KINDS[sure])
        for region, kind, sure, row in zip(
            regions, shares.argmax(1).tolist(), classifier.sure(shares).tolist(), shares, strict=True
        )
    ]

"""Writes what goes beside a clean page: contours to look at, regions to work with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from textrm.page.filling.how_filled import HowFilled
from textrm.page.finding.mask import Region

FORMAT = 5
"""The form of the JSON: 1 had no word, kind and doubtful, 2 no filled, 3 other kinds and no kind_score and kept.

4 had no left and holes in filled, strokes counted there as what they were drawn over too, and null end to end.
"""

_COLOUR = (255, 0, 96)  # seldom in print


def draw_overlay(image: np.ndarray, filled: np.ndarray, regions: list[Region]) -> np.ndarray:
    """A copy of the page, H W 3 uint8 RGB, with the outline of what is filled and the hull of each region."""
    drawn = image.copy()
    outlines, _ = cv2.findContours(filled, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, outlines, -1, _COLOUR, 1)
    cv2.polylines(drawn, [region.polygon for region in regions], True, (0, 96, 255), 1)
    return drawn


def regions_json(
    name: str, shape: tuple[int, ...], regions: Sequence[Region], doubtful: Sequence[Region] = (),
    kept: Sequence[Region] = (), how: HowFilled | None = None, **facts: Any,
) -> bytes:  # fmt: skip
    """The words of a page as JSON, in the form of :data:`FORMAT`.

    ``regions`` has the words that were taken out and those that were left: marked ``doubtful`` what may be lettering,
    marked ``kept`` what stays for its kind. ``word`` is their number on the page; ``kind`` is one of
    :data:`~textrm.data.sample.KINDS`, ``kind_score`` how probable that is; ``polygon`` lists x, y in pixels of the
    upright page, ``box`` is x0, y0, x1, y1 with x1, y1 outside, ``score`` what decided that it is a word, in [0, 1],
    and ``area`` the pixels of lettering. ``filled`` counts the pixels of the holes by what filled them, as
    :class:`~textrm.page.filling.how_filled.HowFilled` says; null where that is not known.
    """
    parts = ((regions, False, False), (doubtful, True, False), (kept, False, True))
    marked = [(region, left, stays) for part, left, stays in parts for region in part]
    entries = [
        {
            "word": number, "kind": region.kind, "kind_score": round(region.kind_score, 4),
            "score": round(region.score, 4), "doubtful": left, "kept": stays,
            "polygon": region.polygon.tolist(), "box": region.box, "area": region.area,
        }
        for number, (region, left, stays) in enumerate(marked, 1)
    ]  # fmt: skip
    size = {"width": shape[1], "height": shape[0]}
    filled = None if how is None else how.facts()
    page = {"format": FORMAT, "page": name, **size, **facts, "filled": filled, "regions": entries}
    # Bytes of a name that are no text become \\udc.., as JSON has it.
    return json.dumps(page, ensure_ascii=False).encode(errors="backslashreplace")

"""Lettering across the join of two strips: it is looked at in one piece, and each strip takes its own part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from textrm.page.cleaning import ByHand
from textrm.page.finding.mask import Region
from textrm.page.segment_and_fill import SegmentAndFill

TALL = 1.6
"""Pages at least this many times as high as wide are strips."""

_REACH = 0.5  # of the width: how far on both sides of a join is looked at
_ROWS = 256, 640  # at least and at most
_SAME = 24.0  # levels; mean difference up to which the rows on both sides continue each other
_PLAIN = 3.0  # levels; standard deviation up to which nothing runs through a row
_ACROSS = 2  # rows that a word has on both sides at least

Neighbour = Callable[[], np.ndarray | None]
"""Gives the next strip in H W 3 uint8 RGB, or None where it cannot be read."""


def across_joins(
    shown: np.ndarray, above: Neighbour | None, below: Neighbour | None, cleaning: SegmentAndFill,
    by_hand: ByHand | None = None,
) -> ByHand | None:  # fmt: skip
    """What is to be added and erased by hand so that words across the joins go whole, or stay whole.

    Both strips of a join come to the same decision, since they look at the same rows of both. What a person gave counts
    more; a strip with a mask instead of finding is left as it is.

    Args:
        shown: the strip, H W 3 uint8 RGB.
        above: the one that ends where this one begins.
        below: the one that begins where this one ends.
        cleaning: finds the words.
        by_hand: masks that a person made of the strip.

    Returns:
        ``by_hand`` itself where no word runs through a join.
    """
    if by_hand is not None and by_hand.mask is not None:
        return by_hand
    add, erase = (np.zeros(shown.shape[:2], np.uint8) for _ in range(2))
    for neighbour, is_above in ((above, True), (below, False)):
        if neighbour is None or _is_plain(shown[0 if is_above else -1]):
            continue
        other = neighbour()
        if other is None or other.shape[1] != shown.shape[1]:
            continue
        upper, lower = (other, shown) if is_above else (shown, other)
        if _is_plain(upper[-1]) or _is_plain(lower[0]) or not _continue(upper[-1], lower[0]):
            continue
        rows = _rows(shown.shape[1])
        upper, lower = upper[-rows:], lower[:rows]
        join = len(upper)
        goes, stays = _decide(np.concatenate([upper, lower]), join, cleaning)
        own, part = (slice(len(lower)), slice(join, None)) if is_above else (slice(-join, None), slice(join))
        add[own] |= goes[part]
        erase[own] |= stays[part]
    if not (add.any() or erase.any()):
        return by_hand
    given = by_hand or ByHand()
    if given.erase is not None:
        add &= 1 - given.erase
        erase |= given.erase
    if given.add is not None:
        erase &= 1 - given.add
        add |= given.add
    return replace(given, add=add, erase=erase)


def margins(shown: np.ndarray) -> np.ndarray:
    """What its neighbours look at of a strip, H W 3 uint8 RGB: its rows at both ends, those between left out."""
    rows = _rows(shown.shape[1])
    return shown if len(shown) <= 2 * rows else np.concatenate([shown[:rows], shown[-rows:]])


def are_parts(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two pages, of these widths and heights, may be parts of one strip: equally wide, and one is TALL."""
    return one[0] == other[0] and max(one[1], other[1]) >= TALL * one[0]


def _rows(width: int) -> int:
    return int(np.clip(width * _REACH, *_ROWS))


def _decide(both: np.ndarray, join: int, cleaning: SegmentAndFill) -> tuple[np.ndarray, np.ndarray]:
    """The strokes of words across row ``join`` that go, and where words lie across it that stay, uint8 in {0, 1}."""
    found, regions, kept = cleaning.look(both)
    goes, stays = _hulls(both, join, regions), _hulls(both, join, [*kept, *found.doubtful])
    return goes & found.mask, stays & (1 - found.mask)


def _hulls(both: np.ndarray, join: int, regions: list[Region]) -> np.ndarray:
    hulls = np.zeros(both.shape[:2], np.uint8)
    for region in regions:
        if region.box[1] <= join - _ACROSS and region.box[3] >= join + _ACROSS:
            cv2.fillConvexPoly(hulls, region.polygon, 1)
    return hulls


def _is_plain(row: np.ndarray) -> bool:
    return float(row.astype(np.float32).std(0).max()) <= _PLAIN


def _continue(row: np.ndarray, following: np.ndarray) -> bool:
    return float(np.abs(row.astype(np.float32) - following).mean()) <= _SAME

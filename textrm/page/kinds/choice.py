"""Which kinds of words go and which stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import cv2
import numpy as np

from textrm.data.sample import KINDS
from textrm.errors import UserError
from textrm.page.finding.mask import Region
from textrm.page.kinds.blocks import blocks_of, shapes_of

ALL = "all"
STAY = frozenset(("credit", "watermark"))
"""What stays unless it is asked for: licences demand that the artist is named."""


def kinds_that_go(remove: Collection[str] | None = None, keep: Collection[str] = ()) -> frozenset[str]:
    """The kinds to take out: ``remove``, for None all but STAY, without those of ``keep``.

    Args:
        remove: words of KINDS, or "all".
        keep: words of KINDS.

    Raises:
        UserError: for a word that is no kind, and where nothing would go.
    """
    for name, given, known in (("remove", remove or (), (ALL, *KINDS)), ("keep", keep, KINDS)):
        if unknown := [kind for kind in given if kind not in known]:
            raise UserError(f"{name}: there is no kind {unknown[0]!r}; expected {', '.join(known)}")
    chosen = set(KINDS) - STAY if remove is None else set(KINDS) if ALL in remove else set(remove)
    if not chosen - set(keep):
        raise UserError("remove and keep together leave nothing to take out: name fewer kinds to keep")
    return frozenset(chosen - set(keep))


def parted(
    mask: np.ndarray, prob: np.ndarray, regions: Sequence[Region], go: Collection[str]
) -> tuple[list[Region], list[Region]]:
    """The words that go and those that stay, which are taken out of the mask again: those that go as no kind of ``go``.

    Where the hulls of two words lie over one another, strokes are of the smaller one.

    Args:
        mask: H W uint8 in {0, 1}, 1 = lettering that goes; written to.
        prob: H W uint8, its probability times 255: at most 127 where a word stays; written to.
        regions: the words of the mask.
        go: kinds.
    """
    kept = [region for region in regions if not _goes(region, go)]
    if not kept:
        return list(regions), []
    stays = np.zeros_like(mask)
    for region in sorted(regions, key=lambda region: -cv2.contourArea(region.polygon)):
        cv2.fillConvexPoly(stays, region.polygon, int(not _goes(region, go)))
    back = (stays & mask).view(bool)
    mask[back] = 0
    np.minimum(prob, 127, out=prob, where=back)
    return [region for region in regions if _goes(region, go)], kept


def _goes(region: Region, go: Collection[str]) -> bool:
    return (region.goes_as or region.kind) in go


def counted_kinds(regions: Sequence[Region]) -> dict[str, int]:
    """How often each kind stands there: words beside and below each other are one credit, not ten."""
    shapes = shapes_of([region.polygon for region in regions])
    found = Counter[str]()
    for kind in sorted({region.kind for region in regions}):
        own = [region.kind == kind for region in regions]
        found[kind] = int(blocks_of(shapes.boxes[own], shapes.size[own], np.zeros(sum(own))).max()) + 1
    return dict(found)

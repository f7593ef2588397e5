"""Counts by what the holes of a page were filled, so that a person knows what to look at first."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from textrm.page.filling.holes import GAP
from textrm.page.filling.packed import Packed
from textrm.page.group import Box, box_around, groups

FLAT, NETWORK, TEXTURE, STROKES, SCREEN, LEFT = range(6)  # what a pixel was filled by: 0 and 1 as a mask of the net's
_SAID = {"flat": "flat", "screen": "on screens", "texture": "by texture", "network": "by the net", "strokes": "by line",
         "left": "left as it was"}  # fmt: skip
_NAMES = {"flat": FLAT, "screen": SCREEN, "texture": TEXTURE, "network": NETWORK, "strokes": STROKES, "left": LEFT}


@dataclass(slots=True)
class HowFilled:
    """Pixels of holes by what filled them; of a page of ink those of all plates. The first six add up to the holes.

    ``flat``: one colour or a plane; ``screen``: a screen continued in phase; ``texture``: copies of what repeats around
    the hole, where they match, over the net's; ``network``: the net alone; ``strokes``: lines of the drawing that were
    drawn on through the hole or over a letter; ``left``: nothing, since nothing around it was known. ``doubtful``:
    those on what looks like a screen and was filled otherwise, since it was not certain.

    ``holes`` counts the holes, each by what filled most of it, and as ``doubtful`` too where a pixel of it is.
    ``largest`` is the largest of those that the net has a part in, the box of that part, and ``pixels`` what it has.
    What masks by hand give back to the page, or have filled again, was counted before.
    """

    flat: int = 0
    screen: int = 0
    texture: int = 0
    network: int = 0
    strokes: int = 0
    left: int = 0
    doubtful: int = 0
    holes: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*_NAMES, "doubtful"), 0))
    largest: Box | None = None
    pixels: int = 0

    def add(self, other: HowFilled) -> None:
        """Count what ``other`` counts, too."""
        for name, holes in other.holes.items():
            setattr(self, name, getattr(self, name) + getattr(other, name))
            self.holes[name] += holes
        if other.pixels > self.pixels:
            self.largest, self.pixels = other.largest, other.pixels

    def facts(self) -> dict[str, object]:
        """The same by name, for JSON."""
        return {name: getattr(self, name) for name in (*self.holes, "holes", "largest")}

    def __str__(self) -> str:
        counts = {name: getattr(self, name) for name in _NAMES}
        whole = sum(counts.values())
        if not whole:
            return "nothing was filled"
        parts = [f"{_share(count, whole)} {_SAID[name]}" for name, count in counts.items() if count]
        holes = [f"{count} {_SAID[name]}" for name in _NAMES if (count := self.holes[name])]
        said = f"filled {', '.join(parts)}"
        if holes:
            said += f"; holes: {', '.join(holes)}"
        if self.doubtful:
            said += f"; {_share(self.doubtful, whole)} on what may be a screen"
            if self.holes["doubtful"]:
                said += f", in {self.holes['doubtful']} of them"
        if self.largest is not None:
            left, top, right, bottom = self.largest
            said += f"; the largest by the net {right - left} x {bottom - top} px at x {left}, y {top}"
        return said


def count(
    hole: np.ndarray, by: np.ndarray, screened: Packed | None = None, doubtful: Packed | None = None
) -> HowFilled:
    """Count the holes of a page.

    Args:
        hole: H W uint8 in {0, 1}, 1 = was to be filled.
        by: H W uint8, what each pixel of it was filled by: ``FLAT`` and so on.
        screened: H W, 1 = by ``SCREEN``, whatever ``by`` says.
        doubtful: H W, 1 = may lie on a screen.
    """
    how = HowFilled()
    for slices, own in groups(hole, GAP):
        ways, inside = by[slices], own != 0
        if screened is not None:
            ways = np.where(screened[slices] != 0, np.uint8(SCREEN), ways)
        pixels = np.bincount(ways[inside], minlength=len(_NAMES))
        for name, way in _NAMES.items():
            setattr(how, name, getattr(how, name) + int(pixels[way]))
        how.holes[next(name for name, way in _NAMES.items() if way == pixels.argmax())] += 1
        unsure = 0 if doubtful is None else cv2.countNonZero(doubtful[slices] & own)
        how.doubtful += unsure
        how.holes["doubtful"] += unsure > 0
        if pixels[NETWORK] > how.pixels:
            rows, columns = box_around((inside & (ways == NETWORK)).astype(np.uint8), 0)
            top, left = slices[0].start, slices[1].start
            how.largest = left + columns.start, top + rows.start, left + columns.stop, top + rows.stop
            how.pixels = int(pixels[NETWORK])
    return how


def _share(count: int, whole: int) -> str:
    return f"{100 * count / whole:.0f} %" if 200 * count >= whole else "under 1 %"

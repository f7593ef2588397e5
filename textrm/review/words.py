"""The words of a page under review: what was found, and whether each goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from textrm.page.by_hand import within
from textrm.page.cleaning import Result
from textrm.page.finding.mask import Region
from textrm.page.group import Slices


@dataclass(slots=True)
class Word:
    """A word that was found, ``doubtful`` where it was left for that; ``goes`` says what is on the page now."""

    region: Region
    doubtful: bool
    goes: bool

    def facts(self) -> dict[str, Any]:
        """For a browser, and to be kept."""
        region = self.region
        facts: dict[str, Any] = {"score": round(region.score, 4), "box": [int(side) for side in region.box],
                                 "area": region.area, "polygon": region.polygon.tolist(),
                                 "doubtful": self.doubtful, "goes": self.goes}  # fmt: skip
        return facts | ({"kind": region.kind} if region.kind else {})

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Word:
        """The same again.

        Raises:
            ValueError: when they are no such facts; also KeyError and TypeError.
        """
        polygon = np.array(facts["polygon"], np.int32).reshape(-1, 2)
        left, top, right, bottom = (int(side) for side in facts["box"])
        kind = str(facts.get("kind", ""))
        region = Region(polygon, (left, top, right, bottom), float(facts["score"]), int(facts["area"]), kind)
        return cls(region, bool(facts["doubtful"]), bool(facts["goes"]))

    @property
    def slices(self) -> Slices:
        """The rows and columns of its box."""
        left, top, right, bottom = self.region.box
        return slice(top, bottom), slice(left, right)

    def look(self, mask: np.ndarray, strokes: np.ndarray) -> None:
        """Set ``goes`` by the mask: where it has most of the word's own strokes, both H W uint8 in {0, 1}."""
        own = within(self.region, strokes)
        gone = cv2.countNonZero(own & mask[self.slices])
        self.goes = 2 * gone > cv2.countNonZero(own)


def found_words(result: Result, low: float) -> tuple[list[Word], np.ndarray]:
    """The words of a cleaned page, and the strokes of all of them, H W uint8 in {0, 1}.

    Args:
        result: of cleaning; pixels of words that stay have a probability below one half.
        low: probability above which a pixel belongs to a word.
    """
    strokes = result.mask.copy()
    level = min(int(low * 255), 126)
    words = [Word(region, False, True) for region in result.regions]
    inked = cv2.threshold(result.prob, level, 1, cv2.THRESH_BINARY)[1]
    stay = [(region, True) for region in result.doubtful] + [(region, False) for region in result.kept]
    for region, doubtful in stay:
        word = Word(region, doubtful, False)
        strokes[word.slices] |= within(region, inked)
        words.append(word)
    return words, strokes

"""Words of a page are told by the released classifier: the most probable kind, and the one they go as."""

from __future__ import annotations

import numpy as np
import pytest

from textrm.data.sample import KINDS
from textrm.page.finding.mask import find_lettering
from textrm.page.kinds import tell
from textrm.page.kinds.classifier import Classifier
from textrm.page.kinds.features import FEATURES


def always(watermark: float, bar: float) -> Classifier:
    """Watermark with this probability, else dialogue, whatever is known."""
    start = np.full(len(KINDS), -30.0)
    start[KINDS.index("watermark")], start[KINDS.index("dialogue")] = np.log(watermark), np.log(1 - watermark)
    bars = np.where([kind == "watermark" for kind in KINDS], bar, 0.0)
    forks = np.zeros((1, 1))
    return Classifier(start, forks.astype(int), forks, np.zeros((1, 2, len(KINDS))), bars)


@pytest.mark.parametrize(("bar", "goes_as"), [(0.8, "dialogue"), (0.6, "watermark")])
def test_the_likely_kind_is_told_and_the_sure_one_counts(
    monkeypatch: pytest.MonkeyPatch, bar: float, goes_as: str
) -> None:
    monkeypatch.setattr(tell, "released", lambda: always(0.7, bar))
    image, ink = np.full((60, 80, 3), 255, np.uint8), np.zeros((60, 80), np.uint8)
    ink[20:30, 20:50:3] = 1
    image[ink > 0] = 0
    regions = find_lettering(ink * np.uint8(255), 0.5)[1]
    (word,) = tell.with_kinds(image, ink, regions)
    assert (word.kind, word.goes_as, round(word.kind_score, 3)) == ("watermark", goes_as, 0.7)
    assert word.box == regions[0].box


def test_the_released_classifier_knows_every_number() -> None:
    assert tell.released().feature.max() < FEATURES
    assert tell.with_kinds(np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9), np.uint8), []) == []

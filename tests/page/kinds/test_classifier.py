from __future__ import annotations

from pathlib import Path

import numpy as np

from textrm.data.sample import KINDS
from textrm.page.kinds.classifier import Classifier, released
from textrm.page.kinds.features import FEATURES, Known


def follows_the_first(bars: dict[str, float] | None = None) -> Classifier:
    """Dialogue where the first number is below 0, credit above it."""
    hidden, out = np.zeros((1, 1, FEATURES + 1)), np.zeros((1, len(KINDS), 2))
    hidden[0, 0, 0] = 1
    out[0, KINDS.index("credit"), 0], out[0, KINDS.index("dialogue"), 0] = 4, -4
    levels = np.array([(bars or {}).get(kind, 0.0) for kind in KINDS])
    return Classifier(np.zeros(FEATURES), np.ones(FEATURES), hidden, out, levels)


def known(first: list[float], block: list[int]) -> Known:
    rows = np.zeros((len(first), FEATURES))
    rows[:, 0] = first
    return Known(rows, np.array(block))


def test_the_words_of_a_block_are_of_one_kind() -> None:
    classifier = follows_the_first()
    shares = classifier(known([-3, 1, -3, 3], [0, 0, 0, 1]))
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(shares[0], shares[1])
    assert [KINDS[number] for number in classifier.tell(shares)] == ["dialogue", "dialogue", "dialogue", "credit"]
    assert classifier(known([], [])).shape == (0, len(KINDS))


def test_below_its_bar_a_kind_is_not_told() -> None:
    shares = follows_the_first()(known([0.6, 3.0], [0, 1]))
    assert 0.5 < shares[0, KINDS.index("credit")] < 0.85 < shares[1, KINDS.index("credit")]
    told = follows_the_first({"credit": 0.85}).tell(shares)
    assert KINDS[told[0]] != "credit"
    assert KINDS[told[1]] == "credit"


def test_weights_come_back_as_they_were_written(tmp_path: Path) -> None:
    classifier = follows_the_first({"credit": 0.75})
    classifier.save(tmp_path / "weights.npz")
    again, rows = Classifier.load(tmp_path / "weights.npz"), known([-0.5, 0.5], [0, 1])
    np.testing.assert_allclose(again(rows), classifier(rows))
    assert again.bars[KINDS.index("credit")] == 0.75


def test_the_released_weights_have_bars_for_what_stays_alone() -> None:
    classifier = released()
    assert classifier.hidden.shape[2] == FEATURES + 1
    assert {kind for kind, bar in zip(KINDS, classifier.bars, strict=True) if bar > 0} == {"credit", "watermark"}

from __future__ import annotations

from pathlib import Path

import numpy as np

from textrm.data.sample import KINDS
from textrm.page.kinds.classifier import Classifier, released
from textrm.page.kinds.features import FEATURES, Known


def follows_the_first(bars: dict[str, float] | None = None) -> Classifier:
    """Trees of two forks below one: dialogue where the first number is low, credit where it is high, doubt between."""
    feature, cut = np.zeros((4, 3), int), np.tile([0.0, -1.0, 1.0], (4, 1))
    leaves = np.zeros((4, 4, len(KINDS)))
    leaves[:, :, KINDS.index("credit")] = -2, -0.25, 0.25, 2
    leaves[:, :, KINDS.index("dialogue")] = 2, 0.25, -0.25, -2
    levels = np.array([(bars or {}).get(kind, 0.0) for kind in KINDS])
    return Classifier(np.zeros(len(KINDS)), feature, cut, leaves, levels)


def known(first: list[float], block: list[int]) -> Known:
    rows = np.zeros((len(first), FEATURES))
    rows[:, 0] = first
    return Known(rows, np.array(block))


def test_the_words_of_a_block_are_of_one_kind() -> None:
    classifier = follows_the_first()
    shares = classifier(known([-3, 1, -3, 3], [0, 0, 0, 1]))
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(shares[0], shares[1])
    assert [KINDS[number] for number in classifier.sure(shares)] == ["dialogue", "dialogue", "dialogue", "credit"]
    assert shares[0, KINDS.index("dialogue")] > 0.99  # the mean of -3, 1 and -3 is below the lower fork
    assert classifier(known([], [])).shape == (0, len(KINDS))


def test_below_its_bar_a_word_goes_as_another_kind() -> None:
    shares = follows_the_first()(known([0.6, 3.0], [0, 1]))
    assert 0.25 < shares[0, KINDS.index("credit")] < 0.85 < shares[1, KINDS.index("credit")]
    assert shares[0].argmax() == KINDS.index("credit")
    told = follows_the_first({"credit": 0.85}).sure(shares)
    assert KINDS[told[0]] != "credit"
    assert KINDS[told[1]] == "credit"


def test_weights_come_back_as_they_were_written(tmp_path: Path) -> None:
    classifier = follows_the_first({"credit": 0.75})
    classifier.save(tmp_path / "weights.npz")
    again, rows = Classifier.load(tmp_path / "weights.npz"), known([-2, -0.5, 0, 0.5, 2], [0, 1, 2, 3, 4])
    np.testing.assert_allclose(again(rows), classifier(rows))
    assert again.bars[KINDS.index("credit")] == 0.75


def test_more_blocks_than_are_told_at_once_are_told_alike() -> None:
    first = np.random.default_rng(0).normal(0, 2, 600).tolist()
    shares = follows_the_first()(known(first, [*range(600)]))
    np.testing.assert_array_equal(shares[500], follows_the_first()(known(first[500:501], [0]))[0])


def test_the_released_weights_have_bars_for_what_stays_alone() -> None:
    classifier = released()
    assert classifier.feature.max() < FEATURES
    assert {kind for kind, bar in zip(KINDS, classifier.bars, strict=True) if bar > 0} == {"credit", "watermark"}

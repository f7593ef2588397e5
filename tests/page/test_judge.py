from __future__ import annotations

import numpy as np
import pytest

from textrm.page.judge import FEATURES, LOOKS, Judge, features


def test_features_are_logits_and_their_products_with_the_size() -> None:
    means = np.array([[0.5, 0.9, 0.1, 1.0], [0.2, 0.2, 0.2, 0.2]])
    found = features(means, np.array([10.0, 40.0]))
    assert found.shape == (2, FEATURES)
    assert found[0, :5] == pytest.approx([1, 0, np.log(9), -np.log(9), np.log(99)])
    assert found[0, 5:] == pytest.approx(np.zeros(5), abs=1e-9)  # 10 px is where the scale is 0
    assert found[1, 5:] == pytest.approx(2 * found[1, :5])


def test_scores_are_logistic() -> None:
    judge = Judge([1.0, 2.0] + [0.0] * (FEATURES - 2))
    rows = np.zeros((2, FEATURES))
    rows[:, 0] = 1
    rows[1, 1] = -1
    assert judge(rows) == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))])


def test_the_plain_judge_says_what_the_looks_agree_on() -> None:
    means = np.repeat(np.array([[0.1], [0.5], [0.9]]), LOOKS, 1)
    assert Judge()(features(means, np.full(3, 25.0))) == pytest.approx([0.1, 0.5, 0.9])


@pytest.mark.parametrize("text", ["[1, 2]", "{}", "5", "null", '["a"]', "nonsense", "[NaN,0,0,0,0,0,0,0,0,0]"])
def test_impossible_weights_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Judge.stated(text)


def test_weights_are_read_as_they_were_written() -> None:
    weights = [0.5 * place for place in range(FEATURES)]
    assert Judge.stated(str(weights)).weights.tolist() == weights
    assert Judge.stated(None).weights.sum() == pytest.approx(1)

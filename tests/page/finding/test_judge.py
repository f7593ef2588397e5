from __future__ import annotations

import numpy as np
import pytest

from textrm.page.finding.judge import FEATURES, LOOKS, Judge, features


def rows(means: np.ndarray, size: float = 25.0) -> np.ndarray:
    return features(means, np.full(len(means), size), np.ones(len(means), int), np.zeros(len(means), int))


def test_features_are_logits_their_products_with_the_size_and_company() -> None:
    means = np.array([[0.5, 0.9, 0.1, 1.0], [0.2, 0.2, 0.2, 0.2]])
    found = features(means, np.array([10.0, 40.0]), np.array([1, 4]), np.array([50, 1]))
    assert found.shape == (2, FEATURES)
    assert found[0, :5] == pytest.approx([1, 0, np.log(9), -np.log(9), np.log(99)])
    assert found[0, 5:10] == pytest.approx(np.zeros(5), abs=1e-9)  # 10 px is where the scale is 0
    assert found[1, 5:10] == pytest.approx(2 * found[1, :5])
    assert found[:, 10:] == pytest.approx(np.array([[0, 3], [2, 1]]))  # eight others say what fifty do


def test_scores_are_logistic() -> None:
    judge = Judge([1.0, 2.0] + [0.0] * (FEATURES - 2))
    given = np.zeros((2, FEATURES))
    given[:, 0] = 1
    given[1, 1] = -1
    assert judge(given) == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))])


def test_the_plain_judge_says_what_the_looks_agree_on() -> None:
    means = np.repeat(np.array([[0.1], [0.5], [0.9]]), LOOKS, 1)
    assert Judge()(rows(means)) == pytest.approx([0.1, 0.5, 0.9])


@pytest.mark.parametrize("text", ["[1, 2]", "{}", "5", "null", '["a"]', "nonsense", "[NaN,0,0,0,0,0,0,0,0,0,0,0]"])
def test_impossible_weights_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Judge.stated(text)


def test_weights_are_read_as_they_were_written() -> None:
    weights = [0.5 * number for number in range(FEATURES)]
    assert Judge.stated(str(weights)).weights.tolist() == weights
    assert Judge.stated(None).weights.sum() == pytest.approx(1)

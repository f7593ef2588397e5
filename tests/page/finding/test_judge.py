from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from textrm.page.finding.features import FEATURES, LOOKS, OF_STROKES, features
from textrm.page.finding.judge import Judge
from textrm.page.finding.words import group_words


def rows(means: np.ndarray, size: float = 25.0) -> np.ndarray:
    return features(means, np.full(len(means), size), np.ones(len(means), int), np.zeros(len(means), int))


def test_features_are_logits_their_products_with_the_size_and_company() -> None:
    means = np.array([[0.5, 0.9, 0.1, 1.0], [0.2, 0.2, 0.2, 0.2]])
    found = features(means, np.array([10.0, 40.0]), np.array([1, 4]), np.array([50, 1]))
    assert found.shape == (2, OF_STROKES)
    assert found[0, :5] == pytest.approx([1, 0, np.log(9), -np.log(9), np.log(99)])
    assert found[0, 5:10] == pytest.approx(np.zeros(5), abs=1e-9)  # 10 px is where the scale is 0
    assert found[1, 5:10] == pytest.approx(2 * found[1, :5])
    assert found[:, 10:] == pytest.approx(np.array([[0, 3], [2, 1]]))  # eight others say what fifty do


def judged(judge: Judge, features: np.ndarray) -> np.ndarray:
    """The scores of words of which nothing but the features counts."""
    prob = np.zeros((32, 32), np.uint8)
    prob[8:16, 8:16] = 255
    words = group_words(np.zeros((32, 32, 3), np.uint8), [prob], 0.5)
    assert words is not None
    return judge(replace(words, features=features), np.arange(len(features)))


def test_scores_are_logistic() -> None:
    judge = Judge([1.0, 2.0] + [0.0] * (FEATURES - 2))
    given = np.zeros((2, FEATURES))
    given[:, 0] = 1
    given[1, 1] = -1
    assert judged(judge, given) == pytest.approx([1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))])


def test_the_plain_judge_says_what_the_looks_agree_on() -> None:
    means = np.repeat(np.array([[0.1], [0.5], [0.9]]), LOOKS, 1)
    given = np.concatenate([rows(means), np.ones((3, FEATURES - OF_STROKES))], 1)
    assert judged(Judge(), given) == pytest.approx([0.1, 0.5, 0.9])


def test_weights_of_before_the_ground_was_looked_at_still_judge() -> None:
    older = [0.5 * number for number in range(OF_STROKES)]
    assert Judge(older).linear.tolist() == older + [0.0] * (FEATURES - OF_STROKES)


@pytest.mark.parametrize("text", ["[1, 2]", "{}", "5", "null", '["a"]', "nonsense", "[NaN,0,0,0,0,0,0,0,0,0,0,0]",
    '{"linear": null, "hidden": [[1, 2]], "out": [1]}', '{"hidden": [[1], [1, 2]], "out": [1, 2]}',
    '{"hidden": [], "out": [1]}', '{"weights": []}',
])  # fmt: skip
def test_impossible_weights_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Judge.stated(text)


def test_weights_are_read_as_they_were_written() -> None:
    weights = [0.5 * number for number in range(FEATURES)]
    assert Judge.stated(str(weights)).linear.tolist() == weights
    assert Judge.stated(None).linear.sum() == pytest.approx(1)
    parts = {"linear": weights, "hidden": [[0.25] * FEATURES, weights], "out": [1.5, -2.0]}
    deep = Judge.stated(json.dumps(parts))
    for name, values in parts.items():
        assert getattr(deep, name).tolist() == values


def test_a_hidden_layer_adds_what_a_linear_one_cannot_say() -> None:
    hidden = np.zeros((2, FEATURES))
    hidden[0, 1], hidden[1, 2] = 1.0, -3.0
    judge = Judge([0.5] + [0.0] * (FEATURES - 1), hidden.tolist(), [2.0, 4.0])
    given = np.zeros((1, FEATURES))
    given[0, :3] = 1, 0.7, 0.2
    logit = 0.5 + 2 * np.tanh(0.7) + 4 * np.tanh(-0.6)
    assert judged(judge, given) == pytest.approx([1 / (1 + np.exp(-logit))])

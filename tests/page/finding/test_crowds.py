from __future__ import annotations

import numpy as np
import pytest

from textrm.page.finding.crowds import parts_of, score_crowds
from textrm.page.finding.words import Scorer, Words, group_words


def sheet(rows: int, columns: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """A page of squares of 6 px, 4 px apart, and the maps that see them all."""
    fine = np.zeros((240, 240), np.uint8)
    for row in range(rows):
        for column in range(columns):
            fine[10 * row + 4 : 10 * row + 10, 10 * column + 4 : 10 * column + 10] = 250
    return np.repeat(255 - fine[..., None], 3, 2), [fine, fine[::2, ::2], fine[::4, ::4]]


def believes(share: float) -> Scorer:
    """A judge that believes in no crowd, and in this share of the parts, from the top of the page on."""

    def judge(words: Words, chosen: np.ndarray) -> np.ndarray:
        tops = np.full(len(words.areas), 240)
        np.minimum.at(tops, words.word, words.strokes.ys)
        believed = np.argsort(np.argsort(tops[chosen], kind="stable")) < share * len(chosen)
        return np.where(believed & (words.areas[chosen] < 40 * 36), 0.9, 0.1)

    return judge


def scored(rows: int, columns: int, judge: Scorer, asked: bool = True) -> list[float]:
    image, maps = sheet(rows, columns)
    words = group_words(image, maps, 0.3)
    assert words is not None
    own = judge(words, np.arange(len(words.areas)))
    return list(score_crowds(image, maps, words, own, np.full(len(own), asked), judge))


def test_a_sheet_of_letters_is_as_sure_as_its_parts() -> None:
    assert scored(12, 12, believes(1.0)) == pytest.approx([0.9])


def test_where_half_of_the_parts_are_none_the_crowd_stays() -> None:
    assert scored(12, 12, believes(0.8)) == pytest.approx([0.9])
    assert scored(12, 12, believes(0.5)) == pytest.approx([0.1])


def test_a_crowd_is_seen_in_as_many_parts_as_its_strokes_make() -> None:
    image, maps = sheet(12, 12)
    maps[0][:4] = 0
    maps[0][234:, 200:206] = 250
    words = group_words(image, maps, 0.3)
    assert words is not None
    assert sorted(parts_of(words)) == [1, 12]


def test_parts_are_asked_of_crowds_alone_and_where_they_may_rise() -> None:
    assert scored(5, 10, believes(1.0)) == pytest.approx([0.1])  # 50 letters: the verifier sees them
    assert scored(12, 12, believes(1.0), asked=False) == pytest.approx([0.1])


def test_a_crowd_falls_nowhere() -> None:
    def sure(words: Words, chosen: np.ndarray) -> np.ndarray:
        return np.where(words.areas[chosen] > 40 * 36, 0.7, 0.2)

    assert scored(12, 12, sure) == pytest.approx([0.7])

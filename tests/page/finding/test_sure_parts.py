from __future__ import annotations

import numpy as np

from textrm.page.finding.decide import find_words
from textrm.page.finding.sure_parts import apart
from textrm.page.finding.words import Scorer, Words, group_words


def page(faint: int = 110) -> tuple[np.ndarray, list[np.ndarray]]:
    """A word of three sure letters and three faint strokes, near enough to be one with them, and two other words."""
    fine = np.zeros((240, 240), np.uint8)
    fine[20:32, 20:32] = fine[20:32, 36:48] = fine[20:32, 52:64] = 250
    fine[20:32, 68:80] = fine[20:32, 84:96] = fine[20:32, 100:112] = faint
    fine[120:132, 20:32] = 250  # sure alone
    fine[180:192, 20:32] = faint  # faint alone
    return np.repeat(255 - fine[..., None], 3, 2), [fine, fine[::2, ::2], fine[::4, ::4]]


def judge_of(score: float) -> Scorer:
    """Gives ``score`` to what has three letters, and 0.1 to all else."""

    def judge(words: Words, chosen: np.ndarray) -> np.ndarray:
        return np.where(words.areas[chosen] == 3 * 144, score, 0.1)

    return judge


def parted(score: float, faint: int = 110, asked: bool = True, threshold: float = 0.4) -> tuple[Words, list[float]]:
    image, maps = page(faint)
    words = group_words(image, maps, 0.3)
    assert words is not None
    assert sorted(words.areas.tolist()) == [144, 144, 864]
    found, scores = apart(image, maps, words, np.full(3, 0.1), np.full(3, asked), threshold, judge_of(score))
    return found, scores.tolist()


def test_sure_strokes_that_are_plain_by_themselves_are_a_word() -> None:
    words, scores = parted(0.9)
    assert scores == [0.1, 0.1, 0.1, 0.9]
    assert sorted(words.areas.tolist()) == [144, 144, 432, 432]
    own = words.word == 3
    assert (words.strokes.xs[own].min(), words.strokes.xs[own].max()) == (20, 63)
    assert len(words.features) == len(words.peaks) == 4


def test_what_is_doubtful_without_the_others_stays_with_them() -> None:
    for score, threshold in ((0.55, 0.4), (0.7, 0.8)):  # parts of drawings are asked too; and it takes the threshold
        words, scores = parted(score, threshold=threshold)
        assert scores == [0.1, 0.1, 0.1]
        assert len(words.areas) == 3


def test_nothing_but_sure_strokes_was_seen_as_it_is() -> None:
    assert parted(0.9, faint=240)[1] == [0.1, 0.1, 0.1]


def test_only_words_that_stay_are_taken_apart() -> None:
    assert parted(0.9, asked=False)[1] == [0.1, 0.1, 0.1]


def test_the_part_goes_and_the_rest_stays() -> None:
    image, maps = page()
    mask, words, _ = find_words(image, maps, 0.4, 0.3, judge=judge_of(0.9))
    assert [word.box for word in words] == [(20, 20, 64, 32)]
    assert int(mask.sum()) == 432

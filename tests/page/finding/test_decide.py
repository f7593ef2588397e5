from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.finding.decide import find_words
from textrm.page.finding.features import FEATURES
from textrm.page.finding.judge import Judge

PAPER = np.full((240, 240, 3), 255, np.uint8)


def maps_of(prob: np.ndarray, *coarser: np.ndarray) -> list[np.ndarray]:
    """The finest map, and its means at 1/2 and 1/4, or what is given."""
    half = cv2.resize(prob, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    quarter = cv2.resize(half, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return [prob, *coarser] if coarser else [prob, half, quarter]


def blank() -> np.ndarray:
    return np.zeros((240, 240), np.uint8)


def test_near_letters_are_a_word_and_far_ones_are_not() -> None:
    prob = blank()
    prob[20:40, 20:30] = 250
    prob[20:40, 35:45] = 250  # 5 px on
    prob[20:40, 80:90] = 250  # 35 px on
    mask, words, doubtful = find_words(PAPER, maps_of(prob), 0.5, 0.3)
    assert np.array_equal(mask, prob > 0)
    assert [word.box for word in words] == [(20, 20, 45, 40), (80, 20, 90, 40)]
    assert [word.area for word in words] == [400, 200]
    assert not doubtful


def test_large_letters_find_each_other_over_a_gap_that_parts_small_ones() -> None:
    prob = blank()
    prob[20:180, 10:90] = 250
    prob[20:180, 120:200] = 250  # 30 px on, beside letters of 160 px
    assert len(find_words(PAPER, maps_of(prob), 0.5)[1]) == 1


def test_a_faint_last_member_goes_with_its_word() -> None:
    prob = blank()
    prob[20:40, 20:30] = prob[20:40, 34:44] = prob[20:40, 48:58] = 250
    prob[28:38, 62:68] = 100  # sure of nothing by itself
    prob[150:160, 62:68] = 100  # the same alone
    mask, words, _ = find_words(PAPER, maps_of(prob), 0.5, 0.3)
    assert len(words) == 1
    assert mask[30, 64] == 1
    assert mask[155, 64] == 0


def test_what_a_coarse_look_denies_stays_and_is_doubtful() -> None:
    prob = blank()
    prob[20:40, 20:30] = 255
    half = np.full((120, 120), 76, np.uint8)
    coarse = Judge([0.0, 0.0, 0.0, 1.0, *[0.0] * (FEATURES - 4)])  # asks the look at half the size alone
    mask, words, doubtful = find_words(PAPER, maps_of(prob, half), 0.5, 0.3, judge=coarse)
    assert not mask.any()
    assert not words
    assert doubtful[0].score == pytest.approx(76 / 255, abs=1e-3)
    half[:] = 210
    assert len(find_words(PAPER, maps_of(prob, half), 0.5, 0.3, judge=coarse)[1]) == 1
    half[:] = 60
    assert find_words(PAPER, maps_of(prob, half), 0.5, 0.3, judge=coarse)[1:] == ([], [])


def test_where_no_word_of_a_page_is_sure_all_stay_and_are_doubtful() -> None:
    prob = blank()
    prob[20:40, 20:30] = prob[120:140, 20:30] = 190
    mask, words, doubtful = find_words(PAPER, maps_of(prob), 0.4)  # 0.745: less than twice the threshold
    assert not mask.any()
    assert not words
    assert [word.box for word in doubtful] == [(20, 20, 30, 40), (20, 120, 30, 140)]
    assert len(find_words(PAPER, maps_of(prob), 0.35)[1]) == 2
    prob[120:140, 20:30] = 215  # 0.84: one sure word speaks for the page
    assert len(find_words(PAPER, maps_of(prob), 0.4)[1]) == 2
    assert len(find_words(PAPER, maps_of(prob), 0.6)[1]) == 2  # and no more than 0.8 is asked for
    prob[120:140, 20:30] = prob[20:40, 120:130] = prob[120:140, 120:130] = 190  # four that are half sure do, too
    assert len(find_words(PAPER, maps_of(prob), 0.4)[1]) == 4


def test_a_word_that_is_half_sure_goes_whole_or_not_at_all() -> None:
    prob = blank()
    prob[20:40, 20:30] = 255
    prob[20:40, 34:44] = 100
    prob[100:120, 20:30] = 130
    prob[100:120, 34:64] = 80
    prob[100:120, 200:220] = 255  # the page has a sure word
    mask, _, _ = find_words(PAPER, [prob], 0.5, 0.3)
    assert mask[20:40, 20:30].all()
    assert mask[20:40, 34:44].all()
    assert not mask[100:, :180].any()


def test_dots_stay_with_their_letter_and_specks_are_left() -> None:
    prob = blank()
    prob[30:60, 20:26] = 255
    prob[22:25, 21:24] = 255  # the dot of an i
    prob[200:203, 200:203] = 255
    mask, words, _ = find_words(PAPER, maps_of(prob), 0.5, min_area=12)
    assert mask[23, 22] == 1
    assert mask[201, 201] == 0
    assert len(words) == 1


def test_an_empty_page_has_no_words() -> None:
    assert find_words(PAPER, maps_of(blank()), 0.5)[1:] == ([], [])


def test_long_strokes_do_not_reach_as_far_as_they_are_long() -> None:
    prob = blank()
    prob[20:26, 10:210] = 255  # a line of 200 px
    prob[60:70, 100:106] = 255  # 34 px below
    assert len(find_words(PAPER, maps_of(prob), 0.5)[1]) == 2


def test_a_word_among_sure_ones_is_believed_sooner_than_one_alone() -> None:
    company = Judge([-1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0])
    prob = blank()
    prob[20:40, 20:30] = 200
    assert find_words(PAPER, maps_of(prob), 0.5, judge=company)[1] == []
    prob[20:40, 34:44] = 200  # a second stroke, and elsewhere two sure words
    prob[100:120, 20:30] = prob[200:220, 20:30] = 250
    boxes = [word.box for word in find_words(PAPER, maps_of(prob), 0.5, judge=company)[1]]
    assert (20, 20, 44, 40) in boxes


def test_a_lower_threshold_takes_more_words_and_no_more_of_their_surroundings() -> None:
    prob = blank()
    prob[20:40, 20:30] = 250
    prob[15:45, 30:40] = 60  # below ``low``
    prob[100:120, 20:30] = 100  # a doubtful word
    before, words, _ = find_words(PAPER, maps_of(prob), 0.5, 0.3)
    after, more, _ = find_words(PAPER, maps_of(prob), 0.2, 0.3)
    assert (len(words), len(more)) == (1, 2)
    assert np.array_equal(after[:60], before[:60])

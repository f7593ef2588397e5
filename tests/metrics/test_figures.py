"""The figures of what was found against cases that can be computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from plain_pages import page, square

from textrm.metrics import (
    PixelCounts,
    average_precision,
    count_pixels,
    false_area,
    picture_scores,
    precision_recall_curve,
    scores_at,
    touched,
)


def test_average_precision_is_the_sum_over_thresholds() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random(400) < 0.3
    level = np.clip(rng.normal(90 + 60 * truth, 50), 0, 255).astype(np.uint8)
    expected, before = 0.0, 0.0
    for threshold in sorted(set(level.tolist()), reverse=True):
        chosen = level >= threshold
        recall = (chosen & truth).sum() / truth.sum()
        expected += (recall - before) * (chosen & truth).sum() / chosen.sum()
        before = recall
    counts = count_pixels(level.reshape(20, 20), truth.reshape(20, 20).astype(np.uint8))
    assert average_precision(counts.text, counts.background) == pytest.approx(expected, abs=1e-12)
    assert 0.4 < expected < 0.95


def test_average_precision_of_perfect_constant_and_no_lettering() -> None:
    text, background, empty = (np.zeros(256, np.int64) for _ in range(3))
    text[255], background[0] = 30, 70
    assert average_precision(text, background) == 1.0
    assert average_precision(text[::-1], background) == pytest.approx(0.3)  # all at one level: the share of lettering
    assert math.isnan(average_precision(empty, background))


def test_curve_starts_at_the_highest_level() -> None:
    text, background = np.zeros(256, np.int64), np.zeros(256, np.int64)
    text[[250, 10]] = 3, 1
    background[[100, 0]] = 1, 5
    precision, recall = precision_recall_curve(text, background)
    assert (precision[0], recall[0]) == (1, 0)
    assert recall[255 - 250] == 0.75
    assert (precision[255 - 100], recall[255 - 100]) == (0.75, 0.75)
    assert (precision[255], recall[255]) == (0.4, 1.0)


def test_scores_at_count_only_levels_above_the_threshold() -> None:
    text, background = np.zeros(256, np.int64), np.zeros(256, np.int64)
    text[[127, 128, 255]] = 2, 3, 3
    background[[127, 200]] = 10, 2
    assert scores_at(text, background) == {"F1": 0.75, "IoU": 0.6, "precision": 0.75, "recall": 0.75}
    assert scores_at(text, background, 126)["recall"] == 1.0


def test_tolerance_passes_a_shift_of_two_and_fails_one_of_three() -> None:
    column = np.zeros((60, 60), np.uint8)
    column[:, 20] = 1
    by_two, by_three = np.roll(column, 2, axis=1) * 255, np.roll(column, 3, axis=1) * 255
    assert count_pixels(by_two, column).scores()["F1tol"] == 1.0
    assert count_pixels(by_two, column).scores()["F1"] == 0.0
    assert count_pixels(by_three, column).scores()["F1tol"] == 0.0
    three = count_pixels(by_three, column)
    assert (three.true_near, three.found_near) == (0, 0)


def test_tolerant_precision_and_recall_are_joined_harmonically() -> None:
    truth = np.zeros((60, 60), np.uint8)
    truth[5, 0:10] = 1
    truth[40, 0:10] = 1
    level = np.zeros((60, 60), np.uint8)
    level[5, 0:10] = 255  # half of the truth found, nothing false
    assert count_pixels(level, truth).scores()["F1tol"] == pytest.approx(2 / 3)


def test_pages_are_pooled_by_pixels_not_by_page() -> None:
    large, small = square(0, 0, 30), square(0, 0, 10)
    counts = count_pixels(large * 255, large) + count_pixels(small * 0, small)
    assert counts.scores()["recall"] == pytest.approx(0.9)
    assert (counts + PixelCounts()).scores() == counts.scores()


def test_nothing_to_find_is_nan_but_a_missed_page_is_zero() -> None:
    empty, lettering = np.zeros((60, 60), np.uint8), square(10, 10)
    nothing, missed, false = (
        count_pixels(empty, empty),
        count_pixels(empty, lettering),
        count_pixels(lettering * 255, empty),
    )
    assert all(math.isnan(nothing.scores()[name]) for name in ("AP", "F1", "F1tol", "recall", "small_recall"))
    assert missed.scores()["F1"] == missed.scores()["F1tol"] == 0.0
    assert false.scores()["F1"] == false.scores()["F1tol"] == 0.0


def test_small_words_are_lower_than_twelve_pixels_once_closed() -> None:
    truth = np.zeros((80, 80), np.uint8)
    for x in (5, 13, 21):  # letters 4 px apart make one word, 11 px high, with a dot 2 px above its stem
        truth[10:18, x : x + 4] = 1
    truth[7:8, 5:9] = 1
    truth[40:52, 5:9] = 1  # 12 px high
    level = np.zeros((80, 80), np.uint8)
    level[10:18, 5:9] = 255
    counts = count_pixels(level, truth)
    assert counts.small == 3 * 32 + 4
    assert counts.scores()["small_recall"] == pytest.approx(0.32)


@pytest.mark.parametrize(("gap", "small"), [(4, 0), (5, 64)])
def test_a_low_letter_belongs_to_the_word_within_four_pixels(gap: int, small: int) -> None:
    truth = np.zeros((60, 60), np.uint8)
    truth[10:30, 5:10] = 1
    truth[22:30, 10 + gap : 18 + gap] = 1
    assert count_pixels(truth, truth).small == small


@pytest.mark.parametrize(("gap", "small"), [(2, 0), (3, 4 * 4)])
def test_a_dot_belongs_to_the_stem_within_two_pixels(gap: int, small: int) -> None:
    truth = np.zeros((60, 60), np.uint8)
    truth[30:50, 5:9] = 1
    truth[26 - gap : 30 - gap, 5:9] = 1
    assert count_pixels(truth, truth).small == small


def test_ignored_regions_change_no_figure() -> None:
    truth, level, ignore = square(10, 30), square(10, 30) * 255, np.zeros((60, 60), np.uint8)
    ignore[:, 40:] = 1
    disturbed_level, disturbed_truth = level.copy(), truth.copy()
    disturbed_level[:, 50:] = 255
    disturbed_truth[0:5, 42:48] = 1
    clean = page()
    lettered = np.where(disturbed_truth[..., None] == 1, 0, clean).astype(np.uint8)
    cleaned = clean.copy()
    cleaned[:, 40:] = 0  # within 8 px of the letter that counts, too
    counts = count_pixels(disturbed_level, disturbed_truth, ignore)
    assert counts.scores()["F1"] == counts.scores()["F1tol"] == counts.scores()["AP"] == 1.0
    assert counts.text.sum() + counts.background.sum() == 60 * 40
    assert counts.small == 64
    assert picture_scores(cleaned, lettered, clean, disturbed_truth, ignore) == {
        "psnr": 60.0, "psnr_near": 60.0, "left": 0.0, "leak": 0.0, "change": 0.0,
    }  # fmt: skip
    assert false_area(disturbed_level, ignore) == 64 / 2400


def test_false_area_is_a_share_of_the_page() -> None:
    level = np.zeros((10, 10), np.uint8)
    level[0, :3] = 127, 128, 255
    assert false_area(level) == 0.02
    assert count_pixels(level, level * 0).predicted == 2


def test_touched_are_the_pictures_above_a_tenth_one_and_five_percent() -> None:
    areas = [0.0, 0.001, 0.0011, 0.01, 0.011, 0.05, 0.051, 1.0]
    assert touched(areas) == {"touched_0.1": 6 / 8, "touched_1": 4 / 8, "touched_5": 2 / 8}
    assert all(math.isnan(share) for share in touched([]).values())

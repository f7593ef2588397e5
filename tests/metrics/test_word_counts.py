"""Words found, half erased and kept whole, on words whose pixels can be counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from textrm.metrics import WordCounts, count_erased_words, count_found_words, group_words
from textrm.metrics.words import Words


def bars(*heights: int) -> np.ndarray:
    """Bars 10 px wide with 290 px between them: each is a word."""
    mask = np.zeros((200, 300 * len(heights)), np.uint8)
    for bar, height in enumerate(heights):
        mask[:height, 300 * bar : 300 * bar + 10] = 1
    return mask


def erase(mask: np.ndarray, rows: dict[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cleaned, lettered and clean picture; of bar ``bar`` the upper ``rows`` are gone."""
    clean = np.full((*mask.shape, 3), 200, np.uint8)
    lettered = np.where(mask[..., None] > 0, 20, clean).astype(np.uint8)
    cleaned = lettered.copy()
    for bar, count in rows.items():
        cleaned[:count, 300 * bar : 300 * bar + 10] = 150  # nearer to 200 than to 20
    return cleaned, lettered, clean


def test_heights_are_told_apart_at_12_60_and_150() -> None:
    mask = bars(11, 12, 59, 60, 150, 151)
    counts = count_found_words(group_words(mask), np.zeros_like(mask))
    assert counts.words.tolist() == [1, 2, 2, 1]
    assert counts.pixels.tolist() == [110, 710, 2100, 1510]
    assert counts.found.tolist() == counts.pixels_found.tolist() == [0, 0, 0, 0]


def test_recall_by_height_is_a_share_of_pixels_and_of_words() -> None:
    mask = bars(10, 10, 40, 100)
    level = np.zeros_like(mask)
    level[:9, :10] = 128  # 90 of 100 pixels: found
    level[:10, 300:310] = 200
    level[9, 301] = level[8, 300:310] = 127  # 89 of 100: not found
    level[:40, 600:610] = 255
    scores = count_found_words(group_words(mask), level).scores()
    assert scores["recall_<12"] == pytest.approx((90 + 89) / 200)
    assert scores["words_found_<12"] == 0.5
    assert (scores["recall_12-60"], scores["words_found_12-60"]) == (1.0, 1.0)
    assert (scores["recall_60-150"], scores["words_found_60-150"]) == (0.0, 0.0)
    assert math.isnan(scores["recall_>150"])
    assert math.isnan(scores["words_found_>150"])
    assert [scores[f"words_{height}"] for height in ("<12", "12-60", "60-150", ">150")] == [2, 1, 1, 0]
    assert (scores["words"], scores["words_found"]) == (4, 0.5)


def test_a_word_is_half_erased_between_a_tenth_and_nine_tenths() -> None:
    mask = bars(100, 100, 100, 100, 100, 100)
    cleaned, lettered, clean = erase(mask, {0: 0, 1: 10, 2: 11, 3: 89, 4: 90, 5: 100})
    counts = count_erased_words(group_words(mask), cleaned, lettered, clean)
    assert (counts.kept, counts.half, counts.erased) == (2, 2, 2)
    assert counts.scores()["half_erased"] == pytest.approx(1 / 3)
    assert counts.scores()["kept_whole"] == 0.5  # of the four that were missed


def test_ink_is_gone_where_the_picture_is_nearer_to_the_clean_one() -> None:
    mask = bars(100)
    _, lettered, clean = erase(mask, {})
    words = group_words(mask)
    for value, kept in ((20, 1), (110, 1), (111, 0)):  # 110 is as far from both
        cleaned = np.where(mask[..., None] > 0, value, clean).astype(np.uint8)
        assert count_erased_words(words, cleaned, lettered, clean).kept == kept
    same = clean.copy()
    same[:50, :10] = 20  # the clean picture has half of the letter, too: that half is no ink
    cleaned = lettered.copy()
    cleaned[50:, :10] = 200
    assert count_erased_words(words, cleaned, lettered, same).erased == 1
    assert count_erased_words(words, lettered, lettered, same).kept == 1
    none = count_erased_words(words, lettered, lettered, lettered)  # no ink: cannot be told
    assert (none.erased, none.half, none.kept) == (0, 0, 0)


def test_all_erased_leaves_no_missed_word_and_no_word_no_figure() -> None:
    mask = bars(100)
    cleaned, lettered, clean = erase(mask, {0: 100})
    scores = count_erased_words(group_words(mask), cleaned, lettered, clean).scores()
    assert scores["half_erased"] == 0.0
    assert math.isnan(scores["kept_whole"])
    empty = np.zeros_like(mask)
    nothing = count_found_words(group_words(empty), empty) + count_erased_words(group_words(empty), clean, clean, clean)
    assert nothing.scores()["words"] == 0
    assert all(math.isnan(nothing.scores()[name]) for name in ("half_erased", "kept_whole", "words_found"))


def test_words_of_pages_are_pooled() -> None:
    small, large = bars(10), bars(10, 10, 10)
    first = count_found_words(group_words(small), small * 255)
    second = count_found_words(group_words(large), large * 0)
    pooled = (first + second + WordCounts(erased=2, half=1) + WordCounts(half=1, kept=4)).scores()
    assert pooled["words_found"] == pooled["recall_<12"] == 0.25
    assert (pooled["half_erased"], pooled["kept_whole"]) == (0.25, pytest.approx(4 / 6))


def test_ignored_words_are_none_and_of_a_cut_one_the_rest_counts() -> None:
    mask = bars(100, 100)
    ignore = np.zeros_like(mask)
    ignore[:, 300:] = 1
    ignore[50:, :10] = 1
    level = np.where(ignore == 0, mask * 255, 0).astype(np.uint8)
    words = group_words(mask)
    found = count_found_words(words, level, ignore)
    assert (found.words.tolist(), found.pixels.tolist()) == ([0, 0, 1, 0], [0, 0, 500, 0])
    assert found.scores()["recall_60-150"] == found.scores()["words_found"] == 1.0
    cleaned, lettered, clean = erase(mask, {0: 50})
    erased = count_erased_words(words, cleaned, lettered, clean, ignore)
    assert (erased.erased, erased.half, erased.kept) == (1, 0, 0)
    assert count_erased_words(words, cleaned, lettered, clean).half == 1


def test_words_that_are_given_are_taken_as_they_are() -> None:
    mask = bars(40)
    labels = np.where(np.arange(200)[:, None] < 20, 1, 2) * mask.astype(np.int32)
    level = np.zeros_like(mask)
    level[:20] = 255
    scores = count_found_words(Words(labels, np.array([20, 8]), np.array([-1, -1])), level).scores()
    assert (scores["words_found_12-60"], scores["words_found_<12"], scores["words"]) == (1.0, 0.0, 2)

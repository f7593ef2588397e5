"""What pages come to: pooled, averaged and worst figures of hand-made pages."""

from __future__ import annotations

import numpy as np
import pytest

from textrm.evaluate.scoring import PageScores
from textrm.evaluate.summary import summarise, summarise_kinds
from textrm.metrics import PixelCounts, WordCounts


def counts(lettering: int, found: int, predicted: int) -> PixelCounts:
    """Of a page where all that is found is right."""
    text, background = np.zeros(256, np.int64), np.zeros(256, np.int64)
    text[255], text[0], background[255] = found, lettering - found, predicted - found
    return PixelCounts(text, background, predicted, found, lettering, found)


def words(height_class: int, number: int, found: int, half: int = 0, kept: int = 0) -> WordCounts:
    every = np.zeros(4, np.int64)
    every[height_class] = 1
    return WordCounts(
        every * number, every * found, every * number * 10, every * found * 10, number - half - kept, half, kept
    )


PAGES = [
    PageScores(
        "a", "x", counts(100, 100, 100), {"leak": 0.1, "false_area": 0.5}, words(0, 4, 4), {"dialogue": words(0, 4, 4)}
    ),
    PageScores(
        "b",
        "x",
        counts(900, 0, 0),
        {"leak": 0.3, "false_area": 0.5},
        words(0, 4, 0, 1, 3),
        {"sign": words(0, 4, 0, 1, 3)},
    ),
    PageScores("c", "y", counts(0, 0, 0), {"leak": 0.0, "false_area": 0.0}, text_free=True),
    PageScores("d", "y", counts(0, 0, 30), {"leak": 0.02, "false_area": 0.02}, text_free=True),
    PageScores("e", "z", counts(10, 10, 10), {}, words(3, 2, 1), {"sign": words(3, 2, 1)}),
]


def test_a_line_per_part_and_one_for_all() -> None:
    lines = summarise(PAGES)
    assert [(line["part"], line["pages"]) for line in lines] == [("x", 2), ("y", 2), ("z", 1), ("all", 5)]
    one = summarise(PAGES[:2])
    assert [line["part"] for line in one] == ["x", "all"]
    assert str({**one[0], "part": "all"}) == str(one[1])  # as text, for one NaN is not another


def test_art_lost_is_a_mean_and_the_worst_page_by_name() -> None:
    x, y, z, whole = summarise(PAGES)
    assert [line["leak"] for line in (x, y, whole)] == pytest.approx([0.2, 0.01, 0.105])
    assert (x["leak_worst_page"], x["leak_worst"]) == (whole["leak_worst_page"], whole["leak_worst"]) == ("b", 0.3)
    assert (y["leak_worst_page"], y["leak_worst"]) == ("d", 0.02)
    assert z["leak_worst_page"] == ""
    assert np.isnan(float(z["leak_worst"]))


def test_f1_with_tolerance_is_pooled_and_beside_it_the_mean_over_lettered_pages() -> None:
    x, y, _, whole = summarise(PAGES)
    assert x["F1tol"] == pytest.approx(2 * 0.1 / 1.1)
    assert x["F1tol_page"] == 0.5
    assert whole["F1tol_page"] == pytest.approx(2 / 3)  # neither of the text-free pages counts
    assert np.isnan(float(y["F1tol_page"]))


def test_words_are_pooled() -> None:
    x, y, _, whole = summarise(PAGES)
    assert (x["words"], x["words_<12"], x["half_erased"], x["kept_whole"]) == (8, 8, 1 / 8, 3 / 4)
    assert (x["recall_<12"], x["words_found_<12"], whole["words_found_>150"]) == (0.5, 0.5, 0.5)
    assert (whole["words"], whole["half_erased"], whole["words_found"]) == (10, 0.1, 0.5)
    assert y["words"] == 0
    assert np.isnan(float(y["half_erased"]))


def test_only_text_free_pictures_are_touched() -> None:
    x, y, _, whole = summarise(PAGES)
    touched = [(line["text_free"], line["touched_0.1"], line["touched_1"], line["touched_5"]) for line in (y, whole)]
    assert touched == [(2, 0.5, 0.5, 0.0)] * 2
    assert x["text_free"] == 0
    assert np.isnan(float(x["touched_0.1"]))
    assert [line["false_area"] for line in (x, y)] == [0.5, 0.01]


def test_kinds_have_lines_where_the_manifest_tells() -> None:
    dialogue, sign = summarise_kinds(PAGES)
    assert (dialogue["kind"], dialogue["pages"], dialogue["recall"], dialogue["words_found"]) == ("dialogue", 1, 1.0, 1)
    assert (sign["kind"], sign["pages"], sign["words"], sign["words_found"]) == ("sign", 2, 6, 1 / 6)
    assert (sign["recall"], sign["half_erased"], sign["kept_whole"]) == (10 / 60, 1 / 6, 3 / 4)
    assert summarise_kinds(PAGES[2:4]) == []

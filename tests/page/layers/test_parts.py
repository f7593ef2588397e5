"""What was filled is shared out among the words."""

from __future__ import annotations

import numpy as np

from textrm.page.cleaning import Result
from textrm.page.finding.mask import Region
from textrm.page.layers.parts import OTHER, Word, take_apart


def region(left: int, top: int, right: int, bottom: int, kind: str) -> Region:
    corners = np.array([(left, top), (right - 1, top), (right - 1, bottom - 1), (left, bottom - 1)], np.int32)
    return Region(corners, (left, top, right, bottom), 0.9, 10, kind)


def words_of(mask: np.ndarray, filled: np.ndarray, regions: list[Region]) -> list[Word]:
    page = np.zeros((*mask.shape, 3), np.uint8)
    return take_apart(page, page, Result(page, mask, filled, mask, regions)).words


def test_each_pixel_goes_to_the_word_whose_letters_are_nearest() -> None:
    mask, filled = np.zeros((40, 100), np.uint8), np.zeros((40, 100), np.uint8)
    mask[10:20, 10:30] = mask[10:20, 50:60] = 1
    filled[5:25, 5:70] = 1
    filled[34:39, 88:98] = 1  # nobody's
    regions = [region(10, 10, 30, 20, "dialogue"), region(50, 10, 60, 20, "")]
    words = words_of(mask, filled, regions)
    assert [word.name for word in words] == ["1 dialogue", "2", OTHER]
    # The middle between column 29 and column 50 is 39.5.
    assert [(word.left, word.top, word.mask.shape) for word in words] == [
        (5, 5, (20, 35)), (40, 5, (20, 30)), (88, 34, (5, 10))
    ]  # fmt: skip
    covered = np.zeros_like(filled)
    for word in words:
        covered[word.slices] += word.mask
    assert np.array_equal(covered, filled)


def test_a_word_of_two_holes_is_one_and_a_word_without_a_hole_none() -> None:
    mask = np.zeros((60, 100), np.uint8)
    mask[10:20, 10:20] = mask[10:20, 70:80] = 1
    regions = [region(40, 50, 50, 55, "free text"), region(10, 10, 80, 20, "sound effect")]
    (word,) = words_of(mask, mask, regions)
    assert (word.name, word.left, word.top, word.mask.shape) == ("2 sound effect", 10, 10, (10, 70))
    assert word.mask.sum() == 200
    assert words_of(np.zeros_like(mask), np.zeros_like(mask), []) == []

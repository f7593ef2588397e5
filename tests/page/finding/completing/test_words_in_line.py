from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.finding.decide import find_words
from textrm.page.finding.words import Scorer, Words

WORDS = ((40, 100), (130, 145), (175, 240), (270, 330))  # left and right; the second is an "a"
LOW = slice(60, 75)  # its rows; the others are higher


def page_and_maps(**changes: object) -> tuple[np.ndarray, list[np.ndarray]]:
    """A line of lettering, H W 3, and what three looks give to it, which is the same."""
    page, prob = np.full((240, 400, 3), 255, np.uint8), np.zeros((240, 400), np.uint8)
    for number, (left, right) in enumerate(WORDS):
        rows = LOW if number == 1 else slice(50, 76)
        page[rows, left:right], prob[rows, left:right] = (20, 20, 20), 230
    if "colour" in changes:
        page[LOW, slice(*WORDS[1])] = changes["colour"]
    if "seen" in changes:
        prob[LOW, slice(*WORDS[1])] = changes["seen"]
    if "down" in changes:
        page, prob = (_moved(part, int(str(changes["down"]))) for part in (page, prob))
    maps = [prob]
    for _ in range(3):
        maps.append(cv2.resize(maps[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return page, maps


def _moved(part: np.ndarray, down: int) -> np.ndarray:
    """The short word so many rows further down."""
    moved, columns = part.copy(), slice(*WORDS[1])
    moved[LOW, columns] = part[0, 0]
    moved[LOW.start + down : LOW.stop + down, columns] = part[LOW, columns]
    return moved


def refuses_small_ones(sure: float = 0.95) -> Scorer:
    """A scorer that sees nothing in what has few pixels."""

    def score(words: Words, chosen: np.ndarray) -> np.ndarray:
        return np.where(words.areas[chosen] < 300, 0.05, sure)

    return score


def number_of_words(page: np.ndarray, maps: list[np.ndarray], sure: float = 0.95) -> int:
    return len(find_words(page, maps, 0.4, 0.3, judge=refuses_small_ones(sure))[1])


def test_a_short_word_between_sure_ones_goes_with_them() -> None:
    page, maps = page_and_maps()
    mask, words, doubtful = find_words(page, maps, 0.4, 0.3, judge=refuses_small_ones())
    assert np.array_equal(mask, maps[0] > 0)
    assert [word.score for word in words if word.area < 300] == [pytest.approx(0.4)]
    assert not doubtful


@pytest.mark.parametrize(
    "changes", [{"colour": (200, 30, 30)}, {"seen": 120}, {"down": 30}], ids=["another colour", "hardly seen", "below"]
)
def test_what_is_no_part_of_the_line_stays(changes: dict[str, object]) -> None:
    assert number_of_words(*page_and_maps(**changes)) == 3


def test_words_that_are_not_sure_have_no_say() -> None:
    assert number_of_words(*page_and_maps(), sure=0.85) == 3


def test_one_sure_word_is_no_line() -> None:
    page, maps = page_and_maps()
    for part, none in ((page, 255), *((one, 0) for one in maps)):
        part[:, 105 * part.shape[1] // 400 : 125 * part.shape[1] // 400] = none
        part[:, 150 * part.shape[1] // 400 :] = none
    assert number_of_words(page, maps) == 1

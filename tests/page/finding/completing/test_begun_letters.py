"""Letters over lines of the drawing that were found in part go whole, without the lines."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.finding.completing.begun_letters import rest_of_begun_letters

SIZE = 160, 420


def bricks() -> np.ndarray:
    page = np.full((*SIZE, 3), 255, np.uint8)
    for row in range(0, SIZE[0], 20):
        page[row] = 0
        page[row : row + 20, (row % 40) :: 40] = 0
    return page


def lettered(page: np.ndarray, text: str = "WAITED UNTIL") -> np.ndarray:
    """Writes a word on a page, and gives its ink."""
    ink = np.zeros(SIZE, np.uint8)
    cv2.putText(ink, text, (20, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 1, 7)
    page[ink > 0] = 0
    return ink > 0


def completed(
    page: np.ndarray, strokes: np.ndarray, seen: np.ndarray | None = None, going: bool = True, looked_at: bool = True
) -> np.ndarray:
    """What goes beside the strokes of one word; a look at half the size says that ``seen`` is lettering."""
    half = cv2.resize((np.zeros(SIZE) if seen is None else seen).astype(np.uint8) * 255, SIZE[::-1])[::2, ::2]
    ys, xs = np.nonzero(strokes)
    found = (ys, xs, np.zeros(len(ys), np.int64))
    maps = [np.where(strokes, 255, 0).astype(np.uint8), half]
    rows, columns, word = rest_of_begun_letters(page, maps, found, np.array([going]), np.array([looked_at]))
    assert not word.any()
    more = np.zeros(SIZE, bool)
    more[rows, columns] = True
    return more


def upper_half(ink: np.ndarray) -> np.ndarray:
    strokes = ink.copy()
    strokes[84:] = False
    return strokes


def test_the_lower_halves_go_and_the_bricks_stay() -> None:
    page = bricks()
    ink = lettered(page)
    strokes = upper_half(ink)
    more = completed(page, strokes, ink)
    missing = ink & ~strokes
    assert np.count_nonzero(more & missing) > 0.97 * np.count_nonzero(missing)
    lines = more & ~cv2.dilate(ink.astype(np.uint8), np.ones((13, 13), np.uint8)).astype(bool)
    assert not lines.any()


def test_letters_beside_three_that_were_begun_go_with_them() -> None:
    page = bricks()
    ink = lettered(page, "WAITI I")
    strokes = upper_half(ink)
    strokes[:, 152:] = False
    more = completed(page, strokes, ink)
    last = ink.copy()
    last[:, :152] = False
    assert np.count_nonzero(last) > 200
    assert np.count_nonzero(more & last) > 0.95 * np.count_nonzero(last)


def test_what_no_look_takes_for_lettering_stays() -> None:
    page = bricks()
    strokes = upper_half(lettered(page))
    assert not completed(page, strokes).any()


def test_words_that_stay_or_stand_in_balloons_are_not_completed() -> None:
    page = bricks()
    ink = lettered(page)
    strokes = upper_half(ink)
    assert not completed(page, strokes, ink, going=False).any()
    assert not completed(page, strokes, ink, looked_at=False).any()


def test_a_wider_shape_that_a_word_touches_stays() -> None:
    page = bricks()
    ink = lettered(page)
    cv2.circle(page, (60, 118), 26, (0, 0, 0), -1)  # over the feet of the first letters
    strokes = upper_half(ink)
    more = completed(page, strokes, ink)
    assert not more[125:140, 45:75].any()


def test_what_a_crop_cuts_is_no_letter() -> None:
    """A rule as wide as the pen that goes on from a letter to the page's other end."""
    page = np.full((*SIZE, 3), 255, np.uint8)
    ink = lettered(page, "IT")
    page[96:102] = 0
    more = completed(page, upper_half(ink), np.ones(SIZE))
    assert not more[96:102, 300:].any()

"""Large letters of one colour: what is missing of them goes, and what only shares their colour stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.finding.completing.large_letters import rest_of_large_letters

SHAPE = (240, 640)
LETTERS = [(slice(60, 180), slice(left, left + 50)) for left in (120, 190, 260)]  # 120 x 50 px, in a row
FIGURE = slice(60, 180), slice(400, 450)  # of their size and colour, which no look sees


def page(ground: int = 20) -> np.ndarray:
    image = np.full((*SHAPE, 3), ground, np.uint8)
    for place in (*LETTERS, FIGURE):
        image[place] = 240
    return image


def looks(seen: list[tuple[slice, slice]]) -> list[np.ndarray]:
    whole = np.zeros(SHAPE, np.uint8)
    for place in seen:
        whole[place] = 230
    return [whole, cv2.resize(whole, None, fx=0.5, fy=0.5), cv2.resize(whole, None, fx=0.25, fy=0.25)]


def found(*places: tuple[slice, slice]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mask = np.zeros(SHAPE, bool)
    for place in places:
        mask[place] = True
    ys, xs = np.nonzero(mask)
    return ys, xs, np.zeros(len(ys), np.int64)


def completed(image: np.ndarray, seen: list[tuple[slice, slice]], *places: tuple[slice, slice]) -> np.ndarray:
    ys, xs, word = rest_of_large_letters(image, looks(seen), found(*places), np.array([True]))
    assert (word == 0).all()
    more = np.zeros(SHAPE, bool)
    more[ys, xs] = True
    return more


HALF = slice(60, 130), slice(190, 240)


def test_a_letter_of_which_half_was_found_and_one_beside_it_go_whole() -> None:
    more = completed(page(), LETTERS, LETTERS[0], HALF)
    expected = np.zeros(SHAPE, bool)
    for place in LETTERS[1:]:
        expected[place] = True
    expected[HALF] = False  # those are there already
    assert np.array_equal(more, expected)


def test_what_no_look_sees_stays() -> None:
    more = completed(page(), LETTERS[:2], LETTERS[0], HALF)
    assert not more[LETTERS[2]].any()
    assert more[LETTERS[1]].sum() == 50 * 50


def test_what_ends_elsewhere_or_is_larger_is_a_drawing() -> None:
    image = page()
    image[0:240, 300:318] = 240  # a post as high as the page, which touches the third letter
    image[100:110, 300:318] = 240
    assert not completed(image, [*LETTERS, (slice(0, 240), slice(300, 318))], LETTERS[0])[:, 260:].any()
    image = page()
    image[20:220, 250:430] = 240
    assert not completed(image, [*LETTERS, (slice(20, 220), slice(250, 430))], LETTERS[0])[:, 250:].any()


def test_thin_strokes_and_words_of_many_colours_are_left_to_others() -> None:
    thin = page()
    thin[LETTERS[0]] = 20
    places = [(slice(60, 180), slice(left, left + 14)) for left in range(120, 600, 30)]
    for place in places:
        thin[place] = 240
    assert not completed(thin, places, *places[:3]).any()
    colored = page()
    colored[LETTERS[0]] = np.random.default_rng(0).integers(0, 256, (120, 50, 3))
    assert not completed(colored, LETTERS, LETTERS[0]).any()


@pytest.mark.parametrize("count", [1, 2])
def test_finders_of_few_looks_say_too_little(count: int) -> None:
    assert not len(rest_of_large_letters(page(), looks(LETTERS)[:count], found(HALF), np.array([True]))[0])

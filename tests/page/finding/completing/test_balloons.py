"""What goes with the words of a balloon, and what stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.finding.decide import find_words


def balloon(page: np.ndarray, x: int, y: int, wide: int, high: int) -> None:
    cv2.ellipse(page, (x, y), (wide // 2, high // 2), 0, 0, 360, (255, 255, 255), -1)
    cv2.ellipse(page, (x, y), (wide // 2, high // 2), 0, 0, 360, (0, 0, 0), 3)


def page_with(letters: list[tuple[int, int, int, int]], scale: int = 1) -> np.ndarray:
    """Grey noise, a balloon in its middle, and black boxes (x, y, width, height) on it."""
    page = np.random.default_rng(0).integers(0, 255, (300 * scale, 400 * scale, 3), dtype=np.uint8)
    balloon(page, 200 * scale, 150 * scale, 240 * scale, 140 * scale)
    for x, y, wide, high in letters:
        page[y * scale : (y + high) * scale, x * scale : (x + wide) * scale] = (0, 0, 40)
    return page


def find(page: np.ndarray, seen: list[tuple[int, int, int, int]], scale: int = 1, sure: int = 250) -> np.ndarray:
    """The mask where the looks saw these boxes alone."""
    prob = np.zeros(page.shape[:2], np.uint8)
    for x, y, wide, high in seen:
        prob[y * scale : (y + high) * scale, x * scale : (x + wide) * scale] = sure
    maps = [prob]
    while min(maps[-1].shape) > 40:
        maps.append(cv2.resize(maps[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return find_words(page, maps, 0.5, 0.3)[0]


WORD = [(150, 130, 20, 30), (180, 130, 20, 30), (210, 130, 20, 30)]
DOT = (245, 154, 6, 6)


@pytest.mark.parametrize("scale", [1, 4])  # the ground of the larger page is looked at in half its size
def test_a_dot_that_was_overlooked_goes_with_its_word(scale: int) -> None:
    page = page_with([*WORD, DOT], scale)
    mask = find(page, WORD, scale)
    assert mask[scale * 156, scale * 248] == 1
    assert mask[scale * 150 : scale * 165, scale * 242 : scale * 255].mean() == pytest.approx(36 / 195, abs=0.05)
    outline = mask[scale * 150 : scale * 152, : scale * 100]  # neither the line of the balloon nor what is around it
    assert not outline.any()


def test_what_is_missing_of_a_letter_goes_with_the_rest() -> None:
    half = [(150, 130, 20, 30), (180, 130, 20, 30), (210, 130, 20, 12)]
    mask = find(page_with(WORD), half)
    assert mask[130:160, 210:230].all()


def test_the_words_of_a_balloon_are_one_in_the_list_too() -> None:
    page = page_with([*WORD, DOT])
    prob = np.zeros(page.shape[:2], np.uint8)
    for x, y, wide, high in WORD:
        prob[y : y + high, x : x + wide] = 250
    maps = [prob, cv2.resize(prob, None, fx=0.5, fy=0.5), cv2.resize(prob, None, fx=0.25, fy=0.25)]
    _, words, doubtful = find_words(page, maps, 0.5, 0.3)
    assert [word.box for word in words] == [(150, 130, 251, 160)]
    assert words[0].area == 3 * 600 + 36
    assert not doubtful


@pytest.mark.parametrize(
    ("drawn", "seen", "stays"),
    [
        ([*WORD, (245, 110, 50, 60)], WORD, (245, 110, 50, 60)),  # larger than the letters: a drawing
        ([(150, 140, 8, 8), (180, 130, 30, 30)], [(150, 140, 8, 8)], (180, 130, 30, 30)),  # more drawing than lettering
    ],
)  # fmt: skip
def test_a_drawing_in_a_balloon_stays(drawn: list[tuple[int, int, int, int]], seen: list[tuple[int, int, int, int]],
                                      stays: tuple[int, int, int, int]) -> None:  # fmt: skip
    mask = find(page_with(drawn), seen)
    x, y, wide, high = stays
    assert not mask[y : y + high, x : x + wide].any()
    assert mask[seen[0][1] + 2, seen[0][0] + 2] == 1


def test_a_figure_that_was_taken_for_a_letter_in_part_stays_where_it_was_not() -> None:
    drawn = (150, 110, 60, 70)
    mask = find(page_with([drawn, (230, 140, 20, 20)]), [(150, 110, 20, 30), (230, 140, 20, 20)])
    assert not mask[145:180, 155:205].any()


def test_a_wall_in_the_light_is_no_balloon() -> None:
    page = page_with([*WORD, DOT])
    shade = np.linspace(0.55, 1, 400)[None, :, None]
    mask = find((page * shade).astype(np.uint8), WORD)
    assert mask[DOT[1] + 2, DOT[0] + 2] == 0
    assert mask[140, 160] == 1


def test_nothing_goes_on_an_open_page_or_with_words_that_stay() -> None:
    page = np.full((300, 400, 3), 255, np.uint8)
    for x, y, wide, high in [*WORD, DOT]:
        page[y : y + high, x : x + wide] = 0
    assert find(page, WORD)[DOT[1] + 2, DOT[0] + 2] == 0
    assert not find(page_with([*WORD, DOT]), WORD, sure=100).any()

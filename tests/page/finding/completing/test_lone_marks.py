"""Marks alone in a balloon: they go beside balloons whose words go, and eyes, faces and other grounds stay."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from textrm.page.finding.completing.lone_marks import lone_marks
from textrm.page.finding.ground import find_grounds

HEIGHT, WIDTH = 480, 900
LETTERED = [(130, 100), (380, 100)]  # middles of balloons with words
THIRD = 640, 100
SIDES = 90, 60  # half the width and the height


def balloon(image: np.ndarray, middle: tuple[int, int], paper: int = 255, sides: tuple[int, int] = SIDES) -> None:
    cv2.ellipse(image, middle, sides, 0, 0, 360, (paper,) * 3, -1)
    cv2.ellipse(image, middle, sides, 0, 0, 360, (0, 0, 0), 3)


def words(image: np.ndarray, middle: tuple[int, int]) -> np.ndarray:
    """Twelve letters of 8 x 14 px in a balloon, and their mask."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for row in (-1, 1):
        for column in range(-3, 3):
            x, y = middle[0] + 18 * column, middle[1] + 14 * row
            mask[y - 7 : y + 7, x : x + 8] = 1
    image[mask != 0] = 0
    return mask


def found(draw: Callable[[np.ndarray], None], lettered: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """What goes of what ``draw`` adds to a page with so many balloons, H W bool, and the page."""
    image = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    mask, word = np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH), np.int64)
    for number, middle in enumerate(LETTERED[:lettered]):
        balloon(image, middle)
        own = words(image, middle)
        mask |= own
        word[own != 0] = number
    draw(image)
    ys, xs = np.nonzero(mask)
    grounds = find_grounds(image, (ys, xs), word[ys, xs], 1)
    more = np.zeros((HEIGHT, WIDTH), bool)
    ys, xs, _ = lone_marks(image, mask, grounds, np.ones(lettered, bool))
    more[ys, xs] = True
    assert not more[mask != 0].any()
    return more, image


def heart(image: np.ndarray) -> None:
    x, y = THIRD
    points = np.add([(0, 14), (-14, -2), (-8, -12), (0, -4), (8, -12), (14, -2)], (x, y))
    cv2.polylines(image, [points], True, (0, 0, 0), 2)


def dash(image: np.ndarray) -> None:
    cv2.line(image, (THIRD[0] - 20, THIRD[1]), (THIRD[0] + 20, THIRD[1]), (0, 0, 0), 4)


def pupil(image: np.ndarray) -> None:
    cv2.circle(image, THIRD, 14, (0, 0, 0), -1)


def face(image: np.ndarray) -> None:
    for side in (-1, 1):
        cv2.circle(image, (THIRD[0] + 35 * side, THIRD[1] - 15), 6, (0, 0, 0), -1)
    cv2.line(image, (THIRD[0] - 25, THIRD[1] + 25), (THIRD[0] + 25, THIRD[1] + 25), (0, 0, 0), 3)


@pytest.mark.parametrize("mark", [heart, dash])
def test_a_mark_goes_whole(mark: Callable[[np.ndarray], None]) -> None:
    more, image = found(lambda page: (balloon(page, THIRD), mark(page))[0])
    x, y = THIRD
    inside = np.s_[y - 40 : y + 40, x - 50 : x + 50]
    assert np.array_equal(more[inside], (image[inside] < 200).all(2))
    assert more.sum() == more[inside].sum()


@pytest.mark.parametrize("drawing", [pupil, face])
def test_pupils_and_faces_stay(drawing: Callable[[np.ndarray], None]) -> None:
    assert not found(lambda page: (balloon(page, THIRD), drawing(page))[0])[0].any()


def test_a_pair_of_eyes_stays() -> None:
    def eyes(page: np.ndarray) -> None:
        for x in (560, 560 + 2 * SIDES[0] + 6):
            balloon(page, (x, 300))
            cv2.line(page, (x - 20, 300), (x + 20, 300), (0, 0, 0), 4)

    assert not found(eyes)[0].any()


def test_balloons_of_another_colour_or_size_say_nothing() -> None:
    assert not found(lambda page: (balloon(page, THIRD, paper=160), dash(page))[0])[0].any()
    assert not found(
        lambda page: (balloon(page, THIRD, sides=(40, 30)), cv2.line(page, (632, 100), (648, 100), 0, 2))[0]
    )[0].any()


def test_one_balloon_is_no_witness() -> None:
    assert not found(lambda page: (balloon(page, THIRD), dash(page))[0], lettered=1)[0].any()

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.holes import Holes
from textrm.page.filling.strokes.find_strokes import find_strokes
from textrm.page.filling.strokes.repeats import repeated

HIGH, WIDE = 24, 52


def wall(shift: int = WIDE // 2) -> np.ndarray:
    """240 x 360 x 1: rows of bricks, every other one shifted by so many pixels."""
    page = np.full((240, 360, 1), 255, np.uint8)
    for row, top in enumerate(range(6, 240, HIGH)):
        page[top] = 0
        page[top : top + HIGH, 10 + row % 2 * shift :: WIDE] = 0
    return page


def hole() -> np.ndarray:
    """A row of bricks is hidden whole in it, and a part of the next one."""
    hidden = np.zeros((240, 360), np.uint8)
    hidden[98:140, 120:260] = 1
    return hidden


def drawn(truth: np.ndarray) -> np.ndarray:
    image, hidden = truth.copy(), hole()
    image[hidden != 0] = 90
    strokes = find_strokes(image, Holes(hidden))
    left = hidden.copy()
    strokes.take_out(left)
    image[left != 0] = 255
    strokes.draw(image, left)
    return image


def test_a_row_of_bricks_that_is_hidden_whole_comes_back() -> None:
    assert np.array_equal(drawn(wall()), wall())
    assert np.array_equal(drawn(wall(17)), wall(17))


def test_strokes_between_two_pixels_do_not_make_the_others_pale() -> None:
    truth = wall()
    joints = (truth == 0) & (np.roll(truth, 1, 0) == 0)
    truth[joints] = 128
    truth[np.roll(joints, 1, 1)] = 128
    image = drawn(truth)
    assert (image[102, 125:255] == 0).all()
    assert np.abs(image.astype(int) - truth).mean() < 0.2


def test_what_stands_in_one_row_alone_does_not_repeat() -> None:
    # Joints anywhere: then only the ends of strokes tell.
    rng, page = np.random.default_rng(3), np.full((240, 360, 1), 255, np.uint8)
    for top in range(6, 240, HIGH):
        page[top] = 0
        page[top : top + HIGH, rng.choice(360, 7, replace=False)] = 0
    assert repeated(page[..., 0], hole(), hole(), (0, 0), 255) is None


def test_parallel_strokes_are_told_by_their_ends() -> None:
    page = np.full((240, 360), 255, np.uint8)
    page[10::20] = 0
    assert repeated(page, hole(), hole(), (0, 0), 255) is None
    slanted = np.full((240, 360), 255, np.uint8)
    for x in np.random.default_rng(5).choice(360, 25, replace=False).tolist():
        cv2.line(slanted, (x, 20), (x - 40, 220), 0)
    assert repeated(slanted, hole(), hole(), (0, 0), 255) is None


def test_a_hole_that_no_shift_reaches_is_not_told() -> None:
    hidden = np.ones((240, 360), np.uint8)
    hidden[:, 300:] = 0
    assert repeated(wall()[..., 0], hidden, hidden, (0, 0), 255) is None

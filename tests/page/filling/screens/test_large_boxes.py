from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_screens import drawn, frequencies

from textrm.metrics import mean_screen_scores, screen_scores
from textrm.page.filling.holes import Holes
from textrm.page.filling.packed import Packed
from textrm.page.filling.screens import fill_screens as module
from textrm.page.filling.screens.continue_screen import continue_screen
from textrm.page.filling.screens.fill_screens import fill_screens, keep_tones


def boxed(height: int, width: int, frame: int, period: float, angle: float, ink: float) -> tuple[np.ndarray, ...]:
    """A screen with a box in it of which nothing is known: the truth, the picture and the hole."""
    truth = drawn(height + 2 * frame, width + 2 * frame, frequencies(period, angle), ink)[..., None].repeat(3, 2)
    hole = np.zeros(truth.shape[:2], np.uint8)
    hole[frame:-frame, frame:-frame] = 1
    picture = truth.copy()
    picture[hole != 0] = 20
    return truth, picture, hole


@pytest.mark.parametrize(
    ("height", "width", "frame", "period", "angle", "ink"),
    [
        (440, 440, 60, 5.0, 45.7, 0.25),  # sum and difference of the true vectors were taken
        (418, 232, 40, 8.27, 87.1, 0.33),  # a cycle was lost across the hole
        (202, 490, 40, 8.0, 82.6, 0.13),
    ],
)
def test_a_box_is_continued_in_phase_from_a_narrow_frame(
    height: int, width: int, frame: int, period: float, angle: float, ink: float
) -> None:
    truth, picture, hole = boxed(height, width, frame, period, angle, ink)
    rest = continue_screen(picture, hole.copy(), hole.copy())
    assert rest is not None
    assert not rest.any()
    scores = mean_screen_scores(screen_scores(picture, truth, hole))
    assert scores["phase"] < 0.01
    assert scores["lattice"] < 0.05


def test_blocks_in_the_middle_of_a_hole_see_the_screen_of_those_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, picture, hole = boxed(320, 320, 50, 5.0, 45.7, 0.25)
    monkeypatch.setattr(module, "BLOCK", 100)  # nothing of the page is known around the middle ones
    screened, doubtful = fill_screens(picture, Holes(hole.copy()))
    whole = slice(0, hole.shape[0]), slice(0, hole.shape[1])
    assert np.array_equal(screened[whole], hole)
    assert not doubtful[whole].any()
    assert mean_screen_scores(screen_scores(picture, truth, hole))["phase"] < 0.02


@pytest.mark.parametrize("known", [40, 60, 80])
def test_a_screen_of_which_a_corner_is_known_is_continued_or_told(known: int) -> None:
    truth = drawn(300, 400, frequencies(5.0, 45.7), 0.25)[..., None].repeat(3, 2)
    hole = np.ones(truth.shape[:2], np.uint8)
    hole[:known, :known] = 0
    picture = truth.copy()
    picture[hole != 0] = 20
    screened, doubtful = fill_screens(picture, Holes(hole.copy()))
    whole = slice(0, 300), slice(0, 400)
    assert np.array_equal(screened[whole] | doubtful[whole], hole)


def test_a_screen_that_was_rescaled_until_it_aliases_is_told_and_keeps_its_tone() -> None:
    fine = drawn(450, 600, frequencies(5.0, 45.7), 0.25)
    truth = cv2.resize(fine, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_NEAREST)[..., None].repeat(3, 2)
    hole = np.zeros(truth.shape[:2], np.uint8)
    hole[60:120, 70:170] = 1
    picture = truth.copy()
    picture[hole != 0] = 20
    screened, doubtful = fill_screens(picture, Holes(hole.copy()))
    whole = slice(0, hole.shape[0]), slice(0, hole.shape[1])
    assert not screened[whole].any()
    assert np.array_equal(doubtful[whole], hole)
    picture[hole != 0] = 120  # whatever was made of it
    keep_tones(picture, Holes(hole.copy()), hole, doubtful)
    assert abs(picture[hole != 0].mean() - truth[hole == 0].mean()) < 6
    assert np.array_equal(picture[hole == 0], truth[hole == 0])


def test_the_tone_of_a_drawing_is_not_mended() -> None:
    rng = np.random.default_rng(3)
    drawing = cv2.resize(rng.integers(0, 256, (15, 20), dtype=np.uint8), (200, 150), interpolation=cv2.INTER_LINEAR)
    picture = drawing[..., None].repeat(3, 2)
    hole = np.zeros((150, 200), np.uint8)
    hole[60:90, 70:130] = 1
    doubtful = Packed(hole.shape)
    doubtful.add((slice(0, 150), slice(0, 200)), hole)
    picture[hole != 0] = 120
    keep_tones(picture, Holes(hole.copy()), hole, doubtful)
    assert (picture[hole != 0] == 120).all()

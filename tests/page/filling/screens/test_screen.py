from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from drawn_screens import drawn, frequencies

from textrm.metrics import screen_scores
from textrm.page.filling.screens.continue_screen import continue_screen


def words(height: int, width: int) -> np.ndarray:
    hole = np.zeros((height, width), np.uint8)
    for row, text in enumerate(("Nobody", "looks")):
        cv2.putText(hole, text, (width // 5, height // 2 + 34 * row - 6), cv2.FONT_HERSHEY_SIMPLEX, 1, 1, 6)
    return hole


def filled(truth: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    picture = (truth if truth.ndim == 3 else truth[..., None].repeat(3, 2)).copy()
    picture[hole != 0] = np.random.default_rng(0).integers(0, 2, (int(hole.sum()), 1)) * np.iinfo(truth.dtype).max
    return picture, continue_screen(picture, hole.copy(), hole.copy())


def agreement(picture: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    seen = picture[hole != 0].astype(float).mean(1)
    return float(np.corrcoef(seen, truth[hole != 0].astype(float).reshape(len(seen), -1).mean(1))[0, 1])


@pytest.mark.parametrize(
    ("period", "angle", "ink", "least"),
    [(3.5, 45.7, 0.1, 0.98), (4.0, 44.0, 0.2, 0.99), (5.0, 45.0, 0.15, 0.99), (9.0, 30.0, 0.3, 0.99)],
)
def test_dots_go_on_in_phase(period: float, angle: float, ink: float, least: float) -> None:
    truth, hole = drawn(180, 240, frequencies(period, angle), ink), words(180, 240)
    picture, rest = filled(truth, hole)
    assert rest is not None
    assert not rest.any()
    assert agreement(picture, truth, hole) > least
    assert np.array_equal(picture[hole == 0], truth[hole == 0][:, None].repeat(3, 1))


def test_black_and_white_stays_so() -> None:
    truth, hole = drawn(180, 240, frequencies(5, 44), 0.2, soft=False), words(180, 240)
    picture, rest = filled(truth, hole)
    assert rest is not None
    assert not rest.any()
    assert set(np.unique(picture)) == {0, 255}
    assert agreement(picture, truth, hole) > 0.95


def test_the_phase_holds_over_a_hole_of_250_px() -> None:
    truth = drawn(190, 420, frequencies(4.7, 38), 0.25)
    hole = np.zeros((190, 420), np.uint8)
    hole[60:130, 85:335] = 1
    picture, rest = filled(truth, hole)
    assert rest is not None
    assert not rest.any()
    scores = screen_scores(picture, truth[..., None].repeat(3, 2), hole)
    assert scores[0]["phase"] < 0.02
    assert scores[0]["tone"] < 2
    assert agreement(picture[:, 180:240], truth[:, 180:240], hole[:, 180:240]) > 0.98


def test_a_graded_tone_goes_on_between_its_sides() -> None:
    truth = drawn(180, 260, frequencies(5, 41), np.linspace(0.1, 0.6, 260)[None])
    hole = np.zeros((180, 260), np.uint8)
    hole[50:130, 90:170] = 1
    picture, rest = filled(truth, hole)
    assert rest is not None
    assert not rest.any()
    assert agreement(picture, truth, hole) > 0.97
    assert abs(float(picture[50:130, 90:110].mean()) - float(truth[50:130, 90:110].mean())) < 6
    assert abs(float(picture[50:130, 150:170].mean()) - float(truth[50:130, 150:170].mean())) < 6


def test_a_tone_known_on_one_side_goes_on() -> None:
    truth = drawn(180, 200, frequencies(5, 41), 0.3)
    hole = np.zeros((180, 200), np.uint8)
    hole[:, 120:] = 1
    picture, rest = filled(truth, hole)
    assert rest is not None
    assert not rest.any()
    assert agreement(picture, truth, hole) > 0.98
    assert abs(float(picture[:, 120:].mean()) - float(truth[:, 120:].mean())) < 3


def test_lines_go_on() -> None:
    truth, hole = drawn(180, 240, frequencies(5.2, 63, lines=True), 0.3), words(180, 240)
    picture, rest = filled(truth, hole)
    assert rest is not None
    assert not rest.any()
    assert agreement(picture, truth, hole) > 0.99


def test_a_hole_that_touches_all_borders() -> None:
    truth = drawn(180, 240, frequencies(5, 44), 0.2)
    hole = np.zeros((180, 240), np.uint8)
    hole[80:110] = hole[:, 100:140] = 1
    hole[:4] = hole[-4:] = 1
    picture, rest = filled(truth, hole)
    assert rest is not None
    assert not rest.any()
    assert agreement(picture, truth, hole) > 0.98


def crossed() -> np.ndarray:
    one, other = (drawn(180, 240, frequencies(period, angle), 0.2) for period, angle in ((5.0, 45), (6.1, 13)))
    return np.minimum(one, other)


def noise() -> np.ndarray:
    return np.random.default_rng(5).normal(128, 50, (180, 240)).clip(0, 255).astype(np.uint8)


def grain_of_compression() -> np.ndarray:
    smooth = cv2.GaussianBlur(noise(), (0, 0), 9)
    return cv2.imdecode(cv2.imencode(".jpg", cv2.add(smooth, noise() // 8), [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 0)


def hatching_by_hand() -> np.ndarray:
    rng, picture = np.random.default_rng(3), np.full((180, 240), 255, np.uint8)
    for x in range(0, 320, 6):
        ends = [(int(x + rng.normal(0, 3)), 0), (int(x - 70 + rng.normal(0, 12)), 180)]
        cv2.line(picture, *ends, 0, int(rng.integers(1, 3)), cv2.LINE_AA)
    return picture


def frame() -> np.ndarray:
    picture = np.full((180, 240), 255, np.uint8)
    cv2.rectangle(picture, (40, 60), (200, 130), 0)
    return picture


@pytest.mark.parametrize(
    ("draw", "seen"),
    [(crossed, True), (noise, False), (grain_of_compression, False), (hatching_by_hand, False), (frame, False)],
)
def test_what_is_no_single_screen_is_left_alone(draw: Callable[[], np.ndarray], seen: bool) -> None:
    """Of what may be one, all is left over; of what is none, there is no answer."""
    truth, hole = draw(), words(180, 240)
    picture = truth[..., None].repeat(3, 2)
    before, own = picture.copy(), hole.copy()
    rest = continue_screen(picture, hole, own)
    assert np.array_equal(rest, hole) if seen else rest is None
    assert np.array_equal(picture, before)
    assert np.array_equal(own, hole)


def test_letters_on_white_beside_a_screen_get_no_dots() -> None:
    truth, hole = drawn(220, 280, frequencies(5, 45), 0.3), words(220, 280)
    cv2.ellipse(truth, (140, 115), (120, 62), 0, 0, 360, 255, -1)
    cv2.ellipse(truth, (140, 115), (120, 62), 0, 0, 360, 0, 2)
    picture, rest = filled(truth, hole)
    assert rest is None or np.array_equal(rest, hole)
    assert np.array_equal(picture[hole == 0], truth[hole == 0][:, None].repeat(3, 1))


def test_a_white_edge_around_letters_is_taken_along() -> None:
    truth, letters = drawn(180, 240, frequencies(5, 44), 0.25), words(180, 240)
    edge = cv2.dilate(letters, np.ones((9, 9), np.uint8))
    picture = np.where(edge != 0, 255, truth).astype(np.uint8)[..., None].repeat(3, 2)
    own = letters.copy()
    rest = continue_screen(picture, letters.copy(), own)
    assert rest is not None
    assert not rest.any()
    assert own[edge != 0].mean() > 0.85
    assert np.count_nonzero(own[cv2.dilate(edge, np.ones((7, 7), np.uint8)) == 0]) <= 2
    assert agreement(picture, truth, edge) > 0.95


def test_16_bits_one_channel_and_colour() -> None:
    vectors, hole = frequencies(5, 44), words(180, 240)
    grey = drawn(180, 240, vectors, 0.2)
    wide = (grey.astype(np.uint16) * 257)[..., None]
    picture = wide.copy()
    picture[hole != 0] = 0
    rest = continue_screen(picture, hole.copy(), hole.copy())
    assert rest is not None
    assert not rest.any()
    assert picture.dtype == np.uint16
    assert agreement(picture, wide, hole) > 0.99
    colour = (np.array([30, 60, 160]) + grey[..., None] / 255 * np.array([210, 180, 60])).astype(np.uint8)
    shown, rest = filled(colour, hole)
    assert rest is not None
    assert not rest.any()
    assert np.abs(shown[hole != 0].astype(float) - colour[hole != 0]).mean() < 6


@pytest.mark.parametrize("size", [(1, 1), (3, 90), (30, 30)])
def test_hardly_anything_known(size: tuple[int, int]) -> None:
    picture = np.full((*size, 1), 200, np.uint8)
    hole = np.ones(size, np.uint8)
    hole[0] = 0
    assert continue_screen(picture, hole, hole.copy()) is None

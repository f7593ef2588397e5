from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from textrm.page import InpaintingModel
from textrm.page.filling.fill import fill_holes
from textrm.page.filling.holes import Holes
from textrm.page.filling.packed import Packed
from textrm.page.filling.strokes.find_strokes import find_strokes

Place = tuple[float, float]


def paper(strokes: Sequence[Sequence[Place]], width: float = 2, grey: int = 255, ink: int = 0) -> np.ndarray:
    """160 x 200 of one grey with strokes through places (x, y), with soft edges."""
    scale = 8
    large = np.full((160 * scale, 200 * scale), grey, np.uint8)
    for places in strokes:
        points = np.rint((np.array(places) + 0.5) * scale).astype(np.int32)
        cv2.polylines(large, [points], False, ink, round(width * scale))
    return cv2.resize(large, (200, 160), interpolation=cv2.INTER_AREA)[..., None]


def box(left: int = 70, right: int = 130, top: int = 50, bottom: int = 110) -> np.ndarray:
    hole = np.zeros((160, 200), np.uint8)
    hole[top:bottom, left:right] = 1
    return hole


def continued(truth: np.ndarray, hole: np.ndarray, ground: int = 255, lines: Packed | None = None) -> np.ndarray:
    """The strokes drawn over holes that are filled with ``ground`` after other pixels stood there."""
    image = truth.copy()
    image[hole != 0] = 90
    strokes = find_strokes(image, Holes(hole, lines))
    left = hole.copy()
    strokes.take_out(left)
    image[left != 0] = ground
    strokes.draw(image, left)
    assert np.array_equal(left, hole)
    assert np.array_equal(image[hole == 0], truth[hole == 0])
    return image


def off(image: np.ndarray, truth: np.ndarray, hole: np.ndarray) -> float:
    return float(np.abs(image.astype(float) - truth)[hole != 0].mean())


CURVE = [(x, 80 + 0.004 * (x - 100) ** 2) for x in range(0, 201, 4)]


@pytest.mark.parametrize(
    "strokes",
    [
        [[(0, 80.3), (199, 80.3)]],
        [[(0, 10), (199, 150)]],
        [CURVE],
        [[(0, 20), (199, 140)], [(0, 130), (199, 40)]],
        [[(20 * n, 0), (20 * n, 159)] for n in range(1, 10)],
        [[(0, 55 + 9 * n), (199, 60 + 9 * n)] for n in range(-4, 8)],
    ],
    ids=["straight", "diagonal", "curve", "crossing", "stripes", "slanted stripes"],
)
def test_strokes_go_through(strokes: list[list[Place]]) -> None:
    truth, hole = paper(strokes), box()
    without = truth.copy()
    without[hole != 0] = 255
    assert off(continued(truth, hole), truth, hole) < 0.2 * off(without, truth, hole)


@pytest.mark.parametrize("width", [1, 1.5, 3, 5])
def test_a_stroke_keeps_its_width_and_tone(width: float) -> None:
    truth, hole = paper([[(0, 79.7), (199, 84.1)]], width, grey=200, ink=60), box()
    image = continued(truth, hole, 200)
    missing = 200.0 - image[50:110, 70:130]
    assert missing.sum() == pytest.approx((200.0 - truth[50:110, 70:130]).sum(), rel=0.05)
    assert np.abs(image.astype(int) - truth).max() < 40


def test_a_light_stroke_on_dark_ground() -> None:
    truth, hole = paper([[(0, 40), (199, 118)]], 2.5, grey=30, ink=230), box()
    assert np.abs(continued(truth, hole, 30).astype(int) - truth).max() < 60


def test_a_stroke_has_its_own_colour_in_16_bits() -> None:
    cover = 1 - paper([[(0, 70), (199, 90)]], 3).astype(float) / 255
    ground, ink = np.array([61000, 50000, 40000]), np.array([9000, 1003, 30001])
    truth = np.rint(ground + cover * (ink - ground)).astype(np.uint16)
    hole = box()
    image = truth.copy()
    image[hole != 0] = 0
    strokes = find_strokes(image, Holes(hole))
    image[hole != 0] = ground
    strokes.draw(image, hole)
    assert image.dtype == np.uint16
    middle = image[80, 100].astype(int)
    assert np.abs(middle - ink).max() <= 257
    assert np.abs(image.astype(int) - truth)[hole != 0].mean() < 300


def test_a_stroke_without_a_partner_ends() -> None:
    truth, hole = paper([[(0, 80), (100, 80)]]), box()
    image = continued(truth, hole)
    assert (image[hole != 0] == 255).all()


def test_a_stroke_goes_on_to_the_one_that_it_meets() -> None:
    truth, hole = paper([[(0, 80), (199, 80)], [(100, 0), (100, 80)]]), box(top=60, bottom=100)
    image = continued(truth, hole)
    assert np.abs(image.astype(int) - truth).max() < 80
    assert (image[84:100, 70:130] == 255).all()


def test_parallel_strokes_that_miss_each_other_are_not_joined() -> None:
    truth, hole = paper([[(0, 70), (99, 70)], [(101, 90), (199, 90)]]), box()
    assert (continued(truth, hole)[hole != 0] == 255).all()


def test_nothing_is_drawn_where_the_known_ground_between_is_bare() -> None:
    truth = paper([[(0, 80), (80, 80)], [(120, 80), (199, 80)]])
    hole = box(72, 90) | box(110, 128)
    assert (continued(truth, hole)[hole != 0] == 255).all()


def test_strokes_of_other_width_or_tone_are_not_joined() -> None:
    hole = box()
    thick = np.minimum(paper([[(0, 80), (99, 80)]], 1), paper([[(101, 80), (199, 80)]], 5))
    assert (continued(thick, hole)[hole != 0] == 255).all()
    pale = np.minimum(paper([[(0, 80), (99, 80)]], 3), paper([[(101, 80), (199, 80)]], 3, ink=180))
    assert (continued(pale, hole)[hole != 0] == 255).all()


def test_dots_and_noise_are_no_strokes() -> None:
    hole = box()
    y, x = np.mgrid[:160, :200]
    dots = np.where(np.cos(x * 0.9) + np.cos(y * 0.9) > 0.8, 0, 255).astype(np.uint8)[..., None]
    assert (continued(dots, hole)[hole != 0] == 255).all()
    noise = np.random.default_rng(5).integers(0, 256, (160, 200, 3), dtype=np.uint8)
    assert (continued(noise, hole)[hole != 0] == 255).all()


def test_any_lines_at_any_holes_are_drawn_within_them() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        spots = rng.uniform(-10, 210, (12, 2, 2)).tolist()
        truth = paper([[tuple(place) for place in both] for both in spots], rng.uniform(1, 5))
        hole = np.zeros((160, 200), np.uint8)
        for left, top in rng.integers(0, 150, (6, 2)).tolist():
            hole[top : top + 20, left : left + 40] = 1
        continued(truth, hole)  # which compares all outside the hole


def test_black_and_white_stays_so() -> None:
    truth, hole = paper([[(0, 70), (199, 95)]], 3), box()
    truth = np.where(truth > 127, 255, 0).astype(np.uint8)
    image = continued(truth, hole)
    assert set(np.unique(image)) == {0, 255}
    assert np.count_nonzero(image != truth) < 30


def test_a_line_that_parts_grounds_is_left_to_those_who_know_it() -> None:
    truth, hole = paper([[(0, 80), (199, 80)]]), box()
    lines = Packed(hole.shape)
    lines.add((slice(0, 160), slice(0, 200)), (truth[..., 0] < 128).astype(np.uint8) & (1 - hole))
    assert (continued(truth, hole, lines=lines)[hole != 0] == 255).all()


@pytest.mark.parametrize("hole", [box(0, 200, 0, 160), box(0, 60, 0, 60), box(150, 200, 100, 160), box(0, 199, 0, 160)])
def test_holes_at_the_page_s_borders(hole: np.ndarray) -> None:
    image = paper([[(0, 80), (199, 80)], [(0, 0), (199, 159)]])
    before = image.copy()
    find_strokes(image, Holes(hole)).draw(image, hole.copy())
    assert np.array_equal(image[hole == 0], before[hole == 0])


@pytest.mark.parametrize("channels", [1, 3])
def test_boards_beneath_words_are_whole_and_the_ground_is_exact(inpainter: InpaintingModel, channels: int) -> None:
    truth = paper([[(0, y), (199, y)] for y in range(14, 160, 22)], 1.5).repeat(channels, 2)
    hole = np.zeros((160, 200), np.uint8)
    cv2.putText(hole, "Abgl", (40, 100), cv2.FONT_HERSHEY_SIMPLEX, 2, 1, 14)
    image = truth.copy()
    image[hole != 0] = 0
    fill_holes(image, hole, "auto", inpainter)
    assert np.abs(image.astype(int) - truth)[70:95].max() < 40
    assert (image[(hole != 0) & (truth[..., 0] == 255)] == 255).mean() > 0.98


def test_traces_of_compression_beside_strokes_are_part_of_the_hole(inpainter: InpaintingModel) -> None:
    image = paper([[(0, 56), (199, 56)], [(0, 66), (199, 75)], [(0, 80), (199, 90)], [(0, 98), (199, 90)]]).repeat(3, 2)
    rows, columns = np.nonzero((image[..., 0] == 255) & (np.random.default_rng(1).random((160, 200)) < 0.05))
    image[rows, columns] = 245
    before, given, hole = image.copy(), box(), box()
    fill_holes(image, hole, "auto", inpainter)
    assert np.array_equal(image[hole == 0], before[hole == 0])
    assert np.count_nonzero(hole) > np.count_nonzero(given)


def test_a_balloon_without_strokes_has_none() -> None:
    truth = np.full((160, 200, 3), 250, np.uint8)
    hole = box()
    strokes = find_strokes(truth, Holes(hole))
    left = hole.copy()
    strokes.take_out(left)
    before = truth.copy()
    strokes.draw(truth, left)
    assert np.array_equal(left, hole)
    assert np.array_equal(truth, before)


def test_a_stroke_along_the_border_of_a_hole_goes_through() -> None:
    truth = paper([[(0, 78), (199, 90)]])
    hole = box(left=40, right=160, top=76, bottom=120)  # its upper border runs along the stroke for a while
    assert off(continued(truth, hole), truth, hole) < 1.5

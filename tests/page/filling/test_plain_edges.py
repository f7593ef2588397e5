import cv2
import numpy as np
import pytest

from textrm.page import InpaintingModel
from textrm.page.filling.fill import fill_holes
from textrm.page.filling.plain_edges import beyond_edges

WHITE = 255


def drawing(height: int = 140, width: int = 300, seed: int = 1) -> np.ndarray:
    """A painted surface, H W 3 uint8, from 60 to 140."""
    noise = np.random.default_rng(seed).integers(60, 141, (height // 4 + 2, width // 4 + 2, 3)).astype(np.uint8)
    return cv2.resize(noise, None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)[:height, :width].copy()


def letters(shape: tuple[int, int], top: int, bottom: int, left: int, right: int) -> np.ndarray:
    """Bars 18 px wide with gaps of 10 px, H W uint8."""
    hole = np.zeros(shape, np.uint8)
    for start in range(left, right, 28):
        hole[top:bottom, start : min(start + 18, right)] = 1
    return hole


def told(page: np.ndarray, hole: np.ndarray) -> np.ndarray:
    ground = beyond_edges(page, hole, hole)
    return np.zeros(hole.shape, bool) if ground is None else ground.inside


@pytest.mark.parametrize("quarters", range(4))
def test_a_panels_border_goes_on_beneath_letters(quarters: int) -> None:
    page = drawing()
    page[70:] = WHITE
    hole = letters(page.shape[:2], 40, 95, 60, 250)
    page, hole = (np.ascontiguousarray(np.rot90(part, quarters)) for part in (page, hole))
    below = np.rot90(np.arange(140)[:, None] * np.ones((1, 300), int) >= 70, quarters)
    np.testing.assert_array_equal(told(page, hole), (hole != 0) & below)


def test_so_does_a_corner_under_one_letter() -> None:
    page = np.full((140, 300, 3), WHITE, np.uint8)
    page[:70, :150] = drawing()[:70, :150]
    hole = np.zeros((140, 300), np.uint8)
    hole[50:90, 130:175] = 1
    outside = hole != 0
    outside[:70, :150] = False
    np.testing.assert_array_equal(told(page, hole), outside)


def test_a_gutter_between_two_panels_stays_one() -> None:
    page = drawing()
    page[64:76] = WHITE
    hole = letters(page.shape[:2], 30, 110, 60, 250)
    expected = hole != 0
    expected[:64] = expected[76:] = False
    np.testing.assert_array_equal(told(page, hole), expected)


def test_what_is_known_beside_the_edge_is_told_but_not_the_drawing() -> None:
    page = drawing()
    page[70:] = WHITE
    hole = letters(page.shape[:2], 40, 95, 60, 250)
    ground = beyond_edges(page, hole, hole)
    assert ground is not None
    assert not ground.beside[:70].any()
    assert ground.beside[71:95, 80].all()
    assert not (ground.beside & (hole != 0)).any()


@pytest.mark.parametrize(("kind", "channels"), [(np.uint8, 1), (np.uint16, 3), (np.uint16, 1)])
def test_grey_and_sixteen_bits(kind: type, channels: int) -> None:
    page = drawing()[..., :channels].astype(kind) * (257 if kind is np.uint16 else 1)
    page[70:] = np.iinfo(kind).max
    hole = letters(page.shape[:2], 40, 95, 60, 250)
    expected = hole != 0
    expected[:70] = False
    np.testing.assert_array_equal(told(np.ascontiguousarray(page), hole), expected)


def test_dots_are_no_drawing_that_an_edge_parts() -> None:
    page = np.full((140, 300, 3), WHITE, np.uint8)
    y, x = np.mgrid[:70, :300]
    page[:70][(x % 6 < 4) & (y % 6 < 4)] = 0
    assert not told(page, letters(page.shape[:2], 40, 95, 60, 250)).any()


def test_a_painted_surface_is_no_plain_ground() -> None:
    page = drawing()
    page[70:] = np.clip(240 + np.random.default_rng(2).normal(0, 4, (70, 300, 3)), 0, 255).astype(np.uint8)
    assert not told(page, letters(page.shape[:2], 40, 95, 60, 250)).any()


def test_a_round_balloon_is_not_made_square() -> None:
    page = drawing(200)
    cv2.circle(page, (150, 90), 60, (WHITE,) * 3, -1)
    hole = letters(page.shape[:2], 120, 180, 80, 220)
    y, x = np.mgrid[:200, :300]
    beyond = (x - 150) ** 2 + (y - 90) ** 2 > 63**2
    assert not (told(page, hole) & beyond).any()


def test_nothing_is_known() -> None:
    page = drawing()
    hole = np.ones(page.shape[:2], np.uint8)
    assert beyond_edges(page, hole, hole) is None


def test_the_net_does_not_paint_over_the_border_nor_paper_into_the_panel() -> None:
    page = drawing()
    page[70:] = WHITE
    hole = letters(page.shape[:2], 40, 95, 60, 250)
    lettered = page.copy()
    lettered[hole != 0] = 0
    fill_holes(lettered, hole.copy(), "auto", InpaintingModel(threads=1))
    assert (lettered[70:][hole[70:] != 0] == WHITE).all()
    last = lettered[66:70][hole[66:70] != 0].astype(int)  # the drawing has 60 to 140
    assert np.abs(last.mean() - page[66:70].mean()) < 12
    assert last.max() < 180

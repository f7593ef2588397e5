from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.filling.fill import fill_holes
from textrm.page.filling.hole import make_hole
from textrm.page.finding.mask import widen

SIZE = 200, 300
CENTRE = 150, 100
RADIUS = 70


def balloon(ground: tuple[int, int, int] = (255, 255, 255), line: tuple[int, int, int] = (0, 0, 0)) -> np.ndarray:
    """A round balloon on a panel, drawn with soft edges."""
    page = np.full((*SIZE, 3), ground, np.uint8)
    cv2.circle(page, CENTRE, RADIUS, line, 3, cv2.LINE_AA)
    return page


def lettered(clean: np.ndarray, left: int, text: str = "HIM") -> tuple[np.ndarray, np.ndarray]:
    """A word from ``left`` on in the middle of the balloon, and its mask."""
    page, mask = clean.copy(), np.zeros(SIZE, np.uint8)
    cv2.putText(page, text, (left, 112), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 4, cv2.LINE_AA)
    mask[np.abs(page.astype(int) - clean).max(2) > 24] = 1
    return page, mask


def outline(clean: np.ndarray) -> np.ndarray:
    return clean.min(2) < 100


def off(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.abs(a.astype(int) - b).max(2)


def test_far_from_lines_the_mask_grows_on_all_sides() -> None:
    page, mask = lettered(np.full((*SIZE, 3), 255, np.uint8), 110)
    hole = make_hole(page, mask, 5, 2)
    assert np.array_equal(hole.pixels, widen(mask, 5))
    assert hole.walls[:, :].sum() == hole.retouched[:, :].sum() == 0
    assert np.array_equal(make_hole(page, mask, 0, 2).pixels, mask)


def test_an_empty_mask_makes_no_hole() -> None:
    page = balloon()
    hole = make_hole(page, np.zeros(SIZE, np.uint8), 5, 2)
    assert hole.pixels.sum() == hole.walls[:, :].sum() == hole.retouched[:, :].sum() == 0


@pytest.mark.parametrize("radius", [2, 8, 14, 40])
def test_a_growth_of_any_width_stops_before_the_outline(radius: int) -> None:
    clean = balloon()
    page, mask = lettered(clean, 118)
    before = page.copy()
    hole = make_hole(page, mask, radius, 2)
    assert np.array_equal(page, before)
    assert (hole.pixels >= mask).all()
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    distance = np.hypot(x - CENTRE[0], y - CENTRE[1])
    assert distance[hole.pixels != 0].max() < RADIUS - 2
    assert (widen(mask, radius)[distance > RADIUS - 2].any()) == (radius > 14)


@pytest.mark.parametrize(
    ("left", "text"), [(79, "HIM"), (84, "HIM"), (72, "HIM"), (62, "HI"), (150, "OOM"), (145, "MMW")]
)
@pytest.mark.parametrize("radius", [2, 8, 14])
@pytest.mark.parametrize("ground", [(255, 255, 255), (250, 220, 140)])
def test_words_on_the_outline_go_and_it_stays(left: int, text: str, radius: int, ground: tuple[int, int, int]) -> None:
    clean = balloon(ground)
    page, mask = lettered(clean, left, text)
    hole = make_hole(page, mask, radius, 2)
    pixels = hole.pixels.copy()
    fill_holes(page, pixels, "flat", None, hole.walls)
    assert np.count_nonzero(off(page, clean) > 60) <= 3
    assert np.count_nonzero((off(page, clean) > 60) & outline(clean)) <= 1


def test_an_outline_that_the_mask_covers_stands() -> None:
    clean = balloon()
    page, mask = lettered(clean, 84)
    mask[80:120, 76:88][outline(clean)[80:120, 76:88]] = 1
    hole = make_hole(page, widen(mask, 1), 2, 2)
    assert not (hole.pixels[outline(clean)]).any()
    assert np.array_equal(page[outline(clean)], clean[outline(clean)])


def test_a_panel_border_and_what_lies_behind_it_stand() -> None:
    clean = np.full((*SIZE, 3), 255, np.uint8)
    clean[:, 200:] = (90, 140, 60)
    clean[:, 196:200] = 0
    page, mask = lettered(clean, 137)  # its last stroke touches the border
    assert (widen(mask, 14)[:, 200:]).any()
    hole = make_hole(page, mask, 14, 2)
    assert not hole.pixels[:, 196:].any()
    fill_holes(page, hole.pixels, "flat", None, hole.walls)
    assert np.array_equal(page[:, :195], clean[:, :195])


def test_a_rule_through_a_word_comes_out_on_the_other_side() -> None:
    clean = np.full((*SIZE, 3), 255, np.uint8)
    clean[100:102] = 90
    page, mask = lettered(clean, 110)
    hole = make_hole(page, mask, 2, 2)
    assert hole.retouched[100:102, 110:190].any()
    assert np.array_equal(page[hole.retouched[:, :] == 0], lettered(clean, 110)[0][hole.retouched[:, :] == 0])
    fill_holes(page, hole.pixels, "flat", None, hole.walls)
    assert off(page, clean)[100:102].mean() < 3
    assert np.count_nonzero(off(page, clean) > 60) <= 24  # of 564 of letters
    assert np.count_nonzero(off(page, clean)[:97]) == np.count_nonzero(off(page, clean)[104:]) == 0


def test_no_grey_is_drawn_on_a_page_without_grey() -> None:
    clean = np.where(balloon() < 128, 0, 255).astype(np.uint8)
    page, mask = lettered(clean, 79)
    page = np.where(page < 128, 0, 255).astype(np.uint8)
    hole = make_hole(page, mask, 2, 2)
    assert hole.pixels.any()
    assert set(np.unique(page)) == {0, 255}


def test_letters_of_another_colour_beside_a_line_go() -> None:
    clean = balloon()
    page, mask = lettered(clean, 118)
    yellow = np.zeros(SIZE, np.uint8)
    cv2.putText(yellow, "o", (84, 112), cv2.FONT_HERSHEY_SIMPLEX, 1, 1, 3)
    page[yellow != 0] = (255, 240, 150)
    mask |= yellow
    assert (make_hole(page, mask, 2, 2).pixels >= mask).all()


def test_on_art_the_mask_grows_as_it_is() -> None:
    page = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    mask = lettered(np.full((*SIZE, 3), 255, np.uint8), 110)[1]
    assert np.array_equal(make_hole(page, mask, 8, 2).pixels, widen(mask, 8))


def test_a_mask_that_covers_the_page() -> None:
    page = balloon()
    mask = np.ones(SIZE, np.uint8)
    assert make_hole(page, mask, 8, 2).pixels.all()


def test_a_frame_close_around_small_letters_stands() -> None:
    page = np.full((120, 170, 1), 255, np.uint8)
    cv2.rectangle(page, (20, 20), (149, 99), 0, 2)
    mask = np.zeros(page.shape[:2], np.uint8)
    for top in range(26, 90, 14):
        for left in range(26, 140, 12):
            mask[top : top + 10, left : left + 8] = 1
    mask[82:97, 136:139] = 1  # a letter comes down to the frame
    page[mask != 0] = page[97, 136:139] = 0
    mask[97:101, 80:100] = 1  # a piece of the frame is taken for lettering
    frame = np.zeros_like(mask)
    cv2.rectangle(frame, (20, 20), (149, 99), 1, 1)
    frame[90:] = 0
    assert not (make_hole(page, mask, 2, 2).pixels & frame).any()

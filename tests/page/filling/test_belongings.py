from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.filling.belongings import find_belongings
from textrm.page.filling.fill import fill_holes
from textrm.page.filling.hole import make_hole
from textrm.page.group import ellipse

SIZE = 140, 320
EDGE = 2


def letters(text: str = "KEX", thick: int = 7) -> np.ndarray:
    """Where letters are, in [0, 1] with soft edges, and room around them."""
    large = np.zeros((4 * SIZE[0], 4 * SIZE[1]), np.uint8)
    cv2.putText(large, text, (200, 380), cv2.FONT_HERSHEY_SIMPLEX, 9, 255, 4 * thick)
    return cv2.resize(large, SIZE[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def widened(shape: np.ndarray, by: int) -> np.ndarray:
    distance = cv2.distanceTransform((shape < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    return np.clip(by + 0.5 - distance, 0, 1)


def over(ground: np.ndarray, share: np.ndarray, colour: float) -> np.ndarray:
    return ground + share[..., None] * (colour - ground)


def lines(pitch: int = 9) -> np.ndarray:
    ground = np.full((*SIZE, 1), 255.0)
    ground[::pitch] = ground[1::pitch] = 0
    return ground


def art(seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).uniform(0, 255, (*SIZE, 1)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 3)[..., None]
    return np.clip((soft - soft.mean()) * 8 + 128, 0, 255)


def found(page: np.ndarray, mask: np.ndarray) -> np.ndarray:
    shown = np.rint(page).astype(np.uint8)
    return find_belongings(shown, mask, mask, 2, EDGE)[0] & (1 - mask)


def as_mask(shape: np.ndarray) -> np.ndarray:
    return (shape > 0.1).astype(np.uint8)


def test_the_insides_of_hollow_letters_over_lines_are_theirs() -> None:
    inside, whole = letters(), widened(letters(), 4)
    page = over(over(lines(), whole, 0), inside, 255)
    outline = as_mask(np.clip(whole - inside, 0, 1))
    hole = make_hole(np.rint(page).astype(np.uint8), outline, 2, EDGE)
    assert hole.pixels[whole > 0.5].mean() > 0.99
    far = cv2.dilate(as_mask(whole), np.ones((9, 9), np.uint8)) == 0
    assert not hole.pixels[far].any()


def test_what_shows_through_letters_is_not_theirs() -> None:
    page = over(lines(), letters("BOA"), 0)
    assert not found(page, as_mask(letters("BOA"))).any()


@pytest.mark.parametrize("colour", [255, 0, 130])
def test_an_edge_of_one_colour_goes(colour: int) -> None:
    ground, edged = art(), widened(letters(), 6)
    page = over(over(ground, edged, colour), letters(), 255 - colour if colour != 130 else 0)
    hole = make_hole(np.rint(page).astype(np.uint8), as_mask(letters()), 2, EDGE).pixels
    assert hole[edged > 0.5].mean() > 0.97
    assert not hole[widened(letters(), 10) == 0].any()


def test_a_second_edge_goes_with_the_first() -> None:
    mask = np.zeros((200, 320), np.uint8)
    for row, text in enumerate(("SOMEBODY", "MOVED IT")):
        cv2.putText(mask, text, (40, 85 + 60 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 1, 6)
    inner, outer = (cv2.dilate(mask, ellipse(radius)) for radius in (3, 6))
    page = np.full((200, 320, 3), (90.0, 160.0, 210.0))
    for shape, colour in ((outer, (0, 0, 0)), (inner, (255, 255, 255)), (mask, (200, 30, 30))):
        page += cv2.GaussianBlur(shape.astype(np.float32), (0, 0), 0.6)[..., None] * (np.array(colour) - page)
    hole = make_hole(np.rint(page).astype(np.uint8), mask, 2, EDGE).pixels
    assert hole[outer != 0].mean() > 0.97
    assert not hole[cv2.dilate(outer, ellipse(6)) == 0].any()


def test_art_around_letters_is_not_theirs() -> None:
    for seed in range(5):
        page = over(art(seed), letters(), 0)
        assert not found(page, as_mask(letters())).any()


def test_a_box_around_a_word_is_not_its_edge() -> None:
    page = art()
    page[34:106, 40:300] = 255
    block = np.zeros(SIZE, np.float32)
    block[40:100, 46:294] = 1  # as letters that fill a line tightly
    assert not found(over(page, block, 0), as_mask(block)).any()


@pytest.mark.parametrize(("ground", "light"), [(30, 255), (230, 10), (90, 240)])
def test_a_glow_goes_and_a_gradient_comes_back(ground: int, light: int) -> None:
    clean = np.full((*SIZE, 1), float(ground)) + np.linspace(-10, 10, SIZE[1])[None, :, None]
    glow = cv2.GaussianBlur(widened(letters(), 3), (0, 0), 3)
    page = np.rint(over(over(clean, glow, light), letters(), light)).astype(np.uint8)
    mask = as_mask(letters())
    assert find_belongings(page, mask, mask, 2, EDGE)[0].any()
    hole = make_hole(page, mask, 2, EDGE)
    fill_holes(page, hole.pixels, "flat", None, hole.walls)
    assert np.abs(page - clean).max() <= 8


def test_plain_ground_has_nothing() -> None:
    page = np.rint(over(np.full((*SIZE, 1), 250.0), letters(), 0)).astype(np.uint8)
    mask = as_mask(letters())
    assert not found(page, mask).any()


def test_a_mask_that_is_not_to_be_widened_is_taken_as_it_is() -> None:
    page = np.rint(over(over(art(), widened(letters(), 6), 255), letters(), 0)).astype(np.uint8)
    mask = as_mask(letters())
    assert np.array_equal(make_hole(page, mask, 0, EDGE).pixels, mask)


def test_a_plate_that_letters_stand_on_is_no_glow() -> None:
    shape = letters("TT")
    ys, xs = np.nonzero(shape > 0.5)
    corners = [(xs.min() - 8, ys.min() - 7), (xs.max() + 7, ys.min() - 8), (xs.max() + 8, ys.max() + 7),
               (xs.min() - 7, ys.max() + 8)]  # fmt: skip
    plate = np.zeros(SIZE, np.float32)
    cv2.fillPoly(plate, [np.array(corners, np.int32)], 1.0)
    ground = np.full((*SIZE, 1), 90.0) + np.random.default_rng(0).normal(0, 4, (*SIZE, 1))
    page = over(over(ground, cv2.GaussianBlur(plate, (0, 0), 3), 205), shape, 40)
    assert found(np.clip(page, 0, 255), as_mask(shape)).mean() < 0.01


def test_where_a_glow_is_stronger_beside_a_thick_stroke_it_goes_too() -> None:
    word, ground = letters(), np.full((*SIZE, 1), 30.0)
    glow = cv2.GaussianBlur(widened(word, 3), (0, 0), 3)
    mask = as_mask(word)
    distance = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    row = int(np.flatnonzero(mask.any(1))[-1])  # below the first letter
    left = int(np.flatnonzero(mask[row])[0]) - 2
    bright, beam = (np.zeros(SIZE, bool) for _ in range(2))
    bright[row + 2 : row + 8, left : left + 14] = True
    beam[row + 2 :, left : left + 14] = True
    page = over(ground, np.where(distance <= 3, np.maximum(glow, 0.7), 0.7 * glow), 200)
    for shape, goes in ((bright, True), (beam, False)):  # light that comes from elsewhere is drawn
        lit = found(over(over(page, shape.astype(np.float32), 250), word, 255), mask)
        assert (lit[shape & (distance > 4) & (distance < 8)].mean() > 0.9) == goes


def test_what_stands_in_a_wide_letter_beyond_its_glow_is_not_lit() -> None:
    shape, thing = np.zeros(SIZE, np.float32), np.zeros(SIZE, np.float32)
    cv2.circle(shape, (160, 70), 60, 1, 7)
    cv2.circle(thing, (160, 70), 12, 1, -1)
    glow = cv2.GaussianBlur(widened(shape, 3), (0, 0), 3)
    page = over(over(over(np.full((*SIZE, 1), 30.0), thing, 240), glow, 255), shape, 255)
    lit = found(page, as_mask(shape))
    assert lit[(glow > 0.3) & (shape < 0.1)].mean() > 0.9
    assert not lit[thing != 0].any()

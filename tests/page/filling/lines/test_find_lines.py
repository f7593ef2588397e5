from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.filling.lines.find_lines import Lines, find_lines, ink_beside, margin

SIZE = 120, 200
EDGE = 2
LINE = slice(58, 61)  # rows
STEM = slice(90, 98)  # columns


def paper(*colour: int) -> np.ndarray:
    return np.full((*SIZE, len(colour)), colour, np.uint8)


def lettered(clean: np.ndarray, rows: slice, ink: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A stem in these rows, and its mask."""
    page, mask = clean.copy(), np.zeros(SIZE, np.uint8)
    page[rows, STEM], mask[rows, STEM] = ink, 1
    return page, mask


def found(page: np.ndarray, mask: np.ndarray, radius: int = EDGE) -> Lines:
    lines = find_lines(page, mask, mask, radius, EDGE)
    assert lines is not None
    return lines


def test_letters_alone_have_no_lines() -> None:
    page, mask = lettered(paper(255, 255, 255), slice(30, 80))
    assert not ink_beside(page, mask, mask, 14, EDGE)
    assert find_lines(page, mask, mask, 14, EDGE) is None
    assert find_lines(page, np.zeros_like(mask), np.zeros_like(mask), 14, EDGE) is None


@pytest.mark.parametrize(("radius", "meets"), [(2, False), (8, False), (14, True), (40, True)])
def test_a_line_is_met_where_the_hole_reaches_it(radius: int, meets: bool) -> None:
    clean = paper(255, 255, 255)
    clean[LINE] = 0
    page, mask = lettered(clean, slice(20, 42))
    assert ink_beside(page, mask, mask, radius, EDGE) == meets
    lines = find_lines(page, mask, mask, radius, EDGE)
    assert (lines is not None) == meets
    if lines is not None:
        assert np.array_equal(lines.pixels, clean[..., 0] == 0)
        assert not lines.ending.any()
        assert lines.traced.sum() == lines.hidden.sum() == lines.spurs.sum() == len(lines.colours) == 0


@pytest.mark.parametrize("colour", [(255, 255, 255), (250, 220, 140), (200,)])
def test_a_grey_line_beneath_a_letter_has_its_own_colour(colour: tuple[int, ...]) -> None:
    clean = paper(*colour)
    clean[LINE] = np.array(colour) // 2
    page, mask = lettered(clean, slice(30, 90))
    lines = found(page, mask)
    assert lines.hidden[LINE, STEM].all()
    assert not lines.hidden[: LINE.start - 2].any()
    assert not lines.hidden[LINE.stop + 2 :].any()
    assert lines.colours.shape == (lines.hidden.sum(), len(colour))
    retouched = page.astype(np.float32)
    retouched[lines.hidden != 0] = lines.colours
    assert np.abs(retouched - clean)[LINE, STEM].max() <= 4
    assert not lines.ending.any()


def test_levels_tell_what_8_bits_do() -> None:
    clean = paper(250, 220, 140)
    clean[LINE] = 90
    page, mask = lettered(clean, slice(30, 90))
    lines, of_levels = found(page, mask), found(page.astype(np.float32), mask)
    for name in ("pixels", "traced", "hidden", "colours", "ink", "near", "spurs"):
        assert np.array_equal(getattr(lines, name), getattr(of_levels, name))


def test_a_line_that_ends_in_a_letter_is_ending() -> None:
    clean = paper(255, 255, 255)
    clean[LINE, : STEM.start] = 0
    page, mask = lettered(clean, slice(30, 90))
    lines = found(page, mask)
    assert lines.ending.any()
    assert not lines.hidden.any()
    assert lines.pixels[LINE, 10 : STEM.start - EDGE - 1].all()
    assert not lines.pixels[:, STEM.stop :].any()


def test_the_end_of_a_stroke_that_the_mask_missed_goes() -> None:
    clean = paper(255, 255, 255)
    clean[LINE] = 0
    page, mask = lettered(clean, slice(20, LINE.start))
    mask[LINE.start - 3 :] = 0
    lines = found(page, mask)
    beyond = LINE.start - 1, STEM  # farther from the mask than the letters' edge
    assert not lines.near[beyond].any()
    assert lines.ink[beyond].all()
    assert lines.spurs[beyond].all()
    assert not lines.pixels[beyond].any()
    assert lines.pixels[LINE, 10:190].all()
    assert not lines.ending.any()


@pytest.mark.parametrize(("line", "counts"), [(180, False), (120, True)])
def test_ink_is_told_by_its_distance_from_the_ground(line: int, counts: bool) -> None:
    clean = paper(255, 255, 255)
    clean[LINE] = line
    page, mask = lettered(clean, slice(20, 54))
    assert ink_beside(page, mask, mask, 8, EDGE) == counts


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("letters", "counts"), [(226, False), (224, True)])
def test_pale_letters_have_no_lines(letters: int, counts: bool, channels: int) -> None:
    clean = paper(*[255] * channels)
    clean[LINE] = letters
    page, mask = lettered(clean, slice(20, 54), letters)
    assert ink_beside(page, mask, mask, 8, EDGE) == counts


def test_art_has_no_lines() -> None:
    page = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    page, mask = lettered(page, slice(30, 90))
    assert not ink_beside(page, mask, mask, 8, EDGE)


def test_a_short_mark_beside_a_letter_is_no_line() -> None:
    page, mask = lettered(paper(255, 255, 255), slice(30, 80))
    page[82:86, STEM] = 0  # a part that the mask missed
    assert ink_beside(page, mask, mask, 8, EDGE)
    assert find_lines(page, mask, mask, 8, EDGE) is None


@pytest.mark.parametrize(("radius", "edge"), [(0, 2), (2, 2), (14, 2), (64, 8)])
def test_the_margin_is_enough_to_tell_ink(radius: int, edge: int) -> None:
    clean = np.full((300, 300, 3), 255, np.uint8)
    clean[160 + radius + 1 : 160 + radius + 4] = 0
    mask = np.zeros((300, 300), np.uint8)
    mask[140:160, 140:160] = 1
    page = clean.copy()
    page[mask != 0] = 0
    around = margin(radius, edge)
    window = slice(140 - around, 160 + around), slice(140 - around, 160 + around)
    whole = ink_beside(page, mask, mask, radius, edge)
    assert ink_beside(page[window], mask[window], mask[window], radius, edge) == whole
    assert whole == (radius > edge)


def test_one_word_of_two_meets_the_line() -> None:
    clean = paper(255, 255, 255)
    clean[LINE] = 0
    page, mask = lettered(clean, slice(20, 52))
    far = np.zeros_like(mask)
    far[4:10, 20:60] = 1
    page[far != 0] = 0
    both = cv2.bitwise_or(mask, far)
    assert ink_beside(page, both, mask, 8, EDGE)
    assert not ink_beside(page, both, far, 8, EDGE)


def balloon(middle: tuple[int, int] = (100, 60), axes: tuple[int, int] = (80, 45)) -> np.ndarray:
    """A page with the outline of a balloon, with soft edges."""
    large = np.full((4 * SIZE[0], 4 * SIZE[1]), 255, np.uint8)
    cv2.ellipse(large, (4 * middle[0], 4 * middle[1]), (4 * axes[0], 4 * axes[1]), 0, 0, 360, 0, 10)
    return cv2.resize(large, SIZE[::-1], interpolation=cv2.INTER_AREA)[..., None].repeat(3, 2)


# Letters along the narrow end of the balloon, over its outline, and across it.
ALONG = (
    [(168, 38), (182, 42), (178, 88), (170, 88)],
    [(20, 30), (30, 30), (30, 92), (22, 92)],
    [(160, 52), (190, 60), (160, 64)],
)


@pytest.mark.parametrize("radius", [2, 8, 14])
@pytest.mark.parametrize("outlined", [False, True])
@pytest.mark.parametrize("letter", ALONG)
def test_the_outline_of_a_balloon_goes_on_beneath_letters(
    letter: list[tuple[int, int]], outlined: bool, radius: int
) -> None:
    """Also where the mask takes an arc of the outline for a part of the letter."""
    clean = balloon()
    over = cv2.fillPoly(np.zeros(SIZE, np.uint8), [np.array(letter)], 1)
    page = np.where(over[..., None] != 0, np.uint8(0), clean)
    mask = over.copy()
    if outlined:
        mask |= cv2.dilate(over, np.ones((15, 15), np.uint8)) & (page[..., 0] < 128)
    lines = found(page, mask, radius)
    assert not lines.ending.any()
    full = clean[..., 0] < 60
    assert cv2.dilate(lines.pixels, np.ones((3, 3), np.uint8))[full].all()
    assert lines.pixels[full].mean() > 0.97
    assert not lines.pixels[cv2.erode(clean, np.ones((7, 7), np.uint8))[..., 0] == 255].any()


def test_a_line_near_letters_that_does_not_touch_them_is_not_followed() -> None:
    clean = paper(255, 255, 255)
    clean[LINE] = 0
    page, mask = lettered(clean, slice(20, LINE.start - 2 * EDGE))
    lines = found(page, mask, 14)
    assert not lines.traced.any()
    assert not lines.ending.any()
    assert lines.pixels[LINE].all()


def test_the_half_of_a_letter_that_the_mask_missed_goes_where_the_line_beneath_it_is_followed() -> None:
    clean = paper(255, 255, 255)
    clean[LINE] = 0
    page, mask = lettered(clean, slice(20, LINE.stop))
    mask[LINE.start - 13 :] = 0
    lines = found(page, mask)
    missed = slice(LINE.start - 10, LINE.start - 1), STEM
    assert lines.spurs[missed].all()
    assert not lines.pixels[missed].any()
    assert lines.pixels[LINE].all()
    assert not lines.ending.any()

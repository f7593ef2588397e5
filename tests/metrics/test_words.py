"""How components are grouped into words, on bars and dots whose gaps are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.metrics import group_words, polygon_words
from textrm.metrics.components import ACCENT, GAP, REACH
from textrm.metrics.words import Words

SHAPE = (200, 300)


def draw(*boxes: tuple[int, int, int, int], shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """A mask of bars (top, left, height, width)."""
    mask = np.zeros(shape, np.uint8)
    for top, left, height, width in boxes:
        mask[top : top + height, left : left + width] = 1
    return mask


def together(words: Words, *spots: tuple[int, int]) -> list[list[int]]:
    """The spots (y, x), by their place in the list, that are of one word, in order."""
    labels = [int(words.labels[spot]) for spot in spots]
    return [[number for number, label in enumerate(labels) if label == one] for one in dict.fromkeys(labels)]


@pytest.mark.parametrize(("heights", "gap", "words"), [
    ((20, 20), 9, 1), ((20, 20), 10, 2), ((20, 40), 9, 1), ((20, 40), 10, 2), ((40, 40), 19, 1), ((21, 21), 10, 1),
])  # fmt: skip
def test_bars_are_one_word_where_their_gap_is_below_half_the_lower(
    heights: tuple[int, int], gap: int, words: int
) -> None:
    mask = draw((50, 50, heights[0], 6), (50, 56 + gap, heights[1], 6))
    for turned in (mask, mask[::-1], mask[:, ::-1]):
        found = group_words(turned)
        assert len(found.heights) == words
        assert sorted(found.heights) == ([max(heights)] if words == 1 else sorted(heights))
        assert np.array_equal(found.labels > 0, turned > 0)


def test_the_gap_is_that_of_the_nearest_pixels_not_of_the_boxes() -> None:
    mask = np.zeros(SHAPE, np.uint8)
    cv2.line(mask, (20, 20), (140, 140), 1, 3)
    mask[30:70, 110:116] = 1  # inside the diagonal's box, 27 px from the line; half the bar's height is 20
    found = group_words(mask)
    assert together(found, (45, 112), (80, 80)) == [[0], [1]]
    assert found.heights[found.labels[45, 112] - 1] == 40
    mask[20:60, 68:74] = 1  # 6 px from the line
    assert together(group_words(mask), (45, 70), (80, 80), (45, 112)) == [[0, 1], [2]]


def test_a_diagonal_gap_is_measured_straight() -> None:
    near, far = draw((50, 50, 20, 6), (76, 62, 20, 6)), draw((50, 50, 20, 6), (78, 64, 20, 6))
    # 6 px between them across and down: hypot(7, 7) - 1 = 8.9; then 8 px: hypot(9, 9) - 1 = 11.7
    assert [len(group_words(mask).heights) for mask in (near, far)] == [1, 2]


@pytest.mark.parametrize(("height", "words"), [(5, 1), (6, 2)])
def test_a_lone_component_below_a_third_of_the_letter_counts_with_it(height: int, words: int) -> None:
    dot = draw((60, 50, 20, 6), (52 - height, 51, height, 3))  # 8 px above its stem, more than half its own height
    assert len(group_words(dot).heights) == words
    assert group_words(dot).heights.max() == (28 + height if words == 1 else 20)


def test_both_dots_of_an_umlaut_and_all_of_an_ellipsis_find_their_letter() -> None:
    letter, dots = (100, 100, 20, 20), ((92, 102, 4, 4), (92, 113, 4, 4))  # the dots are nearer to each other's height
    ellipsis = tuple((116, 126 + 12 * number, 4, 4) for number in range(3))
    assert len(group_words(draw(letter, *dots)).heights) == 1
    found = group_words(draw(letter, *dots, *ellipsis))
    assert found.heights.tolist() == [28]


def test_a_dot_counts_with_the_nearest_word() -> None:
    mask = draw((100, 20, 20, 10), (100, 60, 20, 10), (117, 40, 3, 3))  # 10 px from the left letter, 17 from the right
    assert together(group_words(mask), (110, 25), (110, 65), (118, 41)) == [[0, 2], [1]]
    assert together(group_words(mask[:, ::-1]), (110, 274), (110, 234), (118, 258)) == [[0, 2], [1]]


@pytest.mark.parametrize(("gap", "words"), [(15, 1), (16, 2)])
def test_an_accent_reaches_four_times_its_height(gap: int, words: int) -> None:
    assert len(group_words(draw((100, 20, 20, 10), (116, 30 + gap, 4, 4))).heights) == words


def test_small_letters_beside_a_giant_one_are_no_dots() -> None:
    small = [(80, 130 + 10 * number, 12, 6) for number in range(4)]  # letters of one word, and one that stands alone
    alone = (80, 180, 12, 6)
    found = group_words(draw((10, 10, 150, 60), *small, alone))
    assert sorted(found.heights) == [12, 12, 150]
    assert together(found, (85, 132), (85, 162), (85, 182), (50, 30)) == [[0, 1], [2], [3]]


def test_grouping_agrees_with_every_pair_of_pixels() -> None:
    for seed in range(8):
        rng = np.random.default_rng(seed)
        mask = np.zeros((220, 320), np.uint8)
        for _ in range(60):
            y, x = int(rng.integers(0, 220)), int(rng.integers(0, 320))
            cv2.ellipse(
                mask, (x, y), (int(rng.integers(1, 9)), int(rng.integers(1, 9))), int(rng.integers(0, 90)), 0, 360, 1,
                -1 if rng.random() < 0.7 else 1,
            )  # fmt: skip
        count, labels = cv2.connectedComponents(mask)
        points = [np.argwhere(labels == label).astype(float) for label in range(1, count)]
        height = np.array([np.ptp(one[:, 0]) + 1 for one in points])
        gap = np.array([[np.linalg.norm(one[:, None] - other[None], axis=2).min() - 1 for other in points]
                        for one in points])  # fmt: skip
        linked = gap < GAP * np.minimum(height[:, None], height[None])
        for middle in range(count - 1):
            linked |= linked[:, [middle]] & linked[[middle]]
        expected, before = linked.argmax(1), None
        while before is None or (expected != before).any():
            before = expected.copy()
            alone = (before[:, None] == before[None]).sum(1) == 1
            tall = np.array([height[before == one].max() for one in before])
            for one in np.flatnonzero(alone):
                others = (~alone | (height[one] < ACCENT * tall)) & (gap[one] < REACH * height[one])
                if others.any():
                    nearest = np.flatnonzero(others)[gap[one][others].argmin()]
                    if height[one] < ACCENT * tall[nearest]:
                        expected[one] = before[nearest]
        found = group_words(mask).labels
        actual = np.array([found[tuple(one[0].astype(int))] for one in points])
        assert np.array_equal(actual[:, None] == actual[None], expected[:, None] == expected[None])
        assert 3 < len(set(expected)) < count - 1


def test_lettering_at_the_border_of_the_page_and_none_at_all() -> None:
    whole = group_words(np.ones((30, 40), np.uint8))
    assert (whole.heights.tolist(), int(whole.labels.min())) == ([30], 1)
    assert len(group_words(draw((0, 0, 20, 20), (0, 29, 20, 20), shape=(20, 49))).heights) == 1
    assert len(group_words(np.zeros(SHAPE, np.uint8)).heights) == 0


def test_polygons_part_what_is_near_and_join_what_is_far() -> None:
    mask = draw((50, 20, 20, 6), (50, 32, 20, 6), (50, 120, 20, 6), (50, 40, 4, 4), (150, 20, 20, 6), (150, 30, 20, 6))
    left, right = ((18, 45), (28, 45), (28, 75), (18, 75)), ((30, 45), (35, 45), (130, 45), (130, 75), (30, 75))
    words = polygon_words(mask, [np.array(left, np.float32), np.array(right, np.float32)])
    spots = ((60, 22), (60, 34), (60, 122), (51, 42), (160, 22), (160, 32))
    assert together(words, *spots) == [[0], [1, 2, 3], [4, 5]]  # no polygon names the last two: their gap joins them
    assert words.heights.tolist() == [20, 20, 20]


def test_lettering_that_a_polygon_cuts_goes_whole_to_the_nearest() -> None:
    mask = draw((50, 20, 20, 100))
    boxes = [np.array([(x, 40), (x + 20, 40), (x + 20, 65), (x, 65)], np.float32) for x in (20, 90)]
    words = polygon_words(mask, [*boxes, boxes[0] + (0, 100)])  # the last is empty: no word
    assert together(words, (55, 25), (69, 25), (55, 60), (55, 70), (55, 119)) == [[0, 1, 2], [3, 4]]
    assert words.count(np.ones(SHAPE)).sum() == 20 * 100
    assert len(words.heights) == 2

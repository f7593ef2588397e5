from __future__ import annotations

import cv2
import numpy as np

from textrm.page.finding.mask import Region
from textrm.page.kinds.borders import borders_of
from textrm.page.kinds.features import FEATURES, known_of
from textrm.page.kinds.grounds import grounds_of
from textrm.page.kinds.letters import letters_of
from textrm.page.kinds.outlines import outline_of
from textrm.page.kinds.text_lines import lines_of
from textrm.page.kinds.tones import tones_of


def drawn(scale: int) -> tuple[np.ndarray, np.ndarray, list[Region]]:
    """A grey page with two lines in a white balloon, and a number at its foot."""
    image = np.full((300 * scale, 200 * scale, 3), 120, np.uint8)
    ink = np.zeros(image.shape[:2], np.uint8)
    cv2.ellipse(image, (100 * scale, 80 * scale), (70 * scale, 50 * scale), 0, 0, 360, (255, 255, 255), -1)
    regions = []
    for left, top, right, bottom in ((70, 66, 130, 78), (70, 84, 120, 96), (95, 285, 105, 292)):
        left, top, right, bottom = (side * scale for side in (left, top, right, bottom))
        for x in range(left, right, 5 * scale):
            image[top:bottom, x : x + 3 * scale] = 0
            ink[top:bottom, x : x + 3 * scale] = 1
        hull = np.array([(left, top), (right - 1, top), (right - 1, bottom - 1), (left, bottom - 1)], np.int32)
        regions.append(Region(hull, (left, top, right, bottom), 0.9, int(ink[top:bottom, left:right].sum())))
    return image, ink, regions


def test_every_word_has_its_numbers_and_its_block() -> None:
    known = known_of(*drawn(2))
    assert known.rows.shape == (3, FEATURES)
    assert np.isfinite(known.rows).all()
    assert known.block[0] == known.block[1] != known.block[2]
    image, ink, _ = drawn(2)
    nothing = known_of(image, ink, [])
    assert (nothing.rows.shape, nothing.block.shape) == ((0, FEATURES), (0,))


def test_a_larger_scan_tells_the_same() -> None:
    one, other = (np.delete(known_of(*drawn(scale)).rows, -2, 1) for scale in (3, 6))  # without the scale itself
    assert np.abs(one - other).mean() < 0.03


def test_the_form_of_the_ground_tells_a_balloon_from_a_page() -> None:
    image, ink, regions = drawn(2)
    boxes = np.array([[140, 132, 260, 192], regions[2].box], float)
    (balloon, page), colors = grounds_of(image, ink, boxes, np.array([24.0, 14.0]))
    assert (balloon[0], page[0]) == (1, 1)  # both are even
    assert (balloon[2], balloon[3], page[3]) == (0, 0, 1)  # closed; reaches an edge of the page
    assert balloon[5] == 0  # round: nothing at the corners of its box
    assert abs(balloon[6] - np.pi / 4) < 0.03  # the share of its box that an ellipse takes
    assert colors.tolist() == [[255.0] * 3, [120.0] * 3]


def test_outlines_tell_a_box_from_a_balloon_with_a_tail() -> None:
    page, part = np.full((120, 200), 128, np.uint8), np.zeros((120, 200), np.uint8)
    cv2.ellipse(part, (100, 50), (80, 40), 0, 0, 360, 1, -1)
    balloon = outline_of(part > 0, page, (0, 0), 255.0, 12.0, 50.0)
    cv2.fillPoly(part, [np.array([(94, 85), (106, 85), (120, 118)])], 1)
    tailed = outline_of(part > 0, page, (0, 0), 255.0, 12.0, 50.0)
    turned = np.zeros((120, 200), np.uint8)
    cv2.fillPoly(turned, [np.array([(20, 30), (160, 10), (170, 80), (30, 100)])], 1)
    box = outline_of(turned > 0, page, (0, 0), 255.0, 12.0, 50.0)
    assert abs(balloon[0] - np.pi / 4) < 0.03  # of the box around an ellipse
    assert box[0] > 0.95  # though it is tilted
    assert (box[2] * 6, balloon[2] > box[2]) == (4, True)  # corners
    assert max(balloon[3], box[3]) < 0.008 < tailed[3] < 0.03  # share of the tail
    assert tailed[4] > 3 * max(balloon[4], box[4])
    assert balloon[5] < 0.05  # the block stands in its middle


def test_a_line_around_a_ground_is_seen() -> None:
    page, part = np.full((200, 300), 250, np.uint8), np.ones((60, 100), bool)
    bare = outline_of(part, page, (80, 60), 250.0, 12.0, 90.0)
    cv2.rectangle(page, (78, 58), (181, 121), 0, 2)
    assert bare[6] == 0
    assert 0.3 < outline_of(part, page, (80, 60), 250.0, 12.0, 90.0)[6] < 0.6


def test_a_block_is_told_from_what_is_usual_on_its_page() -> None:
    image, ink, regions = drawn(2)
    light, alike, others, paper, larger = known_of(image, ink, regions).rows[:, -12:-7].T
    np.testing.assert_allclose(light, [1, 1, 120 / 255])  # white balloon, grey page
    np.testing.assert_allclose(alike, 0.5)
    np.testing.assert_allclose(others, 0, atol=1e-9)
    np.testing.assert_allclose(paper, [135 / 255, 135 / 255, 0])
    np.testing.assert_allclose(larger, [0.5, 0.5, 0])  # the number's letters are lower


def test_tones_are_of_ink_and_ground() -> None:
    image, ink, regions = drawn(3)
    spoken, _, number = tones_of(image, ink, regions, np.full(3, 36.0))
    assert (spoken[0], spoken[4], spoken[8]) == (1, 0, 0)  # white ground, black ink, darker than it
    assert abs(number[0] - 120 / 255) < 0.01
    white = tones_of(255 - image, ink, regions, np.full(3, 36.0))[0]
    assert (white[0], white[4], white[8]) == (0, 1, 1)


def test_letters_are_measured_whatever_the_word_is_made_of() -> None:
    _, ink, regions = drawn(3)
    heights, counts = letters_of(ink, regions)
    assert heights.tolist() == [36, 36, 21]
    assert (2 ** counts[:, 0]).round().tolist() == [12, 10, 2]
    assert letters_of(ink * 0, regions)[0].tolist() == [36, 36, 21]  # of the boxes


def test_lines_beside_a_block_are_those_of_its_box_or_of_its_panel() -> None:
    image = np.full((400, 600, 3), 200, np.uint8)
    cv2.rectangle(image, (60, 100), (330, 180), (0, 0, 0), 2)  # a box around the block
    cv2.line(image, (0, 300), (599, 300), (0, 0, 0), 2)  # the foot of a panel
    boxes, letters = np.array([[80.0, 120, 310, 160], [200, 250, 400, 270]]), np.array([20.0, 20.0])
    boxed, above_foot = borders_of(image, boxes, letters).reshape(2, 4, 3)
    assert (np.abs(boxed[:, 0] * 8 * 20 - 20) < 6).all()  # as far away on all sides
    assert boxed[3, 2] < 0.4  # the box ends beside the block
    assert abs(above_foot[3, 0] * 8 * 20 - 30) < 6
    assert above_foot[3, 2] == 1  # the panel's edge goes on
    assert (above_foot[:2, 0] == 1).all()  # nothing beside it


def test_lines_are_counted_and_their_flush_edge_is_told() -> None:
    ink = np.zeros((200, 300), np.uint8)
    for top, right in ((20, 200), (50, 120), (80, 240)):
        for left in range(20, right, 12):
            ink[top : top + 20, left : left + 8] = 1
    hull = np.array([(20, 20), (243, 20), (243, 99), (20, 99)], np.int32)
    count, left, right, middle, length, pitch, filled = lines_of(ink, [hull], np.array([20.0]))[0]
    assert 2**count == 3
    assert left == 0 < middle < right
    assert abs(2**length - 0.1 - 176 / 20) < 0.8
    assert abs(pitch - 1.5) < 0.1
    assert 0.6 < filled < 0.8
    assert lines_of(ink * 0, [hull], np.array([20.0])).tolist() == [[0.0] * 7]

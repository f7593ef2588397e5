from __future__ import annotations

import cv2
import numpy as np

from textrm.page.kinds.blocks import blocks_of, nearest, shapes_of, twins


def box(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    return np.array([(left, top), (right - 1, top), (right - 1, bottom - 1), (left, bottom - 1)], np.int32)


def test_words_beside_and_below_each_other_are_one_block() -> None:
    lines = [box(10, 10, 60, 22), box(66, 10, 100, 22), box(20, 30, 90, 42)]
    large, far = box(10, 46, 200, 120), box(300, 10, 350, 22)
    boxes = shapes_of([*lines, large, far]).boxes
    blocks = blocks_of(boxes, np.array([10.0, 12, 11, 60, 10]), np.ones(5))
    assert blocks[0] == blocks[1] == blocks[2]
    assert len(set(blocks.tolist())) == 3  # what is much larger is a block of its own
    apart = blocks_of(boxes, np.array([4.0, 4, 4, 60, 4]), np.ones(5))
    assert len(set(apart.tolist())) == 5  # the letters say what is near
    told = blocks_of(boxes, np.array([10.0, 12, 11, 60, 10]), np.array([1.0, 0.9, 0.2, 1, 1]))
    assert told[0] == told[1] != told[2]  # a balloon over a line on dark art
    assert blocks_of(np.zeros((0, 4)), np.zeros(0), np.zeros(0)).tolist() == []


def test_shapes_tell_size_length_and_angle_of_turned_words() -> None:
    corners = cv2.boxPoints(((100, 100), (80, 20), 30)).round().astype(np.int32)
    shapes = shapes_of([box(0, 0, 50, 10), box(0, 0, 10, 50), corners])
    np.testing.assert_allclose(shapes.size, [10, 10, 21], atol=1.5)
    np.testing.assert_allclose(shapes.length, [50, 50, 81], atol=1.5)
    np.testing.assert_allclose(np.abs(np.sin(shapes.angle)), [0, 1, 0.5], atol=0.03)
    assert shapes.boxes[0].tolist() == [0, 0, 50, 10]


def test_copies_of_a_word_are_counted() -> None:
    stamps = [box(x, 10, x + 40, 22) for x in (0, 100, 200)]
    shapes = shapes_of([*stamps, box(0, 50, 90, 62)])
    same, alike = twins(shapes, np.array([200.0, 202.0, 130.0, 500.0]))
    assert (same.tolist(), alike.tolist()) == ([1, 1, 0, 0], [2, 2, 2, 0])


def test_the_nearest_other_block_is_told() -> None:
    boxes = np.array([[0.0, 0, 100, 20], [0, 60, 100, 100], [500, 60, 600, 80]])
    told = nearest(boxes, np.array([20.0, 40.0, 20.0]))
    np.testing.assert_allclose(np.exp(told), [[2, 2], [1, 0.5], [20, 2]])
    np.testing.assert_allclose(np.exp(nearest(boxes[:1], np.ones(1))), [[30, 1]])

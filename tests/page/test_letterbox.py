from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.letterbox import letterbox, placement


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 1000 + width).integers(1, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(("side", "way"), [(96, cv2.INTER_AREA), (20, cv2.INTER_LINEAR), (48, cv2.INTER_LINEAR)])
def test_a_square_picture_is_only_resized(side: int, way: int) -> None:
    image = noise(side, side)
    before = image.copy()
    square = letterbox(image, 48)
    assert np.array_equal(square, cv2.resize(image, (48, 48), interpolation=way))
    if side == 48:
        assert np.array_equal(square, image)
    square[:] = 0
    assert np.array_equal(image, before)  # a new array


def test_black_bars_on_both_sides() -> None:
    tall = letterbox(noise(64, 30), 64)
    assert np.array_equal(tall[:, 17:47], noise(64, 30))
    assert not tall[:, :17].any()
    assert not tall[:, 47:].any()
    wide = letterbox(noise(31, 128), 64)  # 15.5 rows are 16
    assert np.array_equal(wide[24:40], cv2.resize(noise(31, 128), (64, 16), interpolation=cv2.INTER_AREA))
    assert not wide[:24].any()
    assert not wide[40:].any()


@pytest.mark.parametrize(
    ("height", "width", "shown"),
    [(1, 1, (32, 32)), (1, 5000, (1, 32)), (5000, 1, (32, 1)), (1, 2, (16, 32)), (3, 70_000, (1, 32))],
)
def test_extreme_shapes(height: int, width: int, shown: tuple[int, int]) -> None:
    square = letterbox(np.full((height, width, 3), 200, np.uint8), 32)
    assert square.shape == (32, 32, 3)
    rows, columns = np.nonzero(square.any(2))
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == shown
    assert set(np.unique(square)) <= {0, 200}
    placed = placement(height, width, 32)
    assert (rows.min(), columns.min()) == (placed.top, placed.left)
    assert placed.in_picture(np.array([0.0, 0.0, 1.0, 1.0])).tolist() == [0, 0, width, height]


def test_boxes_are_found_again_in_the_picture() -> None:
    # 200 x 100 in 64: 64 x 32 from column 16, 3.125 pixels of the picture for each of the square.
    placed = placement(200, 100, 64)
    boxes = np.array([[0.25, 0, 0.75, 1], [0.5, 0.5, 0.75, 0.75], [0, 0, 1, 1], [0, 0.25, 0.5, 0.5], [0.8, 0, 1, 1]])
    expected = [[0, 0, 100, 200], [50, 100, 100, 150], [0, 0, 100, 200], [0, 50, 50, 100], [100, 0, 100, 200]]
    assert placed.in_picture(boxes.astype(np.float32)).tolist() == expected
    assert placement(40, 40, 64).in_picture(np.array([0.25, 0.5, 0.75, 1.0])).tolist() == [10, 20, 30, 40]


@pytest.mark.parametrize(("height", "width"), [(301, 97), (97, 301), (50, 20), (640, 640)])
def test_what_is_marked_in_the_picture_is_marked_in_the_square(height: int, width: int) -> None:
    """A mark's place in the square, mapped back, is the mark's place in the picture, to the pixels of the square."""
    image = np.zeros((height, width, 3), np.uint8)
    y0, y1, x0, x1 = height // 4, height * 3 // 4, width // 5, width * 4 // 5
    image[y0:y1, x0:x1] = 255
    rows, columns = np.nonzero(letterbox(image, 128)[..., 0] > 127)
    found = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / 128
    pixel = max(height, width) / 128
    assert placement(height, width, 128).in_picture(found) == pytest.approx([x0, y0, x1, y1], abs=max(pixel, 1))

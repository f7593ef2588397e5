from __future__ import annotations

import numpy as np
import pytest

from textrm.page.filling.least_squares import solved
from textrm.page.filling.pixels import places, taken
from textrm.page.group import box_around
from textrm.page.levels import median


def test_pixels_are_those_that_numpy_picks() -> None:
    rng = np.random.default_rng(0)
    crop, mask = rng.integers(0, 255, (7, 5, 3), np.uint8), rng.random((7, 5)) < 0.4
    rows, columns = places(mask)
    np.testing.assert_array_equal(np.stack([rows, columns]), np.stack(np.nonzero(mask)))
    for most, every in ((len(rows), 2), (len(rows) + 1, 1), (4, len(rows) // 4 + 1)):
        np.testing.assert_array_equal(np.stack(places(mask, most)), np.stack([rows, columns])[:, ::every])
    np.testing.assert_array_equal(taken(crop, rows, columns), crop[mask])
    np.testing.assert_array_equal(taken(crop[..., 0].copy(), rows, columns), crop[mask][:, 0])


@pytest.mark.parametrize("count", [1, 2, 7, 8])
def test_median_is_numpys(count: int) -> None:
    values = np.random.default_rng(count).random((count, 3), np.float32)
    found = median(values)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.median(values, 0))
    assert median(values[:, 0]) == np.median(values[:, 0])


def test_box_ends_at_the_border() -> None:
    mask = np.zeros((10, 12), np.uint8)
    mask[1:3, 8] = 1
    assert mask[box_around(mask, 2)].shape == (5, 5)
    assert box_around(mask, 2)[0].start == 0


def test_equations_that_many_solve_give_the_shortest() -> None:
    right = np.array([[2.0], [1.0]])
    np.testing.assert_allclose(solved(np.array([[2.0, 0], [0, 1]]), right), [[1], [1]])
    # Points in one column tell no slope along it: of all solutions of x + y = 2 that is 1, 1.
    np.testing.assert_allclose(solved(np.ones((2, 2)), np.full((2, 1), 2.0)), [[1], [1]])
    both = solved(np.stack([np.ones((2, 2)), np.eye(2)]), np.full((2, 2, 1), 2.0))
    np.testing.assert_allclose(both[..., 0], [[1, 1], [2, 2]])

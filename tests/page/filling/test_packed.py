from __future__ import annotations

import numpy as np
import pytest

from textrm.page.filling.packed import Packed
from textrm.page.group import Slices


@pytest.mark.parametrize("width", [1, 8, 61, 64])
def test_windows_are_kept_as_they_are(width: int) -> None:
    rng, truth, mask = np.random.default_rng(width), np.zeros((600, width), np.uint8), Packed((600, width))
    for _ in range(40):
        window = slice(int(rng.integers(600)), 640), slice(int(rng.integers(width)), int(rng.integers(1, width + 9)))
        part = rng.integers(0, 2, truth[window].shape, dtype=np.uint8)
        truth[window] |= part
        mask.add(window, part)
        assert np.array_equal(mask[window], truth[window])
    assert truth.any()
    assert np.array_equal(mask[:, :], truth)
    other = rng.integers(0, 2, truth.shape, dtype=np.uint8)
    more, less = other.copy(), other.copy()
    mask.add_to(more)
    mask.take_from(less)
    assert np.array_equal(more, other | truth)
    assert np.array_equal(less, other & ~truth)


def test_nothing_beside_a_window_is_set() -> None:
    mask, window = Packed((5, 40)), (slice(1, 3), slice(11, 18))
    mask.add(window, np.ones((2, 7), np.uint8))
    assert mask[:, :].sum() == 14
    outside: Slices = slice(0, 9), slice(18, 99)
    assert mask[outside].shape == (5, 22)
    assert not mask[outside].any()


def test_what_another_has_is_taken_out() -> None:
    both, other = Packed((4, 11)), Packed((4, 11))
    both.add((slice(0, 4), slice(0, 11)), np.ones((4, 11), np.uint8))
    other.add((slice(1, 3), slice(2, 9)), np.ones((2, 7), np.uint8))
    both.take(other)
    left = both[slice(0, 4), slice(0, 11)]
    assert left.sum() == 44 - 14
    assert not left[1:3, 2:9].any()

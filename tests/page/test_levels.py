from __future__ import annotations

import numpy as np
import pytest

from textrm.page.levels import from_levels, in_8_bits, to_levels


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_every_value_comes_back(kind: type) -> None:
    values = np.arange(np.iinfo(kind).max + 1).astype(kind)
    levels = to_levels(values)
    assert (levels.dtype, levels[0], levels[-1]) == (np.float32, 0, 255)
    assert np.array_equal(from_levels(levels, np.dtype(kind)), values)


def test_levels_beyond_the_ends_are_cut() -> None:
    assert from_levels(np.float32([-3, 255.6, 300]), np.dtype(np.uint16)).tolist() == [0, 65535, 65535]
    assert from_levels(np.float32([-3, 1.6, 300]), np.dtype(np.uint8)).tolist() == [0, 2, 255]


def test_8_bits_of_16_are_rounded_and_of_8_are_the_same_array() -> None:
    wide = np.array([0, 128, 129, 65535], np.uint16)
    assert in_8_bits(wide).tolist() == [0, 0, 1, 255]
    narrow = wide.astype(np.uint8)
    assert in_8_bits(narrow) is narrow

from __future__ import annotations

import numpy as np
import pytest

from textrm.page.levels import from_levels, to_levels


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_every_value_comes_back(kind: type) -> None:
    values = np.arange(np.iinfo(kind).max + 1).astype(kind)
    levels = to_levels(values)
    assert (levels.dtype, levels[0], levels[-1]) == (np.float32, 0, 255)
    assert np.array_equal(from_levels(levels, np.dtype(kind)), values)


def test_levels_beyond_the_ends_are_cut() -> None:
    assert from_levels(np.float32([-3, 255.6, 300]), np.dtype(np.uint16)).tolist() == [0, 65535, 65535]
    assert from_levels(np.float32([-3, 1.6, 300]), np.dtype(np.uint8)).tolist() == [0, 2, 255]

from __future__ import annotations

import numpy as np
import pytest

from textrm.errors import UserError
from textrm.page.tile import tiles


@pytest.mark.parametrize("size", [(1, 1), (3, 5000), (5000, 3), (700, 700), (1654, 1170), (1401, 992), (3000, 2111)])
@pytest.mark.parametrize("stride", [8, 16, 32])
def test_cores_cover_the_page_once(size: tuple[int, int], stride: int) -> None:
    covered = np.zeros(size, int)
    shapes = set()
    for tile in tiles(*size, side=512, stride=stride):
        covered[tile.core] += 1
        top, left = (side.start for side in tile.window)
        height, width = (side.stop - side.start for side in tile.window)
        shapes.add((height, width))
        assert height * width <= 512**2
        assert top % stride == left % stride == height % stride == width % stride == 0
        # At least the margin on each side that is not the page's own edge.
        for window, core, length in zip(tile.window, tile.core, size, strict=True):
            assert window.start <= core.start
            assert core.stop <= window.stop
            assert core.start - window.start >= 64 or core.start == 0
            assert window.stop - core.stop >= 64 or core.stop == length
            assert window.stop - length < stride
    assert (covered == 1).all()
    assert len(shapes) == 1


def test_few_pixels_are_computed_twice() -> None:
    windows = [tile.window for tile in tiles(1654, 1170, side=1152, stride=16)]
    area = sum((rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in windows)
    assert len(windows) == 2
    assert area < 1.11 * 1654 * 1170


def test_a_tile_must_hold_its_margins() -> None:
    with pytest.raises(UserError, match="expected at least 144"):
        list(tiles(100, 100, side=96, stride=16))

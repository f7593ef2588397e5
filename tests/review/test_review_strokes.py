"""What strokes of a brush cover."""

from __future__ import annotations

import numpy as np
import pytest

from textrm.review.strokes import Stroke, folded, read_strokes

SHAPE = (60, 80, 3)
WHOLE = slice(0, 60), slice(0, 80)


def stroke(*points: tuple[float, float, float], adds: bool = True) -> Stroke:
    return read_strokes([{"adds": adds, "points": [list(point) for point in points]}])[0]


def near(x0: float, x1: float, y: float, radius: float) -> np.ndarray:
    """Pixels at most ``radius`` from a level line."""
    ys, xs = np.mgrid[:60, :80]
    return np.hypot(xs - np.clip(xs, x0, x1), ys - y) <= radius


def test_a_line_is_as_wide_as_the_brush() -> None:
    drawn = stroke((20, 30, 5), (60, 30, 5)).drawn(WHOLE)
    assert not (drawn.astype(bool) & ~near(20, 60, 30, 6)).any()
    assert not (near(20, 60, 30, 4.5) & (drawn == 0)).any()
    assert set(np.unique(drawn)) == {0, 1}


def test_pressure_widens_it() -> None:
    drawn = stroke((10, 30, 2), (70, 30, 10)).drawn(WHOLE)
    assert drawn[:, 15].sum() < 8
    assert 16 <= drawn[:, 65].sum() <= 21
    heights = drawn.sum(0)[10:70]
    assert (np.diff(heights.astype(int)) >= -1).all()


def test_a_tap_is_a_disc_and_fast_ways_have_no_gaps() -> None:
    assert 70 <= stroke((30, 30, 5)).drawn(WHOLE).sum() <= 90  # 25 pi
    drawn = stroke((5, 5, 2), (70, 50, 2), (70, 5, 2)).drawn(WHOLE)
    count = np.count_nonzero(drawn)
    assert count > 4 * (79 + 45)


def test_it_is_drawn_in_a_part_as_on_the_whole() -> None:
    one = stroke((20.3, 30.6, 5.2), (41.7, 12.1, 3.4))
    box = one.box(SHAPE)
    assert box is not None
    whole = one.drawn(WHOLE)
    assert (one.drawn(box) == whole[box]).all()
    assert one.drawn(box).sum() == whole.sum()


def test_what_lies_beyond_the_page_is_cut() -> None:
    assert stroke((-50, -50, 4)).box(SHAPE) is None
    assert stroke((78, 58, 10)).box(SHAPE) == (slice(48, 60), slice(68, 80))
    assert folded([stroke((500, 500, 4))], SHAPE) is None


def test_the_newest_stroke_counts() -> None:
    change = folded([stroke((20, 30, 6), (60, 30, 6)), stroke((40, 10, 4), (40, 50, 4), adds=False)], SHAPE)
    assert change is not None
    (rows, columns), goes, stays = change
    assert not (goes & stays).any()
    assert goes[30 - rows.start, 25 - columns.start] == 1
    assert stays[30 - rows.start, 40 - columns.start] == 1
    again = folded([stroke((40, 10, 4), (40, 50, 4), adds=False), stroke((20, 30, 6), (60, 30, 6))], SHAPE)
    assert again is not None
    assert again[1][30 - rows.start, 40 - columns.start] == 1


@pytest.mark.parametrize("radius", [0.5, 1, 1000])
def test_every_radius_draws(radius: float) -> None:
    assert stroke((40, 30, radius)).drawn(WHOLE).any()

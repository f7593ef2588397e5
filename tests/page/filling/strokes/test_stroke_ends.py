from __future__ import annotations

import numpy as np
import pytest

from tests.page.filling.strokes.test_strokes import CURVE, Place, box, paper
from textrm.page.filling.strokes.ends import Ends, find_ends
from textrm.page.filling.strokes.pairs import joint, pair, way
from textrm.page.filling.strokes.ridges import Ridges


def ends_of(strokes: list[list[Place]], width: float = 2, grey: int = 255, ink: int = 0) -> tuple[Ends, Ridges]:
    page, hole = paper(strokes, width, grey, ink), box()
    page[hole != 0] = 90
    ridges = Ridges(page[..., 0], hole)
    return find_ends(page.astype(np.float32), page[..., 0], ridges, hole, hole), ridges


@pytest.mark.parametrize(("grey", "ink"), [(255, 0), (40, 220)])
def test_a_stroke_is_measured_at_both_ends(grey: int, ink: int) -> None:
    ends, _ = ends_of([[(0, 80.3), (199, 80.3)]], 2.5, grey, ink)
    left, right = np.argsort(ends.place[:, 0])
    assert len(ends) == 2
    assert ends.place[left] == pytest.approx([69, 80.3], abs=0.3)
    assert ends.place[right] == pytest.approx([130, 80.3], abs=0.3)
    assert np.cos(ends.heading[left]) == pytest.approx(1, abs=1e-3)
    assert np.cos(ends.heading[right]) == pytest.approx(-1, abs=1e-3)
    assert ends.width == pytest.approx([2.5, 2.5], abs=0.2)
    assert ends.contrast == pytest.approx([grey - ink] * 2, abs=4)
    assert ends.ink[:, 0] == pytest.approx([ink] * 2, abs=4)
    assert (ends.calm == 1).all()
    assert np.abs(ends.sides - grey).max() <= 2


def test_curvature_bends_into_the_hole() -> None:
    ends, _ = ends_of([CURVE])
    left, right = np.argsort(ends.place[:, 0])
    assert ends.curvature[left] == pytest.approx(0.007, abs=0.003)
    assert ends.curvature[right] == pytest.approx(-0.007, abs=0.003)


def test_surfaces_are_no_strokes() -> None:
    ends, ridges = ends_of([[(0, 80), (199, 80)]], 14)
    assert len(ends) == 0
    assert not ridges.dark[75:85].any()


def test_crossing_strokes_are_paired_each_with_itself() -> None:
    crossing = [[(0, 20), (199, 140)], [(0, 130), (199, 40)]]
    ends, ridges = ends_of(crossing)
    pairs = pair(ends, paper(crossing, 2)[..., 0], ridges, box())
    assert len(pairs) == 2
    for both in pairs:
        x, y = way(ends, both)
        slope = (y[-1] - y[0]) / (x[-1] - x[0])
        assert min(abs(slope - 120 / 199), abs(slope + 90 / 199)) < 0.02


@pytest.mark.parametrize(("column", "turn", "last"), [(100, np.pi / 2, 99.5), (70, np.pi / 2, None), (100, 0.0, None)])
def test_a_stroke_without_a_partner_goes_on_to_the_one_that_it_meets(
    column: int, turn: float, last: float | None
) -> None:
    """Where that stands right before it there is nothing to draw; one that runs alongside is not met."""
    number, levels = np.array([0.0]), np.zeros((1, 3))
    ends = Ends(np.array([[69.0, 80.0]]), number, number, number + 0.01, number + 24, number + 2, levels, number + 255,
                np.full((1, 2), 255.0), number + 1, np.array([True]))  # fmt: skip
    page, hole = np.full((160, 200, 3), 255, np.float32), box()
    drawn = np.zeros(hole.shape, bool)
    drawn[:, column : column + 2] = True
    way_there = joint(ends, 0, page[: hole.shape[0], : hole.shape[1]], hole, drawn, np.full(hole.shape, turn))
    assert (way_there is None) == (last is None)
    if way_there is not None:
        assert way_there[0][[0, -1]] == pytest.approx([69, last], abs=0.5)
        assert (way_there[1] == 80).all()

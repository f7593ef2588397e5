from __future__ import annotations

import numpy as np
import pytest

from tests.page.filling.strokes.test_strokes import Place, box, continued, off, paper
from textrm.page.filling.strokes.beyond import beyond
from textrm.page.filling.strokes.ends import Ends
from textrm.page.filling.strokes.ridges import Ridges


def end(length: float = 24, curvature: float = 0, clear: bool = True) -> Ends:
    """One end of a dark stroke at the left side of a hole, heading right."""
    number, levels = np.array([0.0]), np.zeros((1, 3))
    sides = np.full((1, 2), 255.0)
    return Ends(np.array([[69.0, 80.0]]), number, number + curvature, number + 0.01, number + length, number + 2,
                levels, number + 255, sides, number + 1, np.array([clear]))  # fmt: skip


def way(strokes: list[list[Place]], ends: Ends, hole: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray] | None:
    page, hole = paper([[(0, 80), (100, 80)], *strokes]), box() if hole is None else hole
    page[hole != 0] = 90
    return beyond(ends, 0, page.astype(np.float32), Ridges(page[..., 0], hole), hole)


@pytest.mark.parametrize("y", [80, 78.4, 82])
def test_a_stroke_is_seen_again_behind_the_hole_with_another_across_it(y: float) -> None:
    found = way([[(101, y), (199, y)], [(131, 0), (131, 160)]], end())
    assert found is not None
    x, rows = found
    assert x[0] == pytest.approx(69)
    assert 129 <= x[-1] <= 131
    assert np.diff(x) == pytest.approx(0.5, abs=0.01)
    assert rows[0] == 80
    assert rows[-1] == pytest.approx(y, abs=1.5)


@pytest.mark.parametrize(
    ("strokes", "ends"),
    [
        ([], end()),
        ([[(101, 90), (199, 90)]], end()),  # aside
        ([[(101, 80), (136, 80)]], end()),  # too little of it is seen
        ([[(131, 0), (131, 160)]], end()),  # another one alone
        ([[(101, 80), (199, 80)]], end(length=4)),
        ([[(101, 80), (199, 80)]], end(length=5)),  # far for what is seen of it
        ([[(101, 80), (199, 80)]], end(curvature=0.03)),
        ([[(101, 80), (199, 80)]], end(clear=False)),
    ],
)
def test_what_is_not_seen_again_ends(strokes: list[list[Place]], ends: Ends) -> None:
    assert way(strokes, ends) is None


def test_on_the_way_it_is_seen_wherever_the_page_is_known() -> None:
    seen = [[(101.0, 80.0), (199.0, 80.0)]]
    hole = box(70, 85) | box(95, 130)
    assert way(seen, end(), hole) is not None
    page = paper([[(0, 80), (75, 80)], *seen])
    page[hole != 0] = 90
    assert beyond(end(), 0, page.astype(np.float32), Ridges(page[..., 0], hole), hole) is None


@pytest.mark.parametrize(("slant", "width"), [(100, 1.5), (100, 2), (110, 1), (110, 1.5)])
def test_a_stroke_that_is_crossed_where_it_leaves_the_hole_goes_through(slant: float, width: float) -> None:
    crossing = [(130.5 - slant / 2, 10.0), (130.5 + slant / 2, 150.0)]
    truth, hole = paper([[(0, 80), (199, 80)], crossing], width), box()
    assert off(continued(truth, hole), truth, hole) < 1

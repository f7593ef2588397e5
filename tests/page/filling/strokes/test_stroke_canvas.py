from __future__ import annotations

import numpy as np
import pytest

from textrm.page.filling.strokes.canvas import Canvas


def canvas(hole: np.ndarray | None = None) -> Canvas:
    return Canvas(np.ones((11, 40), np.uint8) if hole is None else hole, 3)


X = np.linspace(2, 37, 72)


@pytest.mark.parametrize("width", [0.5, 1, 1.4, 3])
def test_a_row_is_covered_as_far_as_the_stroke_is_wide(width: float) -> None:
    drawn = canvas()
    drawn.draw(X, np.full(72, 5.2), (width, width), (np.zeros(3), np.zeros(3)))
    assert drawn.share[:, 20].sum() == pytest.approx(width, abs=0.05 if width >= 1 else 0.3)
    assert drawn.share.max() <= min(width, 1) + 1e-6


def test_ink_and_width_change_along_it_and_its_heading_is_known() -> None:
    drawn = canvas()
    drawn.draw(X, np.full(72, 5.0), (1, 3), (np.zeros(3), np.array([200.0, 100, 50])))
    assert drawn.ink[5, 20] == pytest.approx([103, 51.5, 25.7], abs=6)
    assert drawn.share[:, 30].sum() > drawn.share[:, 8].sum() + 1
    assert drawn.heading[5, 20] == pytest.approx(0, abs=1e-6)


def test_nothing_is_drawn_outside_the_hole() -> None:
    hole = np.zeros((11, 40), np.uint8)
    hole[:, 10:20] = 1
    drawn = canvas(hole)
    drawn.draw(X, np.full(72, 5.0), (2, 2), (np.zeros(3), np.zeros(3)))
    assert not drawn.share[:, :10].any()
    assert not drawn.share[:, 20:].any()
    assert (drawn.share[5, 10:20] == 1).all()

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.synth.pieces.patch import Lettering
from textrm.synth.setting.bends import along_arc, in_perspective
from textrm.synth.setting.block import rectangle

HEIGHT, WIDTH = 30, 160


def bar() -> Lettering:
    """A red bar, 12 px high, through the middle of the patch, as one word."""
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    alpha[9:21, 10:150] = 255
    color = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    color[...] = (200, 10, 10)
    return Lettering(color, alpha, (rectangle((10, 9, 150, 21)),), frozenset({"sign"}))


def inside(word: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    filled = np.zeros(shape, np.uint8)
    cv2.fillPoly(filled, [np.round(word).astype(np.int32)], 1)
    return cv2.dilate(filled, np.ones((3, 3), np.uint8)) > 0


@pytest.mark.parametrize("degrees", [40.0, 120.0, -40.0, -120.0])
def test_the_middle_of_an_arc_is_its_top_or_its_bottom(degrees: float) -> None:
    bent = along_arc(bar(), degrees)
    rows, columns = np.nonzero(bent.alpha > 127)
    middle = abs(columns - columns.mean()) < 8
    ends = columns > columns.max() - 8
    lift = rows[ends].mean() - rows[middle].mean()
    assert lift * np.sign(degrees) > 8
    # the middle line keeps its length, so the bar keeps its area
    np.testing.assert_allclose((bent.alpha > 127).sum(), 140 * 12, rtol=0.06)
    assert inside(bent.words[0], bent.alpha.shape)[bent.alpha > 127].all()
    np.testing.assert_allclose(
        bent.color[bent.alpha == 255], np.tile((200, 10, 10), ((bent.alpha == 255).sum(), 1)), atol=1
    )
    assert "arc" in bent.tags


def test_the_further_side_is_lower() -> None:
    corners = np.array([(0, 0.3), (0, 0), (0, 0), (0, -0.3)])
    seen = in_perspective(bar(), corners)
    columns = (seen.alpha > 127).sum(0)
    columns = columns[columns > 0]
    assert columns[4] < 0.7 * columns[-5]
    assert inside(seen.words[0], seen.alpha.shape)[seen.alpha > 127].all()
    assert "perspective" in seen.tags


def test_corners_that_stay_change_nothing() -> None:
    seen = in_perspective(bar(), np.zeros((4, 2)))
    np.testing.assert_array_equal(seen.alpha[:HEIGHT, :WIDTH], bar().alpha)
    np.testing.assert_allclose(seen.words[0].min(0), (10, 9), atol=0.01)
    np.testing.assert_allclose(seen.words[0].max(0), (150, 21), atol=0.01)

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from textrm.page.filling.lines.tracing import Line, draw, follow

REACH = 10


def ring(radius: float = 60, width: float = 2.5, size: int = 161) -> np.ndarray:
    """The tone of a circle's line around the middle, with soft edges."""
    y, x = np.mgrid[:size, :size] - size // 2
    return np.uint8(np.rint(255 * np.clip(width / 2 + 0.5 - np.abs(np.hypot(x, y) - radius), 0, 1)))


def line_through(tone: np.ndarray, letters: np.ndarray, x: float, y: float, heading: float) -> Line:
    way = follow(tone, letters, x, y, heading, REACH)
    assert way is not None
    assert way.out
    return draw(way, tone)


def box(shape: tuple[int, ...], top: int, left: int, bottom: int, right: int) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    mask[top:bottom, left:right] = 1
    return mask


def test_a_ring_is_followed_where_nothing_lies_over_it() -> None:
    tone = ring()
    letters = box(tone.shape, 60, 120, 100, 161)
    line = line_through(tone, letters, 80 + 60 * math.cos(0.35), 80 - 60 * math.sin(0.35), math.pi / 2)
    assert line.hidden.sum() == 0
    assert line.shown[(tone > 0) & (letters != 0)].all()
    assert line.shown[(tone == 0) & (cv2.dilate(tone, np.ones((5, 5))) == 0)].sum() == 0


@pytest.mark.parametrize("bar", [(76, 100, 84, 161), (66, 120, 94, 139), (78, 60, 82, 142)])
def test_a_letter_over_the_ring_is_told_from_it(bar: tuple[int, int, int, int]) -> None:
    truth = ring()
    tone = truth.copy()
    over = box(tone.shape, *bar)
    tone[over != 0] = 255
    letters = cv2.dilate(over, np.ones((5, 5)))
    line = line_through(tone, letters, 80 + 60 * math.cos(0.35), 80 - 60 * math.sin(0.35), math.pi / 2)
    told = np.where(line.shown != 0, tone, line.hidden)
    within = letters != 0
    assert np.abs(told.astype(int) - truth)[within & (truth > 200)].max() < 64
    assert np.abs(told.astype(int) - truth)[within].mean() < 4


def test_a_line_that_ends_beneath_a_letter_does_not_come_out() -> None:
    tone = np.zeros((80, 120), np.uint8)
    tone[39:42, :60] = 255
    tone[20:60, 55:63] = 255
    letters = box(tone.shape, 18, 52, 62, 66)
    lost = follow(tone, letters, 45, 40, 0, REACH)
    assert lost is not None
    assert not lost.out
    assert 55 <= lost.path[-1, 0] <= 70
    tone[39:42, 60:] = 255
    line_through(tone, letters, 45, 40, 0)


def test_an_area_is_no_line() -> None:
    tone = np.zeros((80, 120), np.uint8)
    tone[:40] = 255
    assert follow(tone, box(tone.shape, 30, 52, 62, 66), 45, 20, 0, REACH) is None


def test_a_pale_line_has_its_own_tone_beneath_a_letter() -> None:
    tone = np.zeros((80, 120), np.uint8)
    tone[39:42] = 140
    tone[20:60, 55:63] = 255
    line = line_through(tone, box(tone.shape, 18, 52, 62, 66), 45, 40, 0)
    assert np.abs(line.hidden[39:42, 56:62].astype(int) - 140).max() <= 10
    assert line.hidden[:37].sum() == line.hidden[44:].sum() == 0


def test_at_the_edge_of_the_window() -> None:
    tone = np.zeros((40, 40), np.uint8)
    tone[:3] = 255
    assert follow(tone, box(tone.shape, 0, 20, 5, 40), 10, 1, 0, REACH) is None

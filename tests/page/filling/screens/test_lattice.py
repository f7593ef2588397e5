from __future__ import annotations

import numpy as np
import pytest
from drawn_screens import drawn, frequencies

from textrm.page.filling.screens.lattice import find_lattice, may_repeat, without_tone


def found(grey: np.ndarray, hole: np.ndarray) -> np.ndarray | None:
    known = (hole == 0).astype(np.float32)
    lattice = find_lattice(without_tone(grey.astype(np.float32), known))
    return None if lattice is None else np.stack([frequency.cycles for frequency in lattice])


def off(frequency: np.ndarray, truth: np.ndarray) -> float:
    """To the nearest of the true frequencies or their opposites, cycles per pixel."""
    return float(min(np.linalg.norm(frequency - sign * one) for one in truth for sign in (1, -1)))


@pytest.mark.parametrize(("period", "angle"), [(3.5, 45.7), (4.3, 15.0), (5.0, 44.2), (8.0, 31.0), (12.0, 60.5)])
def test_the_lattice_is_told_to_a_twentieth_of_a_period_over_300_px(period: float, angle: float) -> None:
    truth = frequencies(period, angle)
    hole = np.zeros((240, 300), np.uint8)
    hole[90:150, 60:240] = 1
    lattice = found(drawn(240, 300, truth), hole)
    assert lattice is not None
    assert lattice.shape == (2, 2)
    assert max(off(frequency, truth) for frequency in lattice) * 300 < 0.05
    assert abs(np.linalg.det(lattice)) == pytest.approx(1 / period**2, rel=1e-3)  # no multiple of it


def test_a_gradient_and_white_letters_do_not_mislead() -> None:
    truth = frequencies(5.3, 40)
    picture = drawn(200, 260, truth, np.linspace(0.1, 0.5, 260)[None])
    hole = np.zeros((200, 260), np.uint8)
    hole[60:140, 40:220:9] = 1
    lattice = found(picture, hole)
    assert lattice is not None
    assert max(off(frequency, truth) for frequency in lattice) * 300 < 0.1


def test_noise_has_none() -> None:
    noise = np.random.default_rng(1).normal(128, 40, (200, 200)).astype(np.float32)
    assert found(noise, np.zeros((200, 200), np.uint8)) is None
    assert not may_repeat(noise, np.ones((200, 200), np.float32))


def test_a_small_window_has_none() -> None:
    assert found(np.zeros((9, 200), np.float32), np.zeros((9, 200), np.uint8)) is None


def test_the_quick_look_sees_screens() -> None:
    for period in (3.5, 5.0, 9.0):
        picture = drawn(150, 150, frequencies(period, 45), 0.1).astype(np.float32)
        assert may_repeat(picture, np.ones((150, 150), np.float32))

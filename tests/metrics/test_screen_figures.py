from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_screens import drawn, frequencies

from textrm.metrics import mean_screen_scores, screen_scores


def page(move: float = 0.0, ink: float = 0.25) -> np.ndarray:
    """Dots of 6 px period at 0 degrees, moved to the right by so many pixels."""
    wide = drawn(160, 240, frequencies(6, 0), ink).astype(np.float32)
    moved = cv2.warpAffine(wide, np.float32([[1, 0, move], [0, 1, 0]]), (240, 160), borderMode=cv2.BORDER_REFLECT)
    return moved.astype(np.uint8)[:, 20:220, None].repeat(3, 2)


@pytest.fixture
def hole() -> np.ndarray:
    hole = np.zeros((160, 200), np.uint8)
    hole[50:110, 50:150] = 1
    return hole


def score(filled: np.ndarray, clean: np.ndarray, hole: np.ndarray) -> dict[str, float]:
    (only,) = screen_scores(np.where(hole[..., None] != 0, filled, clean), clean, hole)
    return only


def test_the_truth_has_no_error(hole: np.ndarray) -> None:
    assert score(page(), page(), hole) == pytest.approx({"tone": 0, "phase": 0, "lattice": 0}, abs=1e-6)


def test_a_shift_by_a_third_of_a_period_in_one_direction(hole: np.ndarray) -> None:
    found = score(page(2), page(), hole)
    assert found["phase"] == pytest.approx(1 / 6, abs=0.04)  # a third along one frequency, none along the other
    assert found["tone"] < 2


def test_grey_in_place_of_dots_has_no_lattice(hole: np.ndarray) -> None:
    found = score(np.full_like(page(), int(page().mean())), page(), hole)
    assert found["lattice"] > 0.8
    assert found["tone"] < 3


def test_another_tone(hole: np.ndarray) -> None:
    found = score(page(ink=0.4), page(), hole)
    assert 20 < found["tone"] < 40  # 0.15 * 255, less at the hole's rim
    assert found["phase"] < 0.01


def test_only_holes_on_screens_count(hole: np.ndarray) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (160, 200, 1), dtype=np.uint8).repeat(3, 2)
    assert screen_scores(noise, noise, hole) == []
    assert screen_scores(page(), np.full_like(page(), 255), hole) == []
    assert np.isnan(mean_screen_scores([])["tone"])
    hole[:30, :30] = 1
    assert len(screen_scores(page(), page(), hole)) == 2

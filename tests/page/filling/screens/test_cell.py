from __future__ import annotations

import numpy as np
import pytest

from textrm.page.filling.screens.cell import Cell

RNG = np.random.default_rng(0)


def samples(count: int, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    return RNG.random((count, dimensions)).astype(np.float32), RNG.uniform(60, 200, count).astype(np.float32)


def wave(phase: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """Its contrast grows with the tone."""
    return (tone + 0.3 * tone * np.cos(2 * np.pi * phase).sum(1)).astype(np.float32)


@pytest.mark.parametrize("dimensions", [1, 2])
def test_values_by_phase_and_tone_are_learnt(dimensions: int) -> None:
    phase, tone = samples(40_000, dimensions)
    cell = Cell(phase, tone, wave(phase, tone))
    other, light = samples(2000, dimensions)
    assert np.abs(cell.between(other, light) - wave(other, light)).mean() < 2.5
    assert np.abs(cell(other, light) - wave(other, light)).mean() < 6
    assert np.allclose(cell(other + 3, light), cell(other, light), atol=0.5)  # whole periods on


def test_phases_that_never_come_are_told_by_their_neighbours() -> None:
    phase, tone = samples(20_000, 2)
    few = (np.floor(phase * 9) / 9).astype(np.float32)
    cell = Cell(few, tone, wave(few, tone))
    assert np.abs(cell.between(few[:500], tone[:500]) - wave(few[:500], tone[:500])).mean() < 8


def test_lines_are_told_from_dots() -> None:
    phase, tone = samples(20_000, 2)
    assert Cell(phase, tone, wave(phase[:, :1], tone)).by_first > 0.95
    assert Cell(phase, tone, wave(phase, tone)).by_first < 0.6

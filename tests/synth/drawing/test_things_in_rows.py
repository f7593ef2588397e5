"""Things in rows: of the height they should have, inside the panel, by the seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.synth.drawing.rows import LARGEST, lay_rows

GROUND = 240


def panel(seed: int, drawings: list[np.ndarray]) -> np.ndarray:
    found = np.full((300, 400, 3), GROUND, np.uint8)
    lay_rows(np.random.default_rng(seed), found, drawings)
    return found


@pytest.mark.parametrize("with_drawings", [False, True])
def test_several_small_things_stand_apart(with_drawings: bool) -> None:
    disc = np.zeros((120, 120, 4), np.uint8)
    cv2.circle(disc, (60, 60), 55, (200, 30, 60, 255), -1)
    counts, heights = [], []
    for seed in range(30):
        changed = (panel(seed, [disc] if with_drawings else []) != GROUND).any(2).astype(np.uint8)
        parts = cv2.connectedComponentsWithStats(changed)[2][1:]
        counts.append(len(parts))
        heights.append(min(parts[:, cv2.CC_STAT_HEIGHT], default=0))
    assert np.median(counts) >= 4
    assert np.mean(np.array(heights) <= LARGEST + 2) > 0.8  # the others stand so close that they touch
    assert max(counts) > 12


def test_the_seed_decides() -> None:
    assert np.array_equal(panel(3, []), panel(3, []))
    assert not np.array_equal(panel(3, []), panel(4, []))

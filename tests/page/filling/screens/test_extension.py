from __future__ import annotations

import numpy as np

from textrm.page.filling.screens.extension import extend, extend_means


def ramp(height: int, width: int) -> np.ndarray:
    return np.broadcast_to(np.linspace(40, 200, width, dtype=np.float32), (height, width)).copy()


def test_a_gradient_between_two_sides_is_kept() -> None:
    values, weight = ramp(80, 160), np.ones((80, 160), np.float32)
    weight[20:60, 40:120] = values[20:60, 40:120] = 0
    extended = extend(values, weight)
    assert np.abs(extended - ramp(80, 160))[20:60, 40:120].max() < 6


def test_without_slope_the_nearest_decide() -> None:
    weight = np.zeros((80, 160), np.float32)
    weight[:, :10] = weight[:, -10:] = 1
    values = np.zeros((80, 160), np.float32)
    values[:, :10], values[:, -10:] = 50, 150
    extended = extend_means([values], weight)[0]
    assert abs(extended[40, 14] - 50) < 5
    assert abs(extended[40, 145] - 150) < 5
    assert abs(extended[40, 80] - 100) < 5


def test_one_side_goes_on_and_stays_within_reason() -> None:
    values, weight = ramp(60, 240), np.zeros((60, 240), np.float32)
    weight[:, :60] = 1
    extended = extend(np.where(weight > 0, values, 0), weight)
    assert extended.min() > 20
    assert extended.max() < 130
    assert extended[30, 70] > 70  # it goes on upwards


def test_several_maps_are_continued_as_each_alone() -> None:
    weight = np.zeros((80, 160), np.float32)
    weight[:, :10] = 1
    maps = [ramp(80, 160), ramp(80, 160)[:, ::-1]]
    both = extend_means(maps, weight)
    for values, extended in zip(maps, both, strict=True):
        assert np.array_equal(extend_means([values], weight)[0], extended)


def test_nothing_known_is_a_number() -> None:
    assert np.isfinite(extend(np.zeros((10, 10), np.float32), np.zeros((10, 10), np.float32))).all()

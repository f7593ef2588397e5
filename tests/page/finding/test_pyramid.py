from __future__ import annotations

import numpy as np
import pytest

from textrm.page.finding.pyramid import doubled, halved, whole_steps


@pytest.mark.parametrize(
    ("height", "width", "steps"),
    [
        (1654, 1170, [4, 3, 2, 1]),  # 585 x 827 is the largest that is looked at whole
        (640, 199, [2, 1, 0]),  # a strip: looked at as it is
        (800, 60_000, [4, 3, 2, 1]),  # a strip of any length is not shrunk more than a page
        (10_000, 10_000, [6, 5, 4, 3]),
        (40, 40, [0]),
    ],
)
def test_steps(height: int, width: int, steps: list[int]) -> None:
    assert list(whole_steps(height, width)) == list(whole_steps(width, height)) == steps


def test_a_page_of_another_size_gives_members_of_the_same_size() -> None:
    sizes = {1100 * 2**power >> step for power in range(3) for step in whole_steps(1100 * 2**power, 800 * 2**power)}
    assert sizes == {68, 137, 275, 550}


def test_halved_is_the_mean_of_four_and_repeats_an_odd_edge() -> None:
    image = np.arange(15, dtype=np.uint8).reshape(3, 5) * 4
    small = halved(image)
    assert small.shape == (2, 3)
    assert small[0, 0] == round((0 + 4 + 20 + 24) / 4)
    assert small[1, 2] == 56  # the corner alone


def test_doubled_gives_back_any_part() -> None:
    small = np.random.default_rng(0).integers(0, 255, (6, 7), dtype=np.uint8)
    whole = doubled(small, 11, 13)
    assert whole.shape == (11, 13)
    assert whole[10, 12] == small[5, 6]
    for box in ((slice(0, 11), slice(0, 13)), (slice(3, 8), slice(5, 6)), (slice(10, 11), slice(1, 13))):
        assert np.array_equal(doubled(small, 11, 13, box), whole[box])

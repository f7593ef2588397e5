from __future__ import annotations

import numpy as np
import pytest

from textrm.synth.inks.dresses import FAINT, contrast
from textrm.synth.inks.tones import STEPS, even_ground, lab, near_tone


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (128, 128, 128), (200, 40, 60), (20, 90, 200)])
def test_an_ink_lies_2_to_15_steps_of_lightness_off_and_the_mask_has_it(ground: tuple[int, int, int]) -> None:
    paper = np.array(ground, np.float64)
    steps = []
    for seed in range(60):
        ink = near_tone(np.random.default_rng(seed), paper, color=True)
        assert contrast(ink, paper) >= FAINT
        steps.append(abs(lab(np.array(ink))[0] - lab(paper)[0]))
    assert STEPS[0] <= min(steps)
    assert max(steps) <= STEPS[1]
    assert np.median(steps) < 12


def test_a_grey_page_keeps_to_greys() -> None:
    for level in (0, 90, 170, 255):
        for seed in range(20):
            ink = near_tone(np.random.default_rng(seed), np.full(3, float(level)), color=False)
            assert max(ink) - min(ink) <= 1
            assert FAINT <= abs(ink[0] - level) <= 45


def test_lightness_is_that_of_cielab() -> None:
    np.testing.assert_allclose(lab(np.array([255, 255, 255])), (100, 0, 0), atol=0.1)
    np.testing.assert_allclose(lab(np.array([255, 0, 0])), (53.24, 80.09, 67.2), atol=0.3)
    np.testing.assert_allclose(lab(np.array([119, 119, 119]))[0], 50, atol=0.3)


def test_only_a_ground_of_one_colour_is_even() -> None:
    picture = np.full((60, 60, 3), (10, 200, 30), np.uint8)
    picture[:, 30:] = 250
    np.testing.assert_allclose(even_ground(picture, (0, 0, 30, 60)), (10, 200, 30))
    assert even_ground(picture, (10, 10, 50, 50)) is None

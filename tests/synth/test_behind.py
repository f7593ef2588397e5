"""Sounds behind things: what they leave of the ground, their colours, what still counts as read."""

from __future__ import annotations

import numpy as np

from textrm.data.masks import mask_of_drawn_pair
from textrm.synth.behind import letter_behind, still_read
from textrm.synth.faces.library import find_fonts

THING = np.full((60, 60, 4), (200, 40, 90, 255), np.uint8)


def test_an_effect_is_set_and_the_ground_is_kept() -> None:
    fonts = find_fonts()
    ground = np.full((400, 500, 3), 240, np.uint8)
    all_lettered = [letter_behind(np.random.default_rng(seed), ground, fonts, [THING]) for seed in range(6)]
    assert (ground == 240).all()
    shares = [mask_of_drawn_pair(lettered, ground).mean() for lettered in all_lettered]
    assert min(shares) > 0.005  # letters of 40 px and more
    assert max(shares) < 0.8


def test_effects_take_the_colour_of_what_stands_before_them() -> None:
    fonts, ground = find_fonts(), np.full((400, 400, 3), 255, np.uint8)
    alike = 0
    for seed in range(12):
        lettered = letter_behind(np.random.default_rng(seed), ground, fonts, [THING])
        alike += int((lettered == THING[0, 0, :3]).all(2).sum() > 200)
    assert 2 <= alike <= 10  # 0.45 of them


def test_an_effect_that_is_mostly_hidden_is_not_read() -> None:
    whole = np.zeros((10, 10), np.uint8)
    whole[:, :] = 1
    left = whole.copy()
    left[4:] = 0
    assert still_read(whole, left)
    left[3:] = 0
    assert not still_read(whole, left)

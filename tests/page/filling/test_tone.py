from __future__ import annotations

import numpy as np
import pytest

from textrm.page.filling.tone import continue_texture

YELLOW = (255, 250, 150)


@pytest.mark.parametrize("colour", [YELLOW, (40, 40, 90), (210, 255, 235)])
def test_pale_and_dark_colours_are_no_black_and_white(colour: tuple[int, int, int]) -> None:
    """A box of one colour on white paper, with words that come near to its outline: no white is copied into it."""
    page = np.full((120, 240, 3), 255, np.uint8)
    page[20:100, 20:220] = 0
    page[22:98, 22:218] = colour
    hole = np.zeros((120, 240), np.uint8)
    for row in range(26, 90, 16):
        hole[row : row + 10, 26:214] = 1
    smooth = page.astype(np.float32)
    filled = continue_texture(page, hole, hole, smooth)
    if filled is not None:
        assert np.abs(filled[hole != 0] - colour).max() < 40


def test_screens_of_black_and_white_stay_so() -> None:
    page = np.full((120, 120, 3), 255, np.uint8)
    page[::6, ::6] = page[1::6, ::6] = page[::6, 1::6] = page[1::6, 1::6] = 0
    hole = np.zeros((120, 120), np.uint8)
    hole[50:70, 50:70] = 1
    smooth = np.full((120, 120, 3), 227, np.float32)
    filled = continue_texture(page, hole, hole, smooth)
    assert filled is not None
    assert np.array_equal(filled[hole != 0], page[hole != 0])

"""The ground of words that is flat gets its own colour, and nothing else of their place is touched."""

from __future__ import annotations

import numpy as np

from textrm.page.filling.how_filled import FLAT, NETWORK
from textrm.page.flat_ground import draw_flat_ground

PAPER, LINE = 240, 90


def balloon() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A page with a letter on paper and a line 12 px above it; what was drawn, the place, which reaches the line, and
    the word."""
    page = np.full((120, 120, 3), PAPER, np.uint8)
    page[40:42] = LINE
    words, places = np.zeros((2, 120, 120), np.uint8)
    words[54:70, 50:60] = 1
    page[words != 0] = 0
    places[38:72, 48:62] = 1
    return page, np.full_like(page, 7), places, words


def test_the_line_beside_a_word_stays_and_paper_is_exact() -> None:
    page, drawn, places, words = balloon()
    taken, by = draw_flat_ground(page, drawn, places, words, words != 0, 2)
    assert (taken[words != 0] == 1).all()
    assert not taken[36:46].any()
    assert (by[taken != 0] == FLAT).all()
    assert (drawn[taken != 0] == PAPER).all()


def test_a_letter_that_the_words_miss_is_drawn() -> None:
    page, drawn, places, words = balloon()
    sure = words != 0
    sure[44:48, 50:60] = True
    taken, by = draw_flat_ground(page, drawn, places, words, sure, 2)
    assert (taken[places != 0] == 1).all()
    assert (drawn[45, 55] == 7).all()
    assert (by[45, 55], by[60, 55]) == (NETWORK, FLAT)
    assert (drawn[60, 55] == PAPER).all()


def test_ground_with_grain_is_left_to_the_net() -> None:
    page, drawn, places, words = balloon()
    rng = np.random.default_rng(0)
    grain = rng.integers(60, 200, page.shape, dtype=np.uint8)
    page = np.where(words[..., None] != 0, page, grain)
    taken, by = draw_flat_ground(page, drawn, places, words, words != 0, 2)
    assert np.array_equal(taken, places)
    assert (by[taken != 0] == NETWORK).all()
    assert (drawn == 7).all()

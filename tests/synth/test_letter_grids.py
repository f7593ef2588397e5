"""Grids of letters: where they stand, what an empty one keeps."""

from __future__ import annotations

import numpy as np

from textrm.synth.faces.library import FontLibrary
from textrm.synth.letter_grids import letter_grid


def test_letters_stand_in_rows_and_columns(fonts: FontLibrary) -> None:
    counts = []
    for seed in range(8):
        letterer, tags = letter_grid(np.random.default_rng(seed), 320, 400, fonts, True, True)
        sample = letterer.sample("grid", tags)
        assert "letter_grid" in tags
        assert sample.mask.any()
        assert len(sample.words) >= 1
        columns = {round(float(word[:, 0].mean())) for word in sample.words}
        counts.append(len(sample.words) / len(columns))  # letters a column
        for word in sample.words:
            assert word.min() > -2
            assert (word.max(0) < (402, 322)).all()
    assert max(counts) > 5


def test_letters_lie_on_their_mask_and_nowhere_else(fonts: FontLibrary) -> None:
    letterer, tags = letter_grid(np.random.default_rng(3), 300, 300, fonts, False, True)
    sample = letterer.sample("grid", tags)
    inside = np.zeros((300, 300), bool)
    for word in sample.words:
        left, top = np.floor(word.min(0)).astype(int)
        right, bottom = np.ceil(word.max(0)).astype(int)
        inside[max(top, 0) : bottom + 1, max(left, 0) : right + 1] = True
    assert not sample.mask[~inside].any()
    assert sample.clean is not None
    assert np.abs(sample.image.astype(int) - sample.clean)[sample.mask == 0].max() <= 16


def test_a_grid_without_lettering_has_none(fonts: FontLibrary) -> None:
    for seed in range(4):
        letterer, tags = letter_grid(np.random.default_rng(seed), 200, 200, fonts, True, False)
        assert not letterer.sample("grid", tags).mask.any()

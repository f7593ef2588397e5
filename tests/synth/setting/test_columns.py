from __future__ import annotations

import numpy as np
import pytest
from patches import size_of

from textrm.synth.faces.library import FontFace
from textrm.synth.setting import columns
from textrm.synth.setting.block import Setting
from textrm.synth.setting.columns import set_columns
from textrm.synth.setting.rows import set_rows
from textrm.synth.words.text import Token


def test_columns_run_from_right_to_left_and_stand(japanese: FontFace) -> None:
    tokens = [Token("かきくけこ"), Token("さしすせそ"), Token("たち")]
    block = set_columns(np.random.default_rng(0), tokens, Setting(japanese, 20, leading=1.4), 110, 5)
    assert block is not None
    first, second, third = (word.mean(0)[0] for word in block.words)
    assert first - second == pytest.approx(28, abs=2)
    assert second - third == pytest.approx(28, abs=2)
    width, height = size_of(block.words[0])
    assert height > 4 * width


@pytest.fixture(params=[True, False], ids=["with vertical forms", "without"])
def any_japanese(request: pytest.FixtureRequest, japanese: FontFace, monkeypatch: pytest.MonkeyPatch) -> FontFace:
    """A face that has vertical forms of its signs, and one that has none."""
    if not request.param:
        monkeypatch.setattr(columns, "has_vertical_form", lambda face, character: False)
    return japanese


def test_long_vowel_mark_stands_in_columns_and_lies_in_rows(any_japanese: FontFace) -> None:
    setting = Setting(any_japanese, 40)
    column = set_columns(np.random.default_rng(0), [Token("ー")], setting, 60, 1)
    row = set_rows(np.random.default_rng(0), [Token("ー")], setting, lambda line, count: 100.0, 1, spaced=False)
    assert column is not None
    assert row is not None
    standing, lying = column.cropped(), row.cropped()
    assert standing is not None
    assert lying is not None
    assert standing.coverage.shape[0] > 3 * standing.coverage.shape[1]
    assert lying.coverage.shape[1] > 3 * lying.coverage.shape[0]


def test_comma_lies_in_the_upper_right_of_its_cell(any_japanese: FontFace) -> None:
    block = set_columns(np.random.default_rng(0), [Token("口、口")], Setting(any_japanese, 40), 200, 1)
    assert block is not None
    cropped = block.cropped()
    assert cropped is not None
    height, width = cropped.coverage.shape
    # between the two boxes lies one cell: the comma's ink must be in its upper half, right of the middle
    middle = cropped.coverage[int(0.36 * height) : int(0.64 * height)] > 127
    rows, columns = np.nonzero(middle)
    assert rows.mean() < 0.5 * middle.shape[0]
    assert columns.mean() > 0.6 * width


def test_readings_stand_right_of_their_kanji_and_are_smaller(japanese: FontFace) -> None:
    tokens = [Token("魔法", "まほう"), Token("だ")]
    block = set_columns(np.random.default_rng(0), tokens, Setting(japanese, 30, leading=1.6), 200, 1)
    assert block is not None
    assert block.ruby
    reading, column = block.words
    assert reading[:, 0].min() > column[:, 0].max() - 4
    assert reading[:, 1].max() < column[:, 1].mean() + 30
    assert size_of(reading)[0] < 0.65 * size_of(column)[0]

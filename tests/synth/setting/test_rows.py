from __future__ import annotations

import numpy as np
from patches import size_of

from textrm.synth.faces.library import FontFace, FontLibrary
from textrm.synth.setting.block import Setting
from textrm.synth.setting.rows import set_rows
from textrm.synth.words.text import Token


def test_readings_stand_above_in_rows(japanese: FontFace) -> None:
    tokens = [Token("魔法", "まほう"), Token("だ")]
    setting = Setting(japanese, 30, leading=1.6)
    block = set_rows(np.random.default_rng(0), tokens, setting, lambda line, count: 300.0, 1, spaced=False)
    assert block is not None
    line, reading = block.words
    assert reading[:, 1].max() < line[:, 1].min() + 4


def test_right_to_left_rows_begin_at_the_right(fonts: FontLibrary) -> None:
    face = next(face for face in fonts.faces if "latin" in face.scripts)
    tokens = [Token("iiii"), Token("mmmmmm")]
    block = set_rows(
        np.random.default_rng(0),
        tokens,
        Setting(face, 20, right_to_left=True),
        lambda line, count: 400.0,
        1,
        spaced=True,
    )
    assert block is not None
    narrow = min(block.words, key=lambda word: size_of(word)[0])
    wide = max(block.words, key=lambda word: size_of(word)[0])
    assert narrow[:, 0].min() > wide[:, 0].max() - 3


def test_rows_follow_the_given_widths(fonts: FontLibrary) -> None:
    face = next(face for face in fonts.faces if "latin" in face.scripts)
    tokens = [Token("word")] * 12
    setting = Setting(face, 16, leading=1.25)
    widths = [60.0, 130.0, 200.0, 130.0, 60.0]
    block = set_rows(np.random.default_rng(0), tokens, setting, lambda line, count: widths[line], 5, spaced=True)
    assert block is not None
    for word in block.words:
        assert size_of(word)[0] < 60
    lines = np.unique(np.round([(word[:, 1].mean()) / 20 for word in block.words]))
    ink = [(block.coverage > 0)[int(20 * row) : int(20 * row) + 12].any(0).sum() for row in lines]
    assert len(ink) >= 4
    assert ink[0] < ink[1] < ink[2]

from __future__ import annotations

import numpy as np
import pytest
from patches import WHITE

from textrm.synth.composing import letterer as letterers
from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer
from textrm.synth.faces.library import FontLibrary
from textrm.synth.pieces import dialogue as dialogues
from textrm.synth.pieces.dialogue import dialogue
from textrm.synth.pieces.marks import mark
from textrm.synth.words.endings import drawn_out
from textrm.synth.words.text import Token, repertoire
from textrm.synth.words.vocabulary_marks import ENDS, MARKS


def test_a_mark_is_small_and_stays_in_its_box(fonts: FontLibrary) -> None:
    areas = []
    for seed in range(60):
        patch = mark(np.random.default_rng(seed), fonts, 130, 130, script="latin", background=WHITE, size=20)
        if patch is None:
            continue
        assert "single_mark" in patch.tags
        height, width = patch.alpha.shape
        assert max(height, width) <= 130
        areas.append(int((patch.alpha > 127).sum()))
    assert len(areas) > 50
    assert np.median(areas) < 0.5 * 20 * 20  # a word covers more than its first letter's em


def test_marks_stand_one_below_the_other_where_the_script_does(fonts: FontLibrary) -> None:
    shapes = [
        patch.alpha.shape
        for seed in range(50)
        if (patch := mark(np.random.default_rng(seed), fonts, 160, 160, script="japanese", vertical=True, size=20))
    ]
    assert sum(height > 1.5 * width for height, width in shapes) > 0.5 * len(shapes)


def test_a_box_too_small_for_a_mark_gives_none(fonts: FontLibrary) -> None:
    assert mark(np.random.default_rng(0), fonts, 6, 6, script="latin", size=18) is None


def test_balloons_may_hold_a_mark_alone(fonts: FontLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letterers, "MARKS_ALONE", 1.0)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        page = np.full((200, 200, 3), 120, np.uint8)
        letterer = Letterer(rng, page, fonts, random_balloon_style(rng, False, (0, 0, 0)), False)
        if not letterer.speak((0, 0, 200, 200), empty=0.0):
            continue
        sample = letterer.sample("x", set())
        assert "single_mark" in sample.tags
        assert 0 < sample.mask.sum() < 0.05 * sample.mask.size
        assert (np.abs(sample.clean.astype(int) - 120).max(2) > 20).sum() > sample.mask.sum()  # the balloon stays


def test_words_are_drawn_out_at_their_ends_only() -> None:
    tokens = [Token("はい"), Token("先生", "せんせい"), Token("そんな！")]
    for seed in range(30):
        first, kept, last = drawn_out(np.random.default_rng(seed), tokens, "japanese", 1.0)
        assert kept == tokens[1]
        assert first.text.startswith("はい")
        assert len(first.text) > 2
        assert last.text.startswith("そんな")
        assert last.text != "そんな！"
    assert drawn_out(np.random.default_rng(0), tokens, "arabic", 1.0) == tokens
    assert drawn_out(np.random.default_rng(0), tokens, "japanese", 0.0) == tokens


@pytest.mark.parametrize("script", ["japanese", "latin", "korean", "chinese"])
def test_every_mark_and_end_is_in_the_repertoire(script: str) -> None:
    wanted = set("".join([*MARKS["level"], *MARKS["upright"], *ENDS[script]])) - {" "}
    assert wanted <= set(repertoire(script))


def test_long_strokes_come_up_in_dialogue(fonts: FontLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogues, "DRAWN_OUT", 1.0)
    original, seen = dialogues.drawn_out, []

    def watched(rng: np.random.Generator, tokens: list[Token], script: str, share: float) -> list[Token]:
        done = original(rng, tokens, script, share)
        seen.append(sum(a != b for a, b in zip(tokens, done, strict=True)) / len(tokens))
        return done

    monkeypatch.setattr(dialogues, "drawn_out", watched)
    for seed in range(10):
        dialogue(np.random.default_rng(seed), fonts, 200, 160, script="latin", background=WHITE, size=14)
    assert len(seen) >= 10
    assert 0.2 < np.mean(seen) < 0.6

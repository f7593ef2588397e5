"""Which faces are taken for what, and what they cover."""

from __future__ import annotations

import numpy as np
import pytest

from textrm.synth.faces import files as font_files
from textrm.synth.faces.library import find_fonts
from textrm.synth.memes.faces import EMOJI, CaptionFaces, covers


def test_classic_faces_are_heavy_and_narrow_and_what_is_like_impact_comes_most(faces: CaptionFaces) -> None:
    assert "Anton" in faces.classic
    assert "Bebas Neue" in faces.classic
    every = [face for family in faces.classic.values() for face in family]
    assert not any("Italic" in face.path or "Light" in face.path or face.style == "hand" for face in every)
    rng = np.random.default_rng(0)
    picked = [faces.pick(rng, faces.classic, ["HELLO"]).face.family for _ in range(80)]
    assert picked.count("Anton") == max(picked.count(family) for family in faces.classic)
    assert len(set(picked)) == len(faces.classic)


def test_the_face_that_covers_most_texts_is_taken(faces: CaptionFaces) -> None:
    pool = {**faces.classic, "Open Sans": faces.plain["Open Sans"]}
    assert not covers(faces.classic["Anton"][0], "Привет")
    assert covers(pool["Open Sans"][0], "Привет")
    picked = {faces.pick(np.random.default_rng(i), pool, ["hello", "Привет"]).face.family for i in range(10)}
    assert picked == {"Open Sans"}
    assert len({faces.pick(np.random.default_rng(i), pool, ["hello"]).face.family for i in range(10)}) > 1


@pytest.mark.parametrize(
    "text", ["fine 🙂", "love ❤", "kick ⚽", "\U0001f1e9\U0001f1ea", "\ue123", "a\u200db", "\U00012345", "\ud83d", "\0"]
)
def test_no_face_covers_emoji_or_unknown_characters(faces: CaptionFaces, text: str) -> None:
    assert faces.covering(text) is None


def test_emoji_are_told_from_symbols_and_rare_kanji() -> None:
    emoji = "⌚⌛⏩⏬⏰⏳◽◾☔☕♈♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❕❗❤➕➗➰➿⬛⬜⭐⭕🀄😂"
    assert all(map(EMOJI.match, emoji + "\U0001faff"))
    assert not any(map(EMOJI.match, "★☆☺♥♪✓✗→©™…Aあ字\U0001fb00\U00020000\U0002a6d6"))


def test_faces_that_are_all_italic_or_light_are_better_than_none() -> None:
    files = [path for path in font_files.in_packages() if "Italic" in path or "Kalam-Light" in path]
    odd = CaptionFaces(find_fonts(files))
    for pool in (odd.classic, odd.heavy, odd.plain, odd.playful):
        assert odd.pick(np.random.default_rng(0), pool, ["HELLO"]).face.family in ("Open Sans", "Kalam")
    assert odd.covering("Привет") is not None


def test_a_regular_weight_gets_a_stroke_and_a_heavy_one_does_not(faces: CaptionFaces) -> None:
    rng = np.random.default_rng(1)
    for pool in (faces.classic, faces.heavy, faces.plain):
        choice = faces.pick(rng, pool, ["x"])
        heavy = choice.face.weight >= 600 or choice.face.family in ("Anton", "Bebas Neue")
        assert choice.bold == (0 if heavy else 0.025)
    assert any(face.weight < 600 for family in faces.plain.values() for face in family)

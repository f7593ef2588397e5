from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest
from patches import WHITE, drawn, size_of

from textrm.data.masks import VISIBLE, mask_of_drawn_pair
from textrm.synth.faces.library import FontLibrary
from textrm.synth.pieces.captions import caption_meme, note
from textrm.synth.pieces.dialogue import dialogue
from textrm.synth.pieces.patch import Lettering, paste
from textrm.synth.pieces.signs import sign
from textrm.synth.pieces.sound import sound_effect

KINDS = [partial(dialogue, size=16), sound_effect, sign, note, caption_meme]


@pytest.mark.parametrize("kind", KINDS)
def test_same_generator_same_patch(kind: Callable[..., Lettering | None], fonts: FontLibrary) -> None:
    first, again, other = (kind(np.random.default_rng(seed), fonts, 220, 180, script="latin") for seed in (3, 3, 4))
    assert first is not None
    assert again is not None
    assert other is not None
    assert np.array_equal(first.alpha, again.alpha)
    assert np.array_equal(first.color, again.color)
    assert all(np.array_equal(a, b) for a, b in zip(first.words, again.words, strict=True))
    assert first.tags == again.tags
    assert first.alpha.shape != other.alpha.shape or not np.array_equal(first.alpha, other.alpha)


@pytest.mark.parametrize("kind", KINDS)
def test_patches_fit_the_box_and_words_enclose_the_ink(
    kind: Callable[..., Lettering | None], fonts: FontLibrary
) -> None:
    for patch in drawn(kind, fonts, 25):
        height, width = patch.alpha.shape
        assert width <= 200
        assert height <= 160
        assert patch.color.shape == (height, width, 3)
        assert patch.alpha.any()
        if patch.tags & {"shadow", "glow"}:
            continue
        inside = np.zeros((height, width), np.uint8)
        for word in patch.words:
            own = np.zeros((height, width), np.uint8)
            cv2.fillPoly(own, [np.round((word - 0.5) * 16).astype(np.int32)], 1, shift=4)
            assert (patch.alpha[own > 0] > 0).mean() > 0.05, "a word's polygon is nearly empty"
            inside |= own
        assert not ((patch.alpha > 127) & (inside == 0)).any(), sorted(patch.tags)


@pytest.mark.parametrize("kind", KINDS)
def test_a_box_too_small_gives_none(kind: Callable[..., Lettering | None], fonts: FontLibrary) -> None:
    for width, height in ((5, 4), (1, 300), (233, 6), (0, 0)):
        for seed in range(8):
            assert kind(np.random.default_rng(seed), fonts, width, height, script="latin") is None


def test_a_low_box_for_an_ellipse_gives_none(fonts: FontLibrary) -> None:
    rng = np.random.default_rng(0)
    assert dialogue(rng, fonts, 233, 4, script="latin", ellipse=True, size=8, plain=True) is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_mask_is_what_a_patch_changes(kind: Callable[..., Lettering | None], fonts: FontLibrary) -> None:
    before = np.random.default_rng(1).integers(0, 256, (170, 210, 3), np.uint8)
    for patch in drawn(kind, fonts, 10):
        image = before.copy()
        paste(image, patch, 5, 5)
        difference = np.abs(image.astype(int) - before).max(-1)
        mask = mask_of_drawn_pair(image, before)
        assert np.array_equal(mask, difference > VISIBLE)
        assert mask.any()


def test_vertical_dialogue_has_standing_words(fonts: FontLibrary) -> None:
    patches = drawn(dialogue, fonts, 12, script="japanese", vertical=True, size=16, background=WHITE, plain=True)
    for patch in patches:
        assert {"vertical", "japanese", "dialogue"} <= patch.tags
    tallest = [max(patch.words, key=lambda word: size_of(word)[1]) for patch in patches]
    assert sum(size_of(word)[1] > size_of(word)[0] for word in tallest) >= 0.8 * len(tallest)


def test_furigana_tag_is_given_where_readings_were_set(fonts: FontLibrary) -> None:
    patches = drawn(dialogue, fonts, 40, script="japanese", size=18, vertical=True, background=WHITE)
    tagged = [patch for patch in patches if "furigana" in patch.tags]
    assert 2 <= len(tagged) < len(patches)


@pytest.mark.parametrize("level", [0, 60, 128, 200, 255])
def test_lettering_can_be_read_on_a_known_background(fonts: FontLibrary, level: int) -> None:
    background = np.full(3, float(level))
    faint = 0
    patches = [
        *drawn(dialogue, fonts, 30, size=16, background=background),
        *drawn(sound_effect, fonts, 15, background=background),
    ]
    for patch in patches:
        image = np.full((160, 200, 3), level, np.uint8)
        paste(image, patch, 0, 0)
        faint += int(np.abs(image.astype(int) - level).max() < 38)
    assert faint <= 0.12 * len(patches)


def test_monochrome_effects_are_grey(fonts: FontLibrary) -> None:
    for patch in drawn(sound_effect, fonts, 15, monochrome=True):
        seen = patch.color[patch.alpha > 0].astype(int)
        assert (np.ptp(seen, axis=1) <= 1).all()


@pytest.mark.parametrize("level", [20, 128, 240])
def test_signs_are_in_a_tone_of_what_bears_them(fonts: FontLibrary, level: int) -> None:
    patches = drawn(sign, fonts, 30, background=np.array([level, level, level]))
    assert all("sign" in patch.tags and "dialogue" not in patch.tags for patch in patches)
    assert any("turned_text" in patch.tags for patch in patches)
    grey = [np.ptp(patch.color[patch.alpha > 100].astype(int), axis=1).max(initial=0) <= 1 for patch in patches]
    assert 0.5 <= np.mean(grey) < 1  # the others are stamps

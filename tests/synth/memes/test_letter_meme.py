"""Memes: the truth is exact, the style is what was asked for, and nothing is drawn that no face has."""

from __future__ import annotations

import numpy as np
import pytest

from textrm.data.sample import Sample
from textrm.synth.memes.faces import CaptionFaces
from textrm.synth.memes.meme import STYLES, Meme, letter_meme

TEXTS = ["when the test", "is green at once"]


def lettered(faces: CaptionFaces, scene: np.ndarray, style: str, seed: int = 0, texts: list[str] = TEXTS) -> Meme:
    return letter_meme(np.random.default_rng(seed), scene, texts, faces, styles={style: 1.0})


def painted(sample: Sample) -> np.ndarray:
    assert sample.clean is not None
    return np.abs(sample.image.astype(int) - sample.clean).max(2)


@pytest.mark.parametrize("style", STYLES)
def test_the_mask_is_what_changed_and_all_else_is_untouched(faces: CaptionFaces, scene: np.ndarray, style: str) -> None:
    before = scene.copy()
    for seed in range(4):
        meme = lettered(faces, scene, style, seed)
        sample = meme.sample
        assert meme.style == style
        assert meme.font
        assert not meme.refused
        np.testing.assert_array_equal(sample.mask, painted(sample) > 16)
        assert 0.004 < sample.mask.mean() < 0.6
        assert len(sample.words) == 7
        far = np.ones(sample.mask.shape, bool)
        for word in sample.words:
            (x0, y0), (x1, y1) = word.min(0).astype(int), word.max(0).astype(int)
            far[max(y0 - 12, 0) : y1 + 13, max(x0 - 12, 0) : x1 + 13] = False
            assert sample.mask[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1].mean() > 0.2
        assert far.any()
        assert not painted(sample)[far].any()
    np.testing.assert_array_equal(scene, before)


def test_all_follows_from_the_seed(faces: CaptionFaces, scene: np.ndarray) -> None:
    first, again, other = (letter_meme(np.random.default_rng(seed), scene, TEXTS, faces) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.sample.image, again.sample.image)
    assert (first.style, first.font) == (again.style, again.font)
    assert first.sample.image.shape != other.sample.image.shape or (first.sample.image != other.sample.image).any()


def test_classic_letters_are_white_with_black_around_them(faces: CaptionFaces, scene: np.ndarray) -> None:
    sample = lettered(faces, scene, "outline").sample
    inside = sample.image[sample.mask > 0]
    white, black = (inside.min(1) > 240).mean(), (inside.max(1) < 15).mean()
    assert white > 0.2
    assert black > 0.1
    assert white + black > 0.5
    top, bottom = sample.mask[:120].any(1).argmax(), 239 - sample.mask[::-1].any(1).argmax()
    assert top < 30
    assert bottom > 210
    assert not sample.mask[115:125].any()


def test_a_band_is_added_and_empty_in_the_clean_picture(faces: CaptionFaces, scene: np.ndarray) -> None:
    colors = set()
    for seed in range(40):
        sample = lettered(faces, scene, "band", seed).sample
        assert sample.clean is not None
        assert "band" in (sample.tags or ())
        rows = sample.clean.shape[0] - 240
        assert rows > 20
        assert sample.clean.shape[1] == 320
        below = (sample.clean[:240] == scene).all()
        band = sample.clean[240:] if below else sample.clean[:rows]
        np.testing.assert_array_equal(sample.clean[:240] if below else sample.clean[rows:], scene)
        assert band.min() == band.max()
        assert band.min() in (0, 255)
        assert not (sample.mask[:240] if below else sample.mask[rows:]).any()
        colors.add(int(band.min()))
    assert colors == {0, 255}


def test_a_panel_is_on_both_pictures_with_dark_letters_on_it(faces: CaptionFaces, scene: np.ndarray) -> None:
    sample = lettered(faces, scene, "black").sample
    assert sample.clean is not None
    assert (sample.clean.min(2) > 220).sum() > (scene.min(2) > 220).sum() + 1000
    under = sample.mask > 0
    assert sample.clean[under].min() > 200
    assert sample.image[under].mean() < 150


def test_given_boxes_hold_their_captions_and_light_ones_dark_letters(faces: CaptionFaces, scene: np.ndarray) -> None:
    picture = scene.copy()
    picture[10:110, 10:150] = 250
    boxes = [(10 / 320, 10 / 240, 150 / 320, 110 / 240), (0.5, 0.5, 0.99, 0.6), (0.5, 0.7, 1.0, 1.0)]
    meme = letter_meme(
        np.random.default_rng(2), picture, ["on the panel", "", "on the scene", "beyond"], faces, boxes=boxes,
        styles={"outline": 1.0},
    )  # fmt: skip
    assert meme.style == "black"
    assert meme.refused == ("'beyond': no box is left for it",)
    rows, columns = np.nonzero(meme.sample.mask[:, :155])
    assert rows.min() >= 10
    assert rows.max() < 110
    assert columns.min() >= 10
    assert columns.max() < 150
    assert meme.sample.image[10:110, 10:150].max() == 250  # no white outline
    rows, columns = np.nonzero(meme.sample.mask[:, 155:])
    assert rows.min() >= 167
    assert columns.min() >= 4


@pytest.mark.parametrize("texts", [["only one"], ["one", "two"]])
def test_boxes_hold_whatever_the_style(faces: CaptionFaces, scene: np.ndarray, texts: list[str]) -> None:
    boxes = [(0.0, 0.5, 0.5, 1.0), (0.5, 0.5, 1.0, 1.0)]
    for style in STYLES:
        rng = np.random.default_rng(1)
        sample = letter_meme(rng, scene, texts, faces, boxes=boxes, styles={style: 1.0}).sample
        assert sample.clean is not None
        np.testing.assert_array_equal(sample.clean, scene)
        assert not sample.mask[:120].any()
        assert sample.mask[120:, :160].any()
        assert sample.mask[120:, 160:].any() == (len(texts) == 2)


def test_letters_that_could_not_be_seen_get_an_outline(faces: CaptionFaces) -> None:
    meme = lettered(faces, np.full((200, 300, 3), 240, np.uint8), "plainwhite")
    assert meme.style == "outline"
    assert meme.sample.mask.mean() > 0.005


def test_captions_that_no_face_covers_are_refused_and_the_others_set(faces: CaptionFaces, scene: np.ndarray) -> None:
    meme = lettered(faces, scene, "outline", texts=["all good", "crying 😂 out loud"])
    assert meme.style == "outline"
    assert len(meme.sample.words) == 2
    assert meme.refused == ("'crying \\U0001f602 out loud': has an emoji or a glyph that no face has",)
    for texts in (["😂"], [], ["", "  \n"], ["x" * 5000]):
        empty = lettered(faces, scene, "outline", texts=texts)
        assert (empty.style, empty.font, empty.sample.words) == ("", "", ())
        assert not empty.sample.mask.any()
        np.testing.assert_array_equal(empty.sample.image, scene)
        assert len(empty.refused) == sum(len(text) != 0 and not text.isspace() for text in texts)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("texts", [["", "low"], ["\U0001f602", "low"], ["high", ""], ["high", "\U0001f602"]])
def test_what_is_empty_or_refused_keeps_its_place(
    faces: CaptionFaces, scene: np.ndarray, style: str, texts: list[str]
) -> None:
    for seed in range(6):
        meme = lettered(faces, scene, style, seed, texts)
        half = meme.sample.mask.shape[0] // 2
        assert meme.style == ("outline" if style == "black" else style)
        assert meme.sample.mask[:half].any() == ("high" in texts)
        assert meme.sample.mask[half:].any() == ("low" in texts)
        assert len(meme.refused) == sum("\U0001f602" in text for text in texts)


def test_another_face_helps_out_where_glyphs_are_missing(faces: CaptionFaces, scene: np.ndarray) -> None:
    meme = lettered(faces, scene, "outline", texts=["english words", "日本語の字"])
    assert meme.style == "outline"
    assert not meme.refused
    assert meme.sample.mask[:100].any()
    assert meme.sample.mask[150:].any()

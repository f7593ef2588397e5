from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from textrm.data.synth import columns, font_files, lettering
from textrm.data.synth.block import Setting
from textrm.data.synth.columns import set_columns
from textrm.data.synth.effects import Look, paint
from textrm.data.synth.fonts import FontFace, FontLibrary, find_fonts
from textrm.data.synth.lettering import CHANGED, Lettering, caption_meme, dialogue, note, paste, sound_effect
from textrm.data.synth.patch import faded, scaled, turned
from textrm.data.synth.rows import set_rows
from textrm.data.synth.text import Token
from textrm.data.synth.warp import grown, turn, wobble

KINDS = [dialogue, sound_effect, note, caption_meme]
WHITE = np.full(3, 255.0)


@pytest.fixture(scope="module")
def fonts() -> FontLibrary:
    return find_fonts(font_files.in_packages())


@pytest.fixture(scope="module")
def japanese(fonts: FontLibrary) -> FontFace:
    return next(face for face in fonts.faces if "japanese" in face.scripts)


def drawn(kind: Callable[..., Lettering | None], fonts: FontLibrary, count: int, **options: object) -> list[Lettering]:
    made = [kind(np.random.default_rng([7, i]), fonts, 200, 160, **options) for i in range(count)]
    kept = [patch for patch in made if patch is not None]
    assert len(kept) > 0.7 * count
    return kept


def size_of(polygon: np.ndarray) -> tuple[float, float]:
    width, height = polygon.max(0) - polygon.min(0)
    return float(width), float(height)


@pytest.mark.parametrize("kind", KINDS)
def test_same_generator_same_patch(kind: Callable[..., Lettering | None], fonts: FontLibrary) -> None:
    first, again, other = (kind(np.random.default_rng(seed), fonts, 220, 180) for seed in (3, 3, 4))
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
            assert kind(np.random.default_rng(seed), fonts, width, height) is None


def test_a_low_box_for_an_ellipse_gives_none(fonts: FontLibrary) -> None:
    assert dialogue(np.random.default_rng(0), fonts, 233, 4, ellipse=True, size=8, plain=True) is None


@pytest.mark.parametrize("kind", KINDS)
def test_mask_is_what_changed(kind: Callable[..., Lettering | None], fonts: FontLibrary) -> None:
    before = np.random.default_rng(1).integers(0, 256, (170, 210, 3), np.uint8)
    for patch in drawn(kind, fonts, 10):
        image, mask = before.copy(), np.zeros(before.shape[:2], np.uint8)
        paste(image, mask, patch, 5, 5)
        difference = np.abs(image.astype(int) - before).max(-1)
        assert np.array_equal(mask, (difference > CHANGED).astype(np.uint8))
        assert mask.any()


def test_mask_keeps_what_was_set() -> None:
    image, mask = np.zeros((4, 4, 3), np.uint8), np.eye(4, dtype=np.uint8)
    patch = Lettering(np.full((4, 4, 3), 255, np.uint8), np.zeros((4, 4), np.uint8), (), frozenset())
    paste(image, mask, patch, 0, 0)
    assert np.array_equal(mask, np.eye(4, dtype=np.uint8))


def test_blend_and_threshold_to_the_grey_level() -> None:
    image, mask = np.full((1, 4, 3), 100, np.uint8), np.zeros((1, 4), np.uint8)
    color = np.zeros((1, 4, 3), np.uint8)
    color[..., 1] = 200
    alpha = np.array([[0, 128, 255, 41]], np.uint8)
    paste(image, mask, Lettering(color, alpha, (), frozenset()), 0, 0)
    assert image[0, :, 0].tolist() == [100, 50, 0, 84]
    assert image[0, :, 1].tolist() == [100, 150, 200, 116]
    assert mask.tolist() == [[0, 1, 1, 0]]  # a change of exactly 16 does not count


@pytest.mark.parametrize(("x", "y"), [(-30, -12), (70, 50), (-60, 20), (10, 64)])
def test_paste_clips_at_the_borders(fonts: FontLibrary, x: int, y: int) -> None:
    patch = drawn(dialogue, fonts, 3, background=WHITE)[0]
    wide, wide_mask = np.full((480, 500, 3), 255, np.uint8), np.zeros((480, 500), np.uint8)
    paste(wide, wide_mask, patch, 150 + x, 150 + y)
    image, mask = np.full((80, 100, 3), 255, np.uint8), np.zeros((80, 100), np.uint8)
    words = paste(image, mask, patch, x, y)
    assert np.array_equal(image, wide[150:230, 150:250])
    assert np.array_equal(mask, wide_mask[150:230, 150:250])
    for word in words:
        assert (word >= 0).all()
        assert (word <= np.array([100, 80])).all()


def test_paste_outside_changes_nothing(fonts: FontLibrary) -> None:
    patch = drawn(note, fonts, 3)[0]
    image, mask = np.full((20, 20, 3), 9, np.uint8), np.zeros((20, 20), np.uint8)
    assert paste(image, mask, patch, 20, 0) == ()
    assert paste(image, mask, patch, 0, -patch.alpha.shape[0]) == ()
    assert (image == 9).all()
    assert not mask.any()


def test_columns_run_from_right_to_left_and_stand(japanese: FontFace) -> None:
    tokens = [Token("かきくけこ"), Token("さしすせそ"), Token("たち")]
    block = set_columns(np.random.default_rng(0), tokens, Setting(japanese, 20, leading=1.4), 110, 5)
    assert block is not None
    first, second, third = (word.mean(0)[0] for word in block.words)
    assert first - second == pytest.approx(28, abs=2)
    assert second - third == pytest.approx(28, abs=2)
    width, height = size_of(block.words[0])
    assert height > 4 * width


def test_vertical_dialogue_has_standing_words(fonts: FontLibrary) -> None:
    patches = drawn(dialogue, fonts, 12, script="japanese", vertical=True, size=16, background=WHITE, plain=True)
    for patch in patches:
        assert {"vertical", "japanese", "dialogue"} <= patch.tags
    tallest = [max(patch.words, key=lambda word: size_of(word)[1]) for patch in patches]
    assert sum(size_of(word)[1] > size_of(word)[0] for word in tallest) >= 0.8 * len(tallest)


@pytest.mark.parametrize("has_form", [True, False])
def test_long_vowel_mark_stands_in_columns_and_lies_in_rows(
    japanese: FontFace, has_form: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_form:
        monkeypatch.setattr(columns, "has_vertical_form", lambda face, character: False)
    setting = Setting(japanese, 40)
    column = set_columns(np.random.default_rng(0), [Token("ー")], setting, 60, 1)
    row = set_rows(np.random.default_rng(0), [Token("ー")], setting, lambda line, count: 100.0, 1, spaced=False)
    assert column is not None
    assert row is not None
    standing, lying = column.cropped(), row.cropped()
    assert standing is not None
    assert lying is not None
    assert standing.coverage.shape[0] > 3 * standing.coverage.shape[1]
    assert lying.coverage.shape[1] > 3 * lying.coverage.shape[0]


@pytest.mark.parametrize("has_form", [True, False])
def test_comma_lies_in_the_upper_right_of_its_cell(
    japanese: FontFace, has_form: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_form:
        monkeypatch.setattr(columns, "has_vertical_form", lambda face, character: False)
    block = set_columns(np.random.default_rng(0), [Token("口、口")], Setting(japanese, 40), 200, 1)
    assert block is not None
    cropped = block.cropped()
    assert cropped is not None
    height, width = cropped.coverage.shape
    # between the two boxes lies one cell: the comma's ink must be in its upper half, right of the middle
    middle = cropped.coverage[int(0.36 * height) : int(0.64 * height)] > 127
    rows, places = np.nonzero(middle)
    assert rows.mean() < 0.5 * middle.shape[0]
    assert places.mean() > 0.6 * width


def test_readings_stand_right_of_their_kanji_and_are_smaller(japanese: FontFace) -> None:
    tokens = [Token("魔法", "まほう"), Token("だ")]
    block = set_columns(np.random.default_rng(0), tokens, Setting(japanese, 30, leading=1.6), 200, 1)
    assert block is not None
    assert block.ruby
    reading, column = block.words
    assert reading[:, 0].min() > column[:, 0].max() - 4
    assert reading[:, 1].max() < column[:, 1].mean() + 30
    assert size_of(reading)[0] < 0.65 * size_of(column)[0]


def test_readings_stand_above_in_rows(japanese: FontFace) -> None:
    tokens = [Token("魔法", "まほう"), Token("だ")]
    setting = Setting(japanese, 30, leading=1.6)
    block = set_rows(np.random.default_rng(0), tokens, setting, lambda line, count: 300.0, 1, spaced=False)
    assert block is not None
    line, reading = block.words
    assert reading[:, 1].max() < line[:, 1].min() + 4


def test_furigana_tag_is_given_where_readings_were_set(fonts: FontLibrary) -> None:
    patches = drawn(dialogue, fonts, 40, script="japanese", size=18, background=WHITE)
    tagged = [patch for patch in patches if "furigana" in patch.tags]
    assert 2 <= len(tagged) < len(patches)


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


def test_outline_grows_the_ink_by_its_width() -> None:
    coverage = np.zeros((60, 60), np.uint8)
    coverage[25:35, 25:35] = 255
    color, alpha = paint(coverage, Look((0, 0, 0), outlines=((4.0, (255, 255, 255)), (3.0, (200, 0, 0)))))
    solid = np.flatnonzero(alpha[30] == 255)
    assert (solid[0], solid[-1]) == (25 - 7, 34 + 7)
    assert color[30, 30].tolist() == [0, 0, 0]
    assert color[30, 22].tolist() == [255, 255, 255]
    assert color[30, 19].tolist() == [200, 0, 0]


def test_hollow_letters_show_what_lies_behind() -> None:
    coverage = np.zeros((40, 40), np.uint8)
    coverage[15:25, 15:25] = 255
    _, alpha = paint(coverage, Look((0, 0, 0), outlines=((3.0, (255, 0, 0)),), hollow=True))
    assert alpha[20, 20] == 0
    assert alpha[20, 13] == 255


def test_hard_edges_have_no_grey() -> None:
    coverage = np.linspace(0, 255, 64, dtype=np.uint8).reshape(8, 8)
    _, alpha = paint(coverage, Look((0, 0, 0), outlines=((1.5, (255, 255, 255)),), hard=True))
    assert set(np.unique(alpha)) <= {0, 255}


@pytest.mark.parametrize("level", [0, 60, 128, 200, 255])
def test_lettering_can_be_read_on_a_known_background(fonts: FontLibrary, level: int) -> None:
    background = np.full(3, float(level))
    faint = 0
    patches = [
        *drawn(dialogue, fonts, 30, background=background),
        *drawn(sound_effect, fonts, 15, background=background),
    ]
    for patch in patches:
        image, mask = np.full((160, 200, 3), level, np.uint8), np.zeros((160, 200), np.uint8)
        paste(image, mask, patch, 0, 0)
        faint += int(np.abs(image.astype(int) - level).max() < 38)
    assert faint <= 0.12 * len(patches)


def test_monochrome_effects_are_grey(fonts: FontLibrary) -> None:
    for patch in drawn(sound_effect, fonts, 15, monochrome=True):
        seen = patch.color[patch.alpha > 0].astype(int)
        assert (np.ptp(seen, axis=1) <= 1).all()


def test_polygons_follow_a_turn(japanese: FontFace) -> None:
    block = set_rows(
        np.random.default_rng(0), [Token("王国")], Setting(japanese, 40), lambda line, count: 200.0, 1, spaced=False
    )
    assert block is not None
    turned = turn(block, 90)
    (word,) = turned.words
    width, height = size_of(word)
    assert height > 1.5 * width
    left, top, ink_width, ink_height = cv2.boundingRect(np.where(turned.coverage > 60, turned.coverage, 0))
    assert np.allclose(word.min(0), (left, top), atol=6)  # the box holds side bearings
    assert np.allclose(word.max(0), (left + ink_width, top + ink_height), atol=6)
    # anticlockwise: what was at the left is now below
    assert word[0, 1] > word[1, 1]


def test_wobble_keeps_ink_inside_grown_polygons(japanese: FontFace) -> None:
    rng = np.random.default_rng(0)
    block = set_columns(rng, [Token("王国の剣")], Setting(japanese, 30), 200, 1)
    assert block is not None
    shaken = wobble(rng, block, 3.0, 20.0)
    inside = np.zeros(shaken.coverage.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(shaken.words[0]).astype(np.int32)], 1)
    assert not ((shaken.coverage > 127) & (inside == 0)).any()


def test_growing_moves_every_side_out() -> None:
    square = np.array([(0, 0), (10, 0), (10, 10), (0, 10)], np.float32)
    larger = np.array([(-2, -2), (12, -2), (12, 12), (-2, 12)], np.float32)
    assert np.allclose(grown(square, 2), larger)
    assert np.allclose(grown(square[::-1], 2), larger[::-1])


def test_public_names() -> None:
    assert set(lettering.__all__) >= {"Lettering", "caption_meme", "dialogue", "note", "paste", "sound_effect"}


def test_turned_patch_keeps_its_ink_and_its_words_enclose_it() -> None:
    alpha = np.zeros((20, 60), np.uint8)
    alpha[5:15, 10:50] = 255
    word = np.array([[10, 5], [50, 5], [50, 15], [10, 15]], np.float32)
    patch = Lettering(np.full((20, 60, 3), 40, np.uint8), alpha, (word,), frozenset())
    for degrees in (0.0, 17.0, -50.0, 90.0):
        found = turned(patch, degrees)
        assert int(found.alpha.sum()) == pytest.approx(int(alpha.sum()), rel=0.02)
        assert not found.alpha[[0, -1]].any()
        assert not found.alpha[:, [0, -1]].any()
        inside = cv2.fillConvexPoly(np.zeros_like(found.alpha), np.rint(found.words[0]).astype(np.int32), 1)
        assert found.alpha[cv2.dilate(inside, np.ones((3, 3))) == 0].sum() == 0
    upright = turned(patch, 90.0).alpha
    assert np.ptp(np.nonzero(upright.max(1))[0]) > 2 * np.ptp(np.nonzero(upright.max(0))[0])


def test_faded_patch_lets_the_art_through() -> None:
    patch = Lettering(np.zeros((4, 4, 3), np.uint8), np.full((4, 4), 255, np.uint8), (), frozenset())
    image, mask = np.full((4, 4, 3), 200, np.uint8), np.zeros((4, 4), np.uint8)
    paste(image, mask, faded(patch, 0.5), 0, 0)
    assert image.min() == image.max() == 100
    assert mask.all()


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_scaled_patch_keeps_its_colour_to_the_rim(factor: float) -> None:
    color, alpha = np.zeros((20, 40, 3), np.uint8), np.zeros((20, 40), np.uint8)
    color[5:15, 9:31], alpha[5:15, 9:31] = 240, 255  # nothing is known of the colour outside
    word = np.array([[9, 5], [31, 5], [31, 15], [9, 15]], np.float32)
    found = scaled(Lettering(color, alpha, (word,), frozenset()), factor)
    assert found.alpha.shape == (20 * factor, 40 * factor)
    assert found.color[found.alpha > 8].min() >= 238
    assert np.allclose(found.words[0], word * factor)
    assert int(found.alpha.sum()) == pytest.approx(int(alpha.sum()) * factor**2, rel=0.02)

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.data.masks import mask_of_drawn_pair
from textrm.data.sample import KINDS, Sample
from textrm.synth.degrade import degrade
from textrm.synth.faces.library import FontLibrary, find_fonts
from textrm.synth.letter_art import letter_art
from textrm.synth.pages import draw_page

SIZE = (128, 160)


@pytest.fixture(scope="module")
def fonts() -> FontLibrary:
    return find_fonts()


@pytest.fixture(scope="module")
def pages(fonts: FontLibrary) -> list[Sample]:
    return [draw_page(5, index, fonts, size=SIZE) for index in range(30)]


@pytest.fixture(scope="module")
def pristine(fonts: FontLibrary) -> list[Sample]:
    return [draw_page(6, index, fonts, size=SIZE, pristine=1.0) for index in range(20)]


def test_a_page_follows_from_seed_and_index_alone(fonts: FontLibrary, pages: list[Sample]) -> None:
    for index in (17, 3):  # in another order than before
        again = draw_page(5, index, fonts, size=SIZE)
        assert again.id == pages[index].id
        assert again.tags == pages[index].tags
        np.testing.assert_array_equal(again.image, pages[index].image)
        np.testing.assert_array_equal(again.clean, pages[index].clean)
        np.testing.assert_array_equal(again.mask, pages[index].mask)
        assert len(again.words) == len(pages[index].words)
    assert not np.array_equal(pages[3].image, draw_page(6, 3, fonts, size=SIZE).image)


def test_pictures_are_what_a_sample_promises(pages: list[Sample]) -> None:
    for page in pages:
        assert page.clean is not None
        assert page.image.shape == page.clean.shape == (*SIZE, 3)
        assert page.image.dtype == page.clean.dtype == page.mask.dtype == np.uint8
        assert set(np.unique(page.mask)) <= {0, 1}
        for word in page.words:
            assert word.ndim == 2
            assert word.shape[1] == 2
            assert word.dtype == np.float32


def test_a_page_to_be_lettered_is_never_left_without(fonts: FontLibrary) -> None:
    narrow = FontLibrary([next(face for face in fonts.faces if face.family == "Permanent Marker")])
    for library in (fonts, narrow):
        for index in range(12):  # at this size nearly half of the first attempts find no room
            assert draw_page(8, index, library, size=64, empty=0.0).mask.any()
            art = np.full((72, 64, 3), (200, 60, 90), np.uint8)
            assert letter_art(np.random.default_rng(index), art, library, empty=0.0).mask.any()
    bare = letter_art(np.random.default_rng(0), art, fonts, empty=1.0, pristine=1.0, monochrome=0.0)
    np.testing.assert_array_equal(bare.image, art)


def test_the_mask_marks_exactly_what_lettering_changed(pristine: list[Sample]) -> None:
    lettered = 0
    for page in pristine:
        assert page.clean is not None
        difference = np.abs(page.image.astype(int) - page.clean).max(2)
        np.testing.assert_array_equal(page.mask, difference > 16)
        lettered += int(page.mask.any())
    assert lettered > 12


def test_far_from_the_mask_nothing_changed(pristine: list[Sample]) -> None:
    for page in pristine:
        assert page.clean is not None
        near = cv2.dilate(page.mask, np.ones((61, 61), np.uint8))  # glows and soft shadows reach this far
        assert np.abs(page.image.astype(int) - page.clean).max(2)[near == 0].max(initial=0) <= 16


def test_words_lie_where_the_lettering_is(pristine: list[Sample]) -> None:
    inside = total = 0
    for page in pristine:
        boxes = np.zeros(SIZE, bool)
        for word in page.words:
            x0, y0 = np.floor(word.min(0)).astype(int).clip(0) - 3
            x1, y1 = np.ceil(word.max(0)).astype(int) + 4
            boxes[max(y0, 0) : y1, max(x0, 0) : x1] = True
        inside += int((page.mask.astype(bool) & boxes).sum())
        total += int(page.mask.sum())
    assert inside / total > 0.9


def test_a_page_without_lettering_is_its_own_clean_picture(fonts: FontLibrary) -> None:
    for index in range(12):
        page = draw_page(1, index, fonts, size=SIZE, empty=1.0)
        np.testing.assert_array_equal(page.image, page.clean)
        assert not page.mask.any()
        assert not page.words
        assert "no_lettering" in page.tags
        assert "lettering" not in page.tags


def test_monochrome_pages_are_grey_and_coloured_ones_are_not(fonts: FontLibrary) -> None:
    vivid = 0
    for index in range(12):
        page = draw_page(2, index, fonts, size=SIZE, color=0.0)
        if "tinted" not in page.tags:
            assert "monochrome" in page.tags
            assert (page.image == page.image[..., :1]).all()
            assert page.clean is not None
            assert (page.clean == page.clean[..., :1]).all()
        page = draw_page(2, index, fonts, size=SIZE, color=1.0)
        assert "color" in page.tags
        assert "monochrome" not in page.tags
        vivid += int(np.ptp(page.image.astype(int), axis=2).max() > 24)
    assert vivid >= 10


def test_tags_are_many_and_follow_from_what_is_drawn(pages: list[Sample]) -> None:
    every = frozenset().union(*(page.tags for page in pages))
    assert len(every) >= 40
    assert all(tag.islower() and " " not in tag for tag in every)
    for page in pages:
        assert ("lettering" in page.tags) == bool(page.mask.any())
        assert len(page.tags & {"color", "monochrome", "tinted"}) >= 1
        # Letters of a grid have no kind; a word that lies wholly beyond the page leaves its tag.
        assert len(page.kinds) == len(page.words)
        assert {kind for kind in page.kinds if kind} <= page.tags & {*KINDS}
        assert not page.words or page.tags & {*KINDS, "letters"}
    assert len(set().union(*(page.kinds for page in pages)) & {*KINDS}) >= 4


def test_marks_leave_the_rest_of_the_page_as_it_was(fonts: FontLibrary) -> None:
    told = {"page_number": 0, "credit": 0}
    for index in range(12):
        plain = draw_page(9, index, fonts, size=(300, 240), pristine=1.0, empty=0.0)
        marked = draw_page(9, index, fonts, size=(300, 240), pristine=1.0, empty=0.0, marks=1.0)
        count = len(plain.words)
        for one, other in zip(plain.words, marked.words[:count], strict=True):
            np.testing.assert_array_equal(one, other)
        assert marked.kinds[:count] == plain.kinds
        for kind in told:
            told[kind] += kind in marked.kinds[count:]
        numbers = [word for word, kind in zip(marked.words, marked.kinds, strict=True) if kind == "page_number"]
        for word in numbers:  # at the upper or the lower edge, with a margin of at most 0.07 of 240 pixels
            assert min(word[:, 1].min(), 300 - word[:, 1].max()) < 0.125 * 300
    assert min(told.values()) >= 3  # small pages have no room for some


def test_size_may_be_one_number(fonts: FontLibrary) -> None:
    assert draw_page(1, 1, fonts, size=96).image.shape == (96, 96, 3)


def test_degrading_keeps_both_pictures_alike_and_the_mask_true() -> None:
    rng = np.random.default_rng(4)
    clean = np.full((64, 64, 3), 200, np.uint8)
    image = clean.copy()
    image[20:40, 20:40] = 0
    sample = Sample("x", image, mask_of_drawn_pair(image, clean), clean, tags=frozenset({"color"}))
    seen = set()
    for _ in range(30):
        worn = degrade(rng, sample)
        assert worn.clean is not None
        seen |= worn.tags
        assert worn.mask[22:38, 22:38].all()
        assert not worn.mask[:12].any()
        assert np.abs(worn.image[:8].astype(int) - worn.clean[:8]).mean() < 4
    assert {"jpeg", "blur", "scan", "noise", "tinted"} <= seen

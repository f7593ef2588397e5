from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from textrm.synth.empty_balloons import find_empty_balloons
from textrm.synth.faces.library import FontLibrary, find_fonts
from textrm.synth.letter_art import crop_art, is_colored, letter_art


@pytest.fixture(scope="module")
def fonts() -> FontLibrary:
    return find_fonts()


def noisy_art(height: int = 220, width: int = 260) -> np.ndarray:
    """Rough blue art with one empty balloon, 140 x 80 px, centred at (130, 100)."""
    art = np.random.default_rng(0).integers(40, 160, (height, width, 3)).astype(np.uint8)
    art[..., 2] |= 128
    cv2.ellipse(art, (130, 100), (70, 40), 0, 0, 360, (255, 255, 255), -1)
    return art


def test_the_empty_balloon_is_found_and_nothing_else() -> None:
    art = noisy_art()
    found = find_empty_balloons(art, 20)
    assert len(found) == 1
    x0, y0, x1, y1 = found[0].box
    assert x0 >= 58
    assert x1 <= 202
    assert y0 >= 58
    assert y1 <= 142
    assert (x1 - x0) * (y1 - y0) > 0.4 * 140 * 80
    assert (art[y0:y1, x0:x1] == 255).mean() > 0.98
    np.testing.assert_allclose(found[0].color, 255, atol=2)
    assert found[0].open_sides == (False, False, False, False)


def test_gutters_are_no_balloons() -> None:
    art = noisy_art()
    art[:, 125:145] = 255
    art[60:140, 40:220] = np.random.default_rng(1).integers(0, 200, (80, 180, 3))
    assert find_empty_balloons(art, 26) == []


def test_the_balloon_is_filled(fonts: FontLibrary) -> None:
    hits = 0
    for seed in range(8):
        sample = letter_art(np.random.default_rng(seed), noisy_art(), fonts, monochrome=0, empty=0, pristine=1)
        hits += int(sample.mask[70:130, 80:180].sum() > 40)
    assert hits >= 5


def test_pixels_outside_the_mask_stay(fonts: FontLibrary) -> None:
    art = noisy_art()
    before = art.copy()
    for seed in range(8):
        sample = letter_art(np.random.default_rng(seed), art, fonts, monochrome=0, pristine=1)
        assert sample.clean is not None
        difference = np.abs(sample.image.astype(int) - sample.clean).max(2)
        np.testing.assert_array_equal(sample.mask, difference > 16)
        assert "given_art" in sample.tags
    np.testing.assert_array_equal(art, before)


def test_art_may_stay_empty(fonts: FontLibrary) -> None:
    sample = letter_art(np.random.default_rng(0), noisy_art(), fonts, monochrome=0, empty=1, pristine=1)
    np.testing.assert_array_equal(sample.image, noisy_art())
    np.testing.assert_array_equal(sample.clean, noisy_art())
    assert not sample.mask.any()


def test_coloured_art_becomes_grey_on_request(fonts: FontLibrary) -> None:
    assert is_colored(noisy_art())
    for seed in range(4):
        sample = letter_art(np.random.default_rng(seed), noisy_art(), fonts, monochrome=1, pristine=1)
        assert not is_colored(sample.image)
        assert "monochrome" in sample.tags


def test_the_same_generator_gives_the_same_sample(fonts: FontLibrary) -> None:
    first, second = (letter_art(np.random.default_rng(3), noisy_art(), fonts) for _ in range(2))
    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(first.mask, second.mask)


@pytest.mark.parametrize("shape", [(30, 900), (64, 64), (700, 500)])
def test_crops_have_the_size_asked_for(shape: tuple[int, int]) -> None:
    art = np.zeros((*shape, 3), np.uint8)
    for seed in range(5):
        assert crop_art(np.random.default_rng(seed), art, 96, 128).shape == (96, 128, 3)


def test_real_art_gets_lettering_in_its_balloons(fonts: FontLibrary, shared_data: Path) -> None:
    picture = cv2.imread(str(shared_data / "comics" / "ep02_p03_ja_clean.jpg"), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    sample = letter_art(np.random.default_rng(1), picture, fonts, monochrome=0, pristine=1)
    np.testing.assert_array_equal(sample.mask, np.abs(sample.image.astype(int) - sample.clean).max(2) > 16)
    assert 0.001 < sample.mask.mean() < 0.4

from __future__ import annotations

import cv2
import numpy as np
import pytest
from patches import WHITE

from textrm.synth.faces.library import FontLibrary
from textrm.synth.inks.dresses import CONTRAST, contrast
from textrm.synth.inks.plates import lay_plate, plate_color
from textrm.synth.pieces.jottings import jotting
from textrm.synth.setting import decorations
from textrm.synth.setting.block import Block, rectangle
from textrm.synth.setting.decorations import decorated

NAMES = {"underlined", "bracketed", "ringed", "rays", "heart", "tail"}


def test_handwriting_fits_its_box_in_several_colours(fonts: FontLibrary) -> None:
    inks, lines, found = set(), [], 0
    for seed in range(50):
        patch = jotting(np.random.default_rng(seed), fonts, 220, 160, script="latin", background=WHITE, size=18)
        if patch is None:
            continue
        found += 1
        height, width = patch.alpha.shape
        assert height <= 160
        assert width <= 220
        ink = patch.color[patch.alpha == patch.alpha.max()][0]
        assert contrast(tuple(ink.tolist()), WHITE) >= CONTRAST
        inks.add(tuple(ink.tolist()))
        lines.append(height / 18)
    assert found > 40
    assert len(inks) > 8
    assert max(lines) > 3 > 1.5 > min(lines)


def test_signs_around_words_come_up(fonts: FontLibrary) -> None:
    tags: set[str] = set()
    for seed in range(80):
        patch = jotting(np.random.default_rng(seed), fonts, 260, 200, script="latin", background=WHITE, size=16)
        tags |= patch.tags if patch is not None else set()
    assert tags >= NAMES


@pytest.mark.parametrize(("sign", "name"), decorations.SIGNS)
def test_a_sign_adds_ink_around_the_words_and_leaves_them(
    sign: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decorations, "SIGNS", ((sign, name),))
    coverage = np.zeros((40, 120), np.uint8)
    coverage[10:30, 10:110] = 255
    block = Block(coverage, (rectangle((10, 10, 110, 30)),))
    for seed in range(6):
        done, got = decorated(np.random.default_rng(seed), block, 20)
        assert got == name
        margin = (done.coverage.shape[0] - 40) // 2
        np.testing.assert_array_equal(done.words[0], block.words[0] + margin)
        added = done.coverage.copy()
        added[margin + 10 : margin + 30, margin + 10 : margin + 110] = 0
        assert (added > 127).sum() > 15
        _, y, _, h = cv2.boundingRect(added)
        if name == "underlined":
            assert y >= margin + 28
        if name == "tail":
            assert cv2.boundingRect(added)[0] >= margin + 100
        if name == "ringed":
            assert y < margin + 10
            assert y + h > margin + 30


def test_a_plate_is_painted_alike_on_both_pictures_where_it_is_asked_for() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        clean = np.full((140, 200, 3), 77, np.uint8)
        image = clean.copy()
        paint = plate_color(rng, seed % 2 == 0)
        lay_plate(rng, (clean, image), (50.0, 40.0, 150.0, 100.0), paint)
        np.testing.assert_array_equal(clean, image)
        assert np.abs(clean[65:75, 90:110].astype(int) - paint).mean() < 40  # grain darkens a board
        assert (clean[:20] == 77).all()
        assert (clean[:, 180:] == 77).all()
        if seed % 2:
            assert len(set(paint)) == 1

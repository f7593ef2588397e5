from __future__ import annotations

import numpy as np

from textrm.synth.faces.library import FontFace, FontLibrary
from textrm.synth.setting.arrangement import EM, SHARPEST, arranged, frame


def latin(fonts: FontLibrary) -> FontFace:
    return next(face for face in fonts.faces if "latin" in face.scripts)


def test_every_letter_has_a_sheet_of_its_own_and_blanks_have_none(fonts: FontLibrary) -> None:
    arrangement = arranged(np.random.default_rng(2), latin(fonts), "BO OM", "latin", False)
    assert arrangement is not None
    assert arrangement.glyphs == ("B", "O", "O", "M")
    glyphs_drawn = arrangement.draw(0.8)
    assert len({glyph_drawn.shape for glyph_drawn in glyphs_drawn}) == 1
    assert all(glyph_drawn.max() > 200 for glyph_drawn in glyphs_drawn)
    height, width = glyphs_drawn[0].shape
    np.testing.assert_allclose((width, height), arrangement.span * 0.8 + 4, atol=1)
    assert arranged(np.random.default_rng(2), latin(fonts), " ", "latin", False) is None


def test_size_follows_the_scale_beyond_the_largest_drawn_size(fonts: FontLibrary) -> None:
    arrangement = arranged(np.random.default_rng(5), latin(fonts), "H", "latin", False)
    assert arrangement is not None
    areas = {scale: float((arrangement.draw(scale)[0] > 127).sum()) for scale in (2.0, 1.5 * SHARPEST / EM)}
    small, large = areas.values()
    np.testing.assert_allclose(large / small, (0.75 * SHARPEST / EM) ** 2, rtol=0.03)


def test_the_frame_encloses_a_slanting_bar_tightly() -> None:
    bar = np.zeros((60, 60), np.uint8)
    for i in range(40):
        bar[10 + i, 5 + i : 13 + i] = 255
    corners = frame(bar)
    sides = np.sort(np.linalg.norm(corners - np.roll(corners, 1, 0), axis=1))
    assert sides[0] < 10  # an upright box would be 40 high
    assert sides[-1] > 55

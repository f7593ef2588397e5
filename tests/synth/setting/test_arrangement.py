from __future__ import annotations

import numpy as np

from textrm.synth.faces.library import FontFace, FontLibrary
from textrm.synth.setting.arrangement import EM, SHARPEST, arranged, frame


def latin(fonts: FontLibrary) -> FontFace:
    return next(face for face in fonts.faces if "latin" in face.scripts)


def test_every_letter_has_a_sheet_of_its_own_and_blanks_have_none(fonts: FontLibrary) -> None:
    plan = arranged(np.random.default_rng(2), latin(fonts), "BO OM", "latin", False)
    assert plan is not None
    assert plan.glyphs == ("B", "O", "O", "M")
    sheets = plan.draw(0.8)
    assert len({sheet.shape for sheet in sheets}) == 1
    assert all(sheet.max() > 200 for sheet in sheets)
    height, width = sheets[0].shape
    np.testing.assert_allclose((width, height), plan.span * 0.8 + 4, atol=1)
    assert arranged(np.random.default_rng(2), latin(fonts), " ", "latin", False) is None


def test_size_follows_the_scale_beyond_the_largest_drawn_size(fonts: FontLibrary) -> None:
    plan = arranged(np.random.default_rng(5), latin(fonts), "H", "latin", False)
    assert plan is not None
    areas = {scale: float((plan.draw(scale)[0] > 127).sum()) for scale in (2.0, 1.5 * SHARPEST / EM)}
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

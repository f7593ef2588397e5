from __future__ import annotations

import cv2
import numpy as np
import pytest
from patches import WHITE, drawn

from textrm.data.masks import mask_of_drawn_pair
from textrm.synth.faces.library import FontLibrary
from textrm.synth.pieces.captions import note
from textrm.synth.pieces.dialogue import dialogue
from textrm.synth.pieces.patch import Lettering, faded, paste, scaled, stacked, turned


def test_what_a_patch_does_not_cover_stays() -> None:
    image = np.full((4, 4, 3), 7, np.uint8)
    alpha = np.eye(4, dtype=np.uint8) * 255
    paste(image, Lettering(np.full((4, 4, 3), 255, np.uint8), alpha, (), frozenset()), 0, 0)
    assert np.array_equal(image, np.where(alpha[..., None] > 0, 255, np.full((4, 4, 3), 7)))


def test_blend_and_threshold_to_the_grey_level() -> None:
    before = np.full((1, 4, 3), 100, np.uint8)
    image = before.copy()
    color = np.zeros((1, 4, 3), np.uint8)
    color[..., 1] = 200
    alpha = np.array([[0, 128, 255, 41]], np.uint8)
    paste(image, Lettering(color, alpha, (), frozenset()), 0, 0)
    assert image[0, :, 0].tolist() == [100, 50, 0, 84]
    assert image[0, :, 1].tolist() == [100, 150, 200, 116]
    assert mask_of_drawn_pair(image, before).tolist() == [[0, 1, 1, 0]]  # a change of exactly 16 does not count


@pytest.mark.parametrize(("x", "y"), [(-30, -12), (70, 50), (-60, 20), (10, 64)])
def test_paste_clips_at_the_borders(fonts: FontLibrary, x: int, y: int) -> None:
    patch = drawn(dialogue, fonts, 3, size=16, background=WHITE)[0]
    wide, image = np.full((480, 500, 3), 255, np.uint8), np.full((80, 100, 3), 255, np.uint8)
    paste(wide, patch, 150 + x, 150 + y)
    words = paste(image, patch, x, y)
    assert np.array_equal(image, wide[150:230, 150:250])
    for word in words:
        assert (word >= -1e-5).all()  # float32 rounds where a side is cut
        assert (word <= np.array([100, 80])).all()


def test_paste_outside_changes_nothing(fonts: FontLibrary) -> None:
    patch = drawn(note, fonts, 3)[0]
    image = np.full((20, 20, 3), 9, np.uint8)
    assert paste(image, patch, 20, 0) == ()
    assert paste(image, patch, 0, -patch.alpha.shape[0]) == ()
    assert (image == 9).all()


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
    image = np.full((4, 4, 3), 200, np.uint8)
    paste(image, faded(patch, 0.5), 0, 0)
    assert image.min() == image.max() == 100


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


def test_stacked_patches_lie_centred_below_each_other() -> None:
    def block(height: int, width: int, level: int, tag: str) -> Lettering:
        word = np.array([(0, 0), (width, 0), (width, height)], np.float32)
        return Lettering(
            np.full((height, width, 3), level, np.uint8), np.full((height, width), level, np.uint8), (word,),
            frozenset({tag}),
        )  # fmt: skip

    both = stacked([block(2, 6, 10, "above"), block(3, 2, 20, "below")])
    assert both.alpha.tolist() == [[10] * 6] * 2 + [[0, 0, 20, 20, 0, 0]] * 3
    assert np.array_equal(both.color[..., 0], both.alpha)
    assert [word.tolist() for word in both.words] == [[[0, 0], [6, 0], [6, 2]], [[2, 2], [4, 2], [4, 5]]]
    assert both.tags == {"above", "below"}

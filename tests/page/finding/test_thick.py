"""Thick strokes come from the coarser look, as far as their colour goes."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.finding.thick import with_thick_strokes


def seen(wide: int, sure: int = 255) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A picture 200 x 161 with one dark stroke, what a fine look saw of it (its edge), and what a coarse one did."""
    image = np.full((200, 161, 3), (200, 220, 90), np.uint8)
    image[40:160, 60 : 60 + wide] = (40, 20, 60)
    truth = (image[..., 0] == 40).astype(np.uint8)
    fine = (truth - cv2.erode(truth, np.ones((9, 9), np.uint8))) * np.uint8(200)
    coarse = cv2.resize(truth * np.uint8(sure), (81, 100), interpolation=cv2.INTER_AREA)
    return image, fine, cv2.dilate(coarse, np.ones((3, 3), np.uint8))


def test_the_inside_of_a_thick_stroke_is_filled_and_its_surroundings_are_not() -> None:
    image, fine, coarse = seen(50)
    raised = with_thick_strokes(fine.copy(), coarse, image)
    stroke = image[..., 0] == 40
    assert raised[stroke].min() >= 200
    assert raised[~stroke].max() == 0  # where the coarse look spills over
    assert fine[stroke].min() == 0


def test_thin_and_doubtful_strokes_stay_as_the_fine_look_saw_them() -> None:
    for image, fine, coarse in (seen(14), seen(50, sure=180)):
        assert np.array_equal(with_thick_strokes(fine.copy(), coarse, image), fine)


def test_ink_of_other_colours_is_another_stroke() -> None:
    image, fine, coarse = seen(50)
    image[130:160, 60:110] = (250, 240, 10)
    raised = with_thick_strokes(fine.copy(), coarse, image)
    assert raised[50:129, 70:100].min() >= 200
    assert np.array_equal(raised[131:], fine[131:])

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from textrm.synth.drawing import look_alikes, negatives, panel_art
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.finish import COLOR, MONOCHROME
from textrm.synth.drawing.common.palette import random_palette
from textrm.synth.drawing.common.screentone import dots, halftone, lines
from textrm.synth.drawing.common.strokes import bezier, blob, box, noise, ribbon
from textrm.synth.drawing.common.texture import gradient, paint, photo, sensor_noise
from textrm.synth.drawing.panels import Layout, random_layout, row_layout

DRAWINGS = [
    *(d for d, _ in panel_art.SCENES),
    *(d for d, _ in panel_art.FIGURES),
    *negatives.SMALL,
    *look_alikes.ARRANGEMENTS,
]


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.__name__)
def test_everything_drawn_has_a_tag_and_leaves_grey_pages_grey(drawing: panel_art.Drawing) -> None:
    marked = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        canvas = Canvas(90, 120, (255, 255, 255), (0, 0, 0), 1.5)
        drawing(canvas, rng, random_palette(rng, color=False))
        assert canvas.tags
        picture = canvas.flatten()
        assert picture.shape == (90, 120, 3)
        assert (picture == picture[..., :1]).all()
        marked += int((picture != 255).any())
    assert marked >= (1 if drawing is panel_art.scenes.blank else 4)


@pytest.mark.parametrize("finish", [f for f, _ in MONOCHROME + COLOR], ids=lambda finish: finish.__name__)
def test_every_finish_gives_a_picture_of_the_same_size(finish: object) -> None:
    rng = np.random.default_rng(1)
    canvas = Canvas(70, 85, (180, 180, 180), (0, 0, 0), 1)
    canvas.shape(box(10, 10, 60, 50), (90, 90, 90))
    picture = finish(canvas, rng)  # type: ignore[operator]
    assert picture.shape == (70, 85, 3)
    assert picture.dtype == np.uint8


def test_a_shape_hides_the_lines_below_it() -> None:
    canvas = Canvas(60, 60, (255, 255, 255), (0, 0, 0), 2)
    canvas.strokes([np.array([[0, 30], [60, 30]])])
    assert (canvas.flatten()[30, 5:55] < 80).all()
    canvas.shape(box(20, 10, 40, 50), (200, 100, 50), pen=0)
    assert (canvas.flatten()[30, 22:39] == (200, 100, 50)).all()


def test_a_thin_pen_is_paler() -> None:
    thick, thin = (Canvas(20, 20, (255, 255, 255), (0, 0, 0), pen) for pen in (1.0, 0.5))
    for canvas in (thick, thin):
        canvas.strokes([np.array([[0, 10], [20, 10]])])
    assert int(thick.flatten()[10, 10, 0]) < int(thin.flatten()[10, 10, 0]) < 200


@pytest.mark.parametrize("make", [dots, lines])
@pytest.mark.parametrize("level", [64, 128, 200])
def test_a_halftone_keeps_the_tone(make: object, level: int) -> None:
    gray = np.full((200, 200), level, np.uint8)
    printed = halftone(gray, make(200, 200, 6.0, 45.0), 2.0)  # type: ignore[operator]
    assert printed.mean() == pytest.approx((level - 20) * 255 / 215, abs=12)
    assert ((printed < 10) | (printed > 245)).mean() > 0.9


def test_dots_repeat_at_their_pitch() -> None:
    row = dots(64, 64, 8.0, 0.0).astype(int)
    assert np.abs(row[:, 8:] - row[:, :-8]).max() <= 3
    assert np.abs(row[:, 4:] - row[:, :-4]).max() > 60


def test_paper_white_and_solid_black_are_not_toned() -> None:
    threshold = dots(50, 50, 5.0, 45.0)
    assert (halftone(np.full((50, 50), 255, np.uint8), threshold) >= 250).all()
    assert (halftone(np.zeros((50, 50), np.uint8), threshold, 110.0) <= 5).all()


@pytest.mark.parametrize("layout_of", [random_layout, row_layout])
def test_layouts_cover_the_page_without_overlap(layout_of: Callable[[np.random.Generator, int, int], Layout]) -> None:
    for seed in range(25):
        layout = layout_of(np.random.default_rng(seed), 200, 240)
        count = np.zeros((200, 240), np.uint8)
        for panel in layout.panels:
            assert panel.shape == (4, 2)
            one = np.zeros_like(count)
            cv2.fillPoly(one, [panel.astype(np.int32)], 1)
            count += cv2.erode(one, np.ones((5, 5), np.uint8))
        assert count.max() == 1


def test_curves_start_and_end_where_they_should() -> None:
    curve = bezier([(0, 0), (5, 10), (10, 0)], 9)
    np.testing.assert_allclose(curve[[0, 4, -1]], [(0, 0), (5, 5), (10, 0)])
    outline = ribbon(np.array([[0, 0], [10, 0], [20, 0]]), 4)
    assert outline.shape == (6, 2)
    assert np.ptp(outline[:, 1]) == pytest.approx(4)
    around = blob(np.random.default_rng(0), 50, 40, 10, 10, 0.0)
    np.testing.assert_allclose(np.hypot(around[:, 0] - 50, around[:, 1] - 40), 10, rtol=0.05)


def test_textures_are_seeded_pictures() -> None:
    for draw in (photo, paint):
        pictures = []
        for _ in range(2):
            rng = np.random.default_rng(3)
            pictures.append(draw(rng, 60, 80, random_palette(rng, color=True)))
        np.testing.assert_array_equal(*pictures)
        assert pictures[0].shape == (60, 80, 3)
        assert pictures[0].std() > 5
    field = noise(np.random.default_rng(0), 50, 70, 5)
    assert field.shape == (50, 70)
    assert field.min() >= 0
    assert field.max() <= 1
    assert np.ptp(field) > 0.2
    ramp = gradient(np.random.default_rng(1), 40, 40, (0, 0, 0), (255, 255, 255))
    assert np.ptp(ramp.astype(int)) > 150


def test_sensor_noise_has_the_strength_asked_for() -> None:
    flat = np.full((200, 300, 3), 128, np.uint8)
    noisy = sensor_noise(np.random.default_rng(0), flat, 6.0, gray=False)
    assert noisy.std() == pytest.approx(6, rel=0.1)
    gray = sensor_noise(np.random.default_rng(0), flat, 6.0, gray=True)
    assert (gray == gray[..., :1]).all()

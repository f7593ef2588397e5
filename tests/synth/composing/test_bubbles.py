from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.synth.composing import balloon_shapes
from textrm.synth.composing.bubbles import Balloon, BalloonStyle, paint, random_balloon, random_balloon_style
from textrm.synth.composing.room import Room, inside
from textrm.synth.drawing.common.strokes import ellipse


@pytest.mark.parametrize("body", list(balloon_shapes.ODDS), ids=lambda body: body.__name__)
def test_every_shape_holds_the_corners_of_its_text(body: balloon_shapes.Body) -> None:
    for seed in range(20):
        outline = body(np.random.default_rng(seed), 60.0, 25.0).astype(np.float32)
        for x, y in ((-55, -22), (55, -22), (55, 22), (-55, 22), (0, 0)):
            assert cv2.pointPolygonTest(outline[:, None], (float(x), float(y)), False) > 0


def test_a_balloon_is_painted_alike_on_both_pictures_and_only_in_its_region() -> None:
    first, second = np.full((2, 80, 100, 3), 90, np.uint8)
    region = np.zeros((80, 100), np.uint8)
    region[:, :50] = 255
    balloon = Balloon((ellipse(0, 0, 30, 20),), (255, 255, 255), (0, 0, 0), 2)
    paint((first, second), balloon, 50, 40, region)
    np.testing.assert_array_equal(first, second)
    assert (first[40, 30:49] == 255).all()
    assert (first[:, 50:] == 90).all()
    assert (first[40, 17:20] < 60).any()  # the outline


def test_a_translucent_balloon_lets_the_art_through() -> None:
    picture = np.full((60, 60, 3), 100, np.uint8)
    paint((picture,), Balloon((ellipse(0, 0, 20, 20),), (200, 200, 200), (0, 0, 0), 0, 0.5), 30, 30)
    assert abs(int(picture[30, 30, 0]) - 150) <= 2


def test_a_balloon_outside_the_picture_is_no_error() -> None:
    picture = np.full((60, 60, 3), 100, np.uint8)
    paint((picture,), Balloon((ellipse(0, 0, 20, 20),), (255, 255, 255), (0, 0, 0), 1), -200, 30)
    assert (picture == 100).all()


def test_looks_of_grey_pages_are_grey() -> None:
    for seed in range(60):
        balloon_style = random_balloon_style(np.random.default_rng(seed), False, (0, 0, 0))
        assert len(set(balloon_style.fill)) == 1
        assert len(set(balloon_style.ink)) == 1


def test_tails_are_tagged() -> None:
    balloon_style = BalloonStyle((255, 255, 255), (0, 0, 0), 1, 1, 1.0, balloon_shapes.oval, 0.0)
    balloon = random_balloon(np.random.default_rng(0), 60, 30, balloon_style, 4)
    assert len(balloon.parts) == 2
    assert {"balloon", "oval_balloon", "balloon_tail", "white_balloon"} <= balloon.tags


def test_room_is_given_once() -> None:
    room = Room(np.random.default_rng(0))
    assert room.find(40, 40, (0, 0, 50, 50)) is not None
    assert room.find(40, 40, (0, 0, 50, 50)) is None
    assert room.find(60, 10, (0, 0, 50, 50)) is None
    assert room.take((100, 100, 120, 120))
    assert not room.take((110, 110, 130, 130))


def test_inside_knows_slanted_regions() -> None:
    region = np.triu(np.full((40, 40), 255, np.uint8))
    assert inside(region, (25, 5, 35, 15))
    assert not inside(region, (5, 25, 15, 35))
    assert not inside(region, (30, 5, 45, 15))

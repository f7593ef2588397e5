from __future__ import annotations

import numpy as np
import pytest

from textrm.page.face import face_for
from textrm.page.looks import COLOURS, draw_looks


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def holds(picture: np.ndarray, look: int) -> int:
    """How many pixels have the look's colour."""
    return int((picture == COLOURS[look]).all(2).sum())


BOXES = np.array([[0, 0, 300, 400], [20, 30, 150, 200], [120.4, 180.6, 290, 390]])


def test_the_picture_is_untouched_but_for_the_frames() -> None:
    image = noise(400, 300)
    before = image.copy()
    drawn = draw_looks(image, BOXES, [["a 0.9"], [], ["b 0.8", "c 0.7"]])
    assert np.array_equal(image, before)
    assert drawn.dtype == np.uint8
    assert drawn.shape[0] == 400
    assert drawn.shape[1] > 300
    allowed = np.zeros((400, 300), bool)
    for x0, y0, x1, y1 in BOXES.round().astype(int):
        inner = 3  # pixels of a frame: a line of 1 between halos of 1
        frame = np.zeros_like(allowed)
        frame[y0:y1, x0:x1] = True
        frame[y0 + inner : y1 - inner, x0 + inner : x1 - inner] = False
        allowed |= frame
        allowed[y0 : y0 + 20, x0 : x0 + 20] = True  # its number
    changed = (drawn[:400, :300] != image).any(2)
    assert not (changed & ~allowed).any()
    for look, (x0, y0, x1, y1) in enumerate(BOXES.round().astype(int)):
        # Below the number: halo, line, halo from the left; mirrored at the right; the same from below.
        across = drawn[y0 + 100, [x0, x0 + 1, x0 + 2, x1 - 3, x1 - 2, x1 - 1]].tolist()
        line, halo = list(COLOURS[look]), [255, 255, 255]
        assert across == [halo, line, halo, halo, line, halo]
        assert drawn[[y1 - 3, y1 - 2, y1 - 1], x0 + 50].tolist() == [halo, line, halo]


def test_the_panel_lists_tags_in_the_colours_of_their_looks() -> None:
    image = np.full((400, 300, 3), 128, np.uint8)
    panel = draw_looks(image, BOXES, [["balloon"], [], ["lettering", "hat"]])[:, 300:]
    empty = draw_looks(image, BOXES, [[], [], []])[:, 300:]
    assert [holds(panel, look) > holds(empty, look) for look in range(3)] == [True, False, True]
    assert all(holds(empty, look) > 100 for look in range(3))  # the squares of their numbers
    more = draw_looks(image, BOXES, [["balloon"], [], ["lettering", "hat", "tree"]])[:, 300:]
    assert holds(more, 2) > holds(panel, 2)


@pytest.mark.parametrize(("height", "width", "beside"), [(400, 300, True), (300, 300, True), (300, 800, False)])
def test_the_panel_stands_where_there_is_room(height: int, width: int, beside: bool) -> None:
    drawn = draw_looks(noise(height, width), np.array([[0, 0, width, height]]), [["a"]])
    assert (drawn.shape[1] > width) is beside
    assert (drawn.shape[0] > height) is not beside


@pytest.mark.parametrize(
    ("height", "width", "count"), [(32, 32, 5), (32, 32, 16), (1, 1, 1), (2, 90, 5), (2000, 1400, 17), (600, 2000, 16)]
)
def test_every_size_and_number_of_looks(height: int, width: int, count: int) -> None:
    rng = np.random.default_rng(count)
    boxes = np.sort(rng.random((count, 2, 2)), 1).reshape(count, 4) * [width, height, width, height]
    boxes[0] = 0, 0, width, height
    boxes[-1, 2:] = boxes[-1, :2]  # a look at a bar of the square has no area
    image = noise(height, width)
    drawn = draw_looks(image, boxes, [["a " * 30, "x" * 90, "tag 0.50"]] * count)
    assert drawn.shape[0] >= height
    assert drawn.shape[1] >= width
    if height == width == 32:
        assert all(holds(drawn, look) for look in range(min(count, 16)))


def test_numbers_of_looks_in_one_corner_stand_side_by_side() -> None:
    image = np.full((400, 300, 3), 128, np.uint8)
    boxes = np.array([[0.0, 0, 300, 400]] * 3)
    drawn = draw_looks(image, boxes, [[]] * 3)
    for look, x in enumerate((0, 20, 40)):
        assert drawn[3, x + 3].tolist() == list(COLOURS[look])


def test_a_long_name_is_broken_and_loses_nothing() -> None:
    image = np.full((200, 200, 3), 128, np.uint8)
    box = np.array([[0, 0, 200, 200]])
    lines = [holds(draw_looks(image, box, [["m" * count]])[:, 200:], 0) for count in (20, 40, 80)]
    bare = holds(draw_looks(image, box, [[]])[:, 200:], 0)
    assert lines[1] - bare == pytest.approx(2 * (lines[0] - bare), rel=0.1)
    assert lines[2] - bare == pytest.approx(4 * (lines[0] - bare), rel=0.1)


def test_names_beyond_ascii_are_not_question_marks() -> None:
    image, box = np.full((200, 200, 3), 128, np.uint8), np.array([[0, 0, 200, 200]])
    drawn = draw_looks(image, box, [["é空"]])
    assert not np.array_equal(drawn, draw_looks(image, box, [["??"]]))
    assert holds(drawn[:, 200:], 0) > holds(draw_looks(image, box, [[]])[:, 200:], 0)
    assert face_for(["plain"], 15).getlength("plain") > 0
    assert face_for(["é空"], 15).getlength("é空") > 0

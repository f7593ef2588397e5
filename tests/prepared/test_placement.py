"""Where pictures lie on their canvases, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from textrm.prepared.geometry import PADDINGS, placement


@pytest.mark.parametrize(
    ("size", "enlarge", "box", "canvas"),
    [
        ((1200, 800), False, (0, 85, 512, 426), (512, 512)),
        ((800, 1200), False, (85, 0, 426, 512), (512, 512)),
        ((500, 454), False, (6, 29, 506, 483), (512, 512)),
        ((500, 454), True, (0, 23, 512, 488), (512, 512)),
        ((3, 5000), False, (255, 0, 256, 512), (512, 512)),
        ((1, 1), False, (255, 255, 256, 256), (512, 512)),
    ],
)
def test_squares(size: tuple[int, int], enlarge: bool, box: tuple[int, ...], canvas: tuple[int, int]) -> None:
    where = placement(*size, size=512, enlarge=enlarge)
    assert (where.box, where.canvas) == (box, canvas)
    assert where.is_scaled == ((where.columns, where.rows) != size)
    image = np.full((size[1], size[0], 3), 90, np.uint8)
    assert (where.put(image, "reflect") == 90).all()
    assert where.put(image, "letterbox").any(2).sum() == where.columns * where.rows


def test_a_picture_of_its_own_size_gets_the_next_multiple() -> None:
    where = placement(65, 64, size=0, multiple=32)
    assert (where.box, where.canvas, where.is_scaled) == ((15, 0, 80, 64), (96, 64), False)
    assert where.bars() == [(0, 0, 15, 64), (80, 0, 96, 64)]
    assert placement(64, 96, size=0).bars() == []


@pytest.mark.parametrize("size", [0, 64, 40, 7])
@pytest.mark.parametrize("shape", [(37, 50), (1, 90), (64, 64)])
def test_bars_and_picture_share_the_canvas_out(size: int, shape: tuple[int, int]) -> None:
    where = placement(shape[1], shape[0], size=size)
    count = np.zeros(where.canvas[::-1], int)
    where.cut(count)[:] += 1
    for x0, y0, x1, y1 in where.bars():
        count[y0:y1, x0:x1] += 1
    assert (count == 1).all()


@pytest.mark.parametrize("padding", PADDINGS)
def test_without_scaling_a_picture_comes_back_bit_for_bit(padding: str) -> None:
    image = np.random.default_rng(0).integers(1, 256, (37, 50, 3), dtype=np.uint8)
    where = placement(50, 37, size=64)
    canvas = where.put(image, padding)
    assert canvas.shape == (64, 64, 3)
    assert np.array_equal(where.in_size(where.cut(canvas)), image)
    above = canvas[12, 7:57]  # the last row above the picture, which begins at row 13
    assert np.array_equal(above, image[1] if padding == "reflect" else np.zeros_like(above))


def test_no_letter_vanishes_from_a_mask() -> None:
    mask = np.zeros((3000, 2000), np.uint8)
    mask[1501, 1003] = 1
    where = placement(2000, 3000, size=60)
    small = where.put_mask(mask)
    assert small.shape == (60, 60)
    assert np.argwhere(small).tolist() == [[30, 10 + 20]]
    larger = placement(4, 2, size=8, enlarge=True).put_mask(np.array([[0, 9, 0, 0], [0, 0, 0, 1]], np.uint8))
    assert larger[2:6].tolist() == [[0, 0, 1, 1, 0, 0, 0, 0]] * 2 + [[0, 0, 0, 0, 0, 0, 1, 1]] * 2
    assert larger.sum() == 8


def test_boxes_move_with_their_picture_and_never_shrink() -> None:
    where = placement(1000, 500, size=100)
    assert where.moved((101, 0, 199, 500)) == (10, 25, 20, 75)
    assert where.moved((-50, -50, 5, 9999)) == (0, 25, 1, 75)


def test_a_change_has_a_soft_edge_of_one_pixel_of_the_canvas() -> None:
    where = placement(400, 400, size=100)
    changed = np.zeros((100, 100), bool)
    changed[20:30, 40:60] = True
    share = where.share_in_size(changed)
    assert (share[80:120, 160:240] == 255).all()
    share[74:126, 154:246] = 0
    assert not share.any()
    row = where.share_in_size(changed)[100, 150:164].tolist()
    assert row == sorted(row)
    assert len(set(row)) == 6  # nothing, four steps, all


def test_an_enlarged_picture_changes_only_where_the_canvas_did() -> None:
    where = placement(20, 20, size=100, enlarge=True)
    changed = np.zeros((100, 100), bool)
    changed[50:55, 50:55] = True
    share = where.share_in_size(changed)
    assert share[10, 10] == 255
    share[9:12, 9:12] = 0
    assert not share.any()

from __future__ import annotations

import json
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from drawn_screens import drawn, frequencies

from textrm.page.files.beside import regions_json
from textrm.page.filling.fill import FILLS, fill_holes
from textrm.page.filling.how_filled import FLAT, LEFT, NETWORK, STROKES, TEXTURE, HowFilled, count
from textrm.page.filling.lettering import fill_lettering
from textrm.page.filling.packed import Packed
from textrm.page.models.inpainter import InpaintingModel


@pytest.fixture
def page() -> np.ndarray:
    """Paper, a screen and noise, each 300 px square, with white between them."""
    page = np.full((300, 1100), 255, np.uint8)
    page[:, 400:700] = drawn(300, 300, frequencies(6, 45), 0.3)
    page[:, 800:] = np.random.default_rng(1).integers(0, 256, (300, 300))
    return page[..., None].repeat(3, 2)


def test_each_hole_counts_for_what_filled_it(page: np.ndarray, inpainter: InpaintingModel) -> None:
    hole = np.zeros(page.shape[:2], np.uint8)
    hole[100:120, 100:150] = hole[120:170, 530:570] = hole[140:170, 930:970] = hole[20:30, 930:940] = 1
    how = fill_holes(page, hole, "auto", inpainter)
    assert (how.flat, how.screen, how.doubtful) == (1000, 2000, 0)
    assert how.texture + how.network == 1200 + 100
    assert how.strokes == how.left == 0
    assert (how.holes["flat"], how.holes["screen"], how.holes["texture"] + how.holes["network"]) == (1, 1, 2)


def test_other_methods_fill_all_alike(page: np.ndarray, inpainter: InpaintingModel) -> None:
    hole = np.zeros(page.shape[:2], np.uint8)
    hole[100:120, 100:150] = 1
    for fill in ("white", "flat", "telea"):
        assert fill_holes(page.copy(), hole.copy(), fill).flat == 1000
    hole[20:24, 20:30] = 1
    how = fill_holes(page, hole, "network", inpainter)
    assert (how.flat, how.network, how.largest) == (0, 1040, (100, 100, 150, 120))
    assert how.holes["network"] == 2


def test_two_parts_are_counted_together() -> None:
    one = np.zeros((60, 100), np.uint8)
    one[20:26, 10:20] = one[40:44, 50:55] = 1
    how = count(one, one * np.uint8(FLAT))
    other, by = np.zeros_like(one), np.zeros_like(one)
    other[10:40, 40:60], by[10:40, 40:60] = 1, TEXTURE
    by[10:30, 41:52], by[12, 41:44], by[39, 50] = NETWORK, STROKES, LEFT
    other[50:52, 90:95], by[50:52, 90:95] = 1, LEFT
    doubtful = Packed(one.shape)
    doubtful.add(np.s_[10:40, 40:60], (by[10:40, 40:60] == STROKES).astype(np.uint8))
    how.add(count(other, by, Packed(one.shape), doubtful))
    assert how.facts() == {
        "flat": 80, "screen": 0, "texture": 379, "network": 217, "strokes": 3, "left": 11, "doubtful": 3,
        "holes": {"flat": 2, "screen": 0, "texture": 1, "network": 0, "strokes": 0, "left": 1, "doubtful": 1},
        "largest": (41, 10, 52, 30),
    }  # fmt: skip
    assert str(how) == ("filled 12 % flat, 55 % by texture, 31 % by the net, under 1 % by line, 2 % left as it was; "
                        "holes: 2 flat, 1 by texture, 1 left as it was; under 1 % on what may be a screen, in 1 of "
                        "them; the largest by the net 11 x 20 px at x 41, y 10")  # fmt: skip
    assert str(HowFilled()) == "nothing was filled"


def boards() -> np.ndarray:
    picture = np.full((150, 220, 3), 235, np.uint8)
    picture[5::20] = picture[6::20] = 0
    return picture


def art() -> np.ndarray:
    noise = np.random.default_rng(2).integers(0, 256, (150, 220, 3), dtype=np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 0, 255, cv2.NORM_MINMAX)


def narrow_screen() -> np.ndarray:
    """Dots with a period of two pixels, as a page that was made smaller has them."""
    large = drawn(375, 550, frequencies(5, 45), 0.25, soft=False)
    return cv2.resize(large, (220, 150), interpolation=cv2.INTER_NEAREST)[..., None].repeat(3, 2)


def grained() -> np.ndarray:
    """Paper with compression's traces, its right half a screen."""
    picture = np.full((150, 220, 3), 250, np.uint8)
    picture[:, 110:] = drawn(150, 110, frequencies(6, 30), 0.3)[..., None]
    decoded = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("picture", [boards, art, narrow_screen, grained])
def test_the_counts_add_up_to_the_hole(
    picture: Callable[[], np.ndarray], fill: str, inpainter: InpaintingModel
) -> None:
    lettered, mask = picture(), np.zeros((150, 220), np.uint8)
    for row in range(2):
        cv2.putText(mask, "MOVED", (30, 70 + 46 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 1, 6)
    lettered[mask != 0] = 0
    filled, how = fill_lettering(lettered, mask, 2, 2, fill, inpainter)
    counts = how.flat, how.screen, how.texture, how.network, how.strokes, how.left
    assert sum(counts) == filled.sum() > 0
    assert how.doubtful <= filled.sum()
    assert picture is not boards or fill != "auto" or how.strokes > 300


def test_lines_that_letters_lay_over_are_counted() -> None:
    page, mask = np.full((200, 300, 3), 255, np.uint8), np.zeros((200, 300), np.uint8)
    cv2.circle(page, (150, 100), 70, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(mask, "HIM", (79, 112), cv2.FONT_HERSHEY_SIMPLEX, 1, 1, 4)
    page[mask != 0] = 0
    filled, how = fill_lettering(page, mask, 2, 2, "flat", None)
    assert how.flat + how.strokes == filled.sum()
    assert how.strokes > 0


@pytest.mark.parametrize("fill", FILLS)
def test_what_nothing_known_is_around_is_left_and_counted(fill: str, inpainter: InpaintingModel) -> None:
    page = np.full((60, 80, 3), 20, np.uint8)
    how = fill_holes(page, np.ones((60, 80), np.uint8), fill, inpainter)
    white = fill == "white"
    assert (how.flat, how.left, how.network) == ((4800, 0, 0) if white else (0, 4800, 0))
    assert how.holes["left"] == (not white)
    assert (page == (255 if white else 20)).all()
    assert str(how) == f"filled 100 % {'flat; holes: 1 flat' if white else 'left as it was; holes: 1 left as it was'}"


def test_one_known_row_that_the_hole_grows_over_is_no_filling(inpainter: InpaintingModel) -> None:
    page, mask = np.full((60, 80, 3), 20, np.uint8), np.ones((60, 80), np.uint8)
    page[0], mask[0] = 200, 0
    filled, how = fill_lettering(page, mask, 2, 2, "auto", inpainter)
    assert how.left == filled.sum() == 4800
    assert how.network == 0
    assert (page[1:] == 20).all()


def test_it_stands_in_the_json() -> None:
    size = (10, 20, 3)
    assert json.loads(regions_json("1.png", size, [], how=HowFilled(flat=7)))["filled"]["flat"] == 7
    assert json.loads(regions_json("1.png", size, []))["filled"] is None

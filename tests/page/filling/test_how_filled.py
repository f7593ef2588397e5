from __future__ import annotations

import json

import numpy as np
import pytest
from drawn_screens import drawn, frequencies

from textrm.page.files.beside import regions_json
from textrm.page.filling.fill import fill_holes
from textrm.page.filling.how_filled import HowFilled
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
    assert how.largest == (930, 140, 970, 170)
    assert how.strokes == 0


def test_other_methods_fill_all_alike(page: np.ndarray, inpainter: InpaintingModel) -> None:
    hole = np.zeros(page.shape[:2], np.uint8)
    hole[100:120, 100:150] = 1
    for fill in ("white", "flat", "telea"):
        assert fill_holes(page.copy(), hole.copy(), fill).flat == 1000
    how = fill_holes(page, hole, "network", inpainter)
    assert (how.flat, how.network, how.largest) == (0, 1000, (100, 100, 150, 120))


def test_two_parts_are_counted_together() -> None:
    how = HowFilled(flat=60, network=20, largest=(0, 0, 5, 4), pixels=20)
    how.add(HowFilled(texture=20, screen=100, strokes=3, doubtful=8, largest=(10, 20, 40, 30), pixels=200))
    assert how.facts() == {
        "flat": 60, "screen": 100, "texture": 20, "network": 20, "strokes": 3, "doubtful": 8,
        "largest": (10, 20, 40, 30),
    }  # fmt: skip
    assert str(how) == ("filled 30 % flat, 50 % on screens, 10 % by texture, 10 % by the net; 4 % on what may be a "
                        "screen; the largest by net or texture 30 x 10 px at x 10, y 20")  # fmt: skip
    assert str(HowFilled()) == "nothing was filled"


def test_it_stands_in_the_json() -> None:
    size = (10, 20, 3)
    assert json.loads(regions_json("1.png", size, [], how=HowFilled(flat=7)))["filled"]["flat"] == 7
    assert json.loads(regions_json("1.png", size, []))["filled"] is None

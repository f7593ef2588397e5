"""Both pictures of a page in one small JPEG, and what is told with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from textrm.errors import UserError
from textrm.page.cleaning import Result
from textrm.page.filling.how_filled import HowFilled
from textrm.page.finding.mask import Region
from textrm.page.sheet.pair import WIDTH, Told, encode_pair, read_told


def region(left: int, score: float) -> Region:
    return Region(np.zeros((1, 2), np.int32), (left, 1, left + 10, 9), score, 20)


def result(how: HowFilled | None, doubtful: int = 2) -> Result:
    filled = np.zeros((50, 100), np.uint8)
    filled[:10, :50] = 1
    left = [region(place, 0.25 + place / 1000) for place in range(doubtful)]
    return Result(np.zeros((50, 100, 3), np.uint8), filled, filled, filled, [region(0, 0.9)], left, how)


def test_what_is_told_of_a_page() -> None:
    told = Told.of(result(HowFilled(flat=300, texture=50, network=150, largest=(1, 2, 3, 4), pixels=9)))
    assert (told.width, told.height, told.words, told.doubtful) == (100, 50, 1, 2)
    assert told.boxes == [(2, 0.25, (0, 1, 10, 9)), (3, 0.251, (1, 1, 11, 9))]  # numbered after the word that went
    assert (told.filled, told.redrawn) == (0.1, 0.04)
    assert told.how.startswith("filled 60 % flat")
    assert told.largest == (1, 2, 3, 4)
    of_one_step = Told.of(result(None))
    assert (of_one_step.redrawn, of_one_step.how, of_one_step.largest) == (0.1, "", None)


@pytest.mark.parametrize("doubtful", [0, 2, 5000])
def test_it_is_read_again(tmp_path: Path, doubtful: int) -> None:
    told = Told.of(result(HowFilled(flat=500), doubtful))
    page = np.zeros((50, 100, 3), np.uint8)
    (tmp_path / "1.jpg").write_bytes(encode_pair(page, page, told))
    assert read_told(tmp_path / "1.jpg") == told
    assert told.doubtful == doubtful
    assert len(told.boxes) == min(doubtful, 300)


def test_a_picture_that_is_none_of_a_sheet_is_told(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "1.jpg", comment="holiday")
    with pytest.raises(UserError, match="it is no picture of a sheet"):
        read_told(tmp_path / "1.jpg")
    with pytest.raises(FileNotFoundError):
        read_told(tmp_path / "2.jpg")


@pytest.mark.parametrize(
    "change",
    [{"words": "<b>"}, {"boxes": [[1, 0.5, [1, 2, 3]]]}, {"boxes": 3}, {"filled": None}, {"largest": ["a"] * 4},
     {"width": float("inf")}],
)  # fmt: skip
def test_nothing_but_numbers_where_numbers_belong(change: dict[str, object]) -> None:
    good = {"width": 1, "height": 1, "words": 0, "doubtful": 0, "boxes": [], "filled": 0, "redrawn": 0, "how": "",
            "largest": None}  # fmt: skip
    assert Told.read(json.dumps(good)).width == 1
    with pytest.raises(ValueError, match=r"."):
        Told.read(json.dumps(good | change))
    with pytest.raises(ValueError, match="in what is told"):
        Told.read("[]")


@pytest.mark.parametrize(
    ("size", "shown"),
    [((100, 60), (100, 64)), ((2339, 1654), (1131, 800)), ((14000, 700), (8944, 448)), ((1, 1), (1, 8)),
     ((100000, 1), (65000, 8))],
)  # fmt: skip
def test_pictures_are_made_small_and_keep_their_shape(
    tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    before, after = np.full((*size, 3), (200, 40, 40), np.uint8), np.full((*size, 3), (40, 40, 200), np.uint8)
    (tmp_path / "1.jpg").write_bytes(encode_pair(before, after, Told.of(result(None))))
    pair = np.asarray(Image.open(tmp_path / "1.jpg"))
    assert pair.shape == (shown[0], 2 * shown[1], 3)
    assert shown[1] <= WIDTH
    # Right up to the seam: no block of JPEG has a part in both.
    assert np.abs(pair[:, : shown[1]].astype(int) - (200, 40, 40)).max() <= 4
    assert np.abs(pair[:, shown[1] :].astype(int) - (40, 40, 200)).max() <= 4

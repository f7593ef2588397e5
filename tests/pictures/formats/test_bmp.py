"""BMP with alpha, of which only headers of version 4 and later can tell."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from textrm.pictures.formats.bmp import encode_alpha
from textrm.pictures.read import read
from textrm.pictures.write import encode


@pytest.mark.parametrize("suffix", [".bmp", ".dib"])
def test_alpha_is_read_and_written(tmp_path: Path, suffix: str) -> None:
    values = np.random.default_rng(0).integers(0, 256, (5, 7, 4), dtype=np.uint8)
    values[0] = (200, 0, 0, 0)
    path = tmp_path / f"page{suffix}"
    path.write_bytes(encode_alpha(values, (300, 300), file_header=suffix == ".bmp"))
    with Image.open(path) as picture:
        assert picture.mode == "RGBA"
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert np.array_equal(np.asarray(picture), values)
    page = read(path)
    assert (page.image[0] == 255).all()  # what is transparent, not the colour that it hides
    image, filled = page.image.copy(), np.zeros((5, 7), np.uint8)
    filled[2, 3] = 1
    image[2, 3] = 17
    path.write_bytes(encode(page, image, filled))
    with Image.open(path) as picture:
        after = np.asarray(picture)
        assert picture.mode == "RGBA"
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert np.array_equal(after[filled == 0], values[filled == 0])
    assert after[2, 3].tolist() == [17, 17, 17, values[2, 3, 3]]


def test_a_colour_that_the_palette_lacks_is_black_and_stays_so(tmp_path: Path) -> None:
    header = struct.pack("<IiiHHIIiiII", 40, 4, 1, 1, 8, 0, 4, 0, 0, 2, 0)
    palette = bytes((0, 0, 255, 0, 255, 255, 255, 0))  # red and white, blue first
    body = header + palette + bytes((0, 1, 200, 255))
    (tmp_path / "1.bmp").write_bytes(struct.pack("<2sIHHI", b"BM", 14 + len(body), 0, 0, 14 + 40 + 8) + body)
    page = read(tmp_path / "1.bmp")
    expected = [[255, 0, 0], [255, 255, 255], [0, 0, 0], [0, 0, 0]]
    assert page.image[0].tolist() == expected
    (tmp_path / "2.bmp").write_bytes(encode(page, page.image, np.zeros((1, 4), np.uint8)))
    assert read(tmp_path / "2.bmp").image[0].tolist() == expected

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from textrm.pictures.stored import as_stored, in_8_bits, put_back, to_rgb, upright


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_agrees_with_pillow(orientation: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    picture.getexif()[0x0112] = orientation
    turned = upright(pixels, orientation)
    assert np.array_equal(turned, np.asarray(ImageOps.exif_transpose(picture)))
    assert np.array_equal(as_stored(turned, orientation), pixels)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "CMYK"])
def test_rgb_agrees_with_pillow(mode: str) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    picture = Image.fromarray(colours).convert(mode)
    rgb = to_rgb(np.asarray(picture), mode, None)
    assert np.abs(rgb.astype(int) - np.asarray(picture.convert("RGB"))).max() <= 1


def test_transparency_is_shown_on_white() -> None:
    stored = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [100, 0, 0, 128]]], np.uint8)
    assert to_rgb(stored, "RGBA", None).tolist() == [[[255, 255, 255], [0, 0, 0], [177, 127, 127]]]


@pytest.mark.parametrize(
    ("mode", "stored", "wanted"),
    [
        ("1", np.zeros((2, 2), bool), True),
        ("L", np.zeros((2, 2), np.uint8), 200),
        ("L", np.full((2, 2), 7, np.uint16), 200 * 257),
        ("LA", np.full((2, 2, 2), 9, np.uint8), [200, 9]),
        ("RGBA", np.full((2, 2, 4), 9, np.uint8), [200, 200, 200, 9]),
        ("CMYK", np.full((2, 2, 4), 9, np.uint8), [0, 0, 0, 55]),
        ("CMYK", np.full((2, 2, 4), 9, np.uint16), [0, 0, 0, 55 * 257]),
    ],
)
def test_only_changed_pixels_are_written(mode: str, stored: np.ndarray, wanted: object) -> None:
    before = stored.copy()
    changed = np.array([[0, 1], [0, 0]], np.uint8)
    assert put_back(stored, mode, None, np.full((2, 2, 3), 200, np.uint8), changed) == 0
    assert stored[0, 1].tolist() == wanted
    assert np.array_equal(stored[changed == 0], before[changed == 0])


def test_cmyk_comes_back_as_the_same_rgb() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    stored = np.zeros((20, 20, 4), np.uint8)
    put_back(stored, "CMYK", None, rgb, np.ones((20, 20), np.uint8))
    assert np.abs(to_rgb(stored, "CMYK", None).astype(int) - rgb).max() <= 1


def test_palette_takes_the_nearest_opaque_colour() -> None:
    palette = np.array([[255, 255, 255, 0], [0, 0, 0, 255], [240, 240, 240, 255]], np.uint8)
    stored = np.array([[0, 1, 1, 2]], np.uint8)
    rgb = np.full((1, 4, 3), 255, np.uint8)
    error = put_back(stored, "P", palette, rgb, np.array([[1, 1, 0, 1]], np.uint8))
    assert stored.tolist() == [[0, 2, 1, 2]]  # the transparent pixel stays, and no other becomes transparent
    assert error == 15


def test_transparent_pixels_keep_their_hidden_colour() -> None:
    stored = np.array([[[1, 2, 3, 0], [1, 2, 3, 255]]], np.uint8)
    put_back(stored, "RGBA", None, np.full((1, 2, 3), 255, np.uint8), np.ones((1, 2), np.uint8))
    assert stored.tolist() == [[[1, 2, 3, 0], [255, 255, 255, 255]]]


def test_ink_is_put_back_plate_by_plate() -> None:
    for kind, unit in ((np.uint8, 1), (np.uint16, 257)):
        stored, ink = np.full((1, 2, 4), 9, kind), np.array([[[1, 2, 3, 4], [5, 6, 7, 8]]], np.uint8)
        put_back(stored, "CMYK", None, ink, np.array([[0, 1]], np.uint8))
        assert stored.tolist() == [[[9, 9, 9, 9], [5 * unit, 6 * unit, 7 * unit, 8 * unit]]]


def test_8_bits_of_16_are_the_nearest_and_of_8_are_the_same_array() -> None:
    every = np.arange(65536, dtype=np.uint16)
    assert np.array_equal(in_8_bits(every), [round(value / 257) for value in range(65536)])
    assert in_8_bits(np.array([200], np.uint16)).tolist() == [1]
    narrow = every.astype(np.uint8)
    assert in_8_bits(narrow) is narrow


def test_16_bits_with_alpha_are_shown_on_white_before_they_are_rounded() -> None:
    values = np.random.default_rng(0).integers(0, 65536, (60, 50, 4), dtype=np.uint16)
    share = values[..., 3:] / 65535
    exact = (values[..., :3] * share + 65535 * (1 - share)) / 257
    assert np.abs(to_rgb(values, "RGBA", None) - exact).max() < 0.502  # rounded twice, within 16 bits and to 8

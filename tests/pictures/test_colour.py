"""Colour profiles: what the net sees is sRGB, what is written is the original's colour space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from icc_profiles import dark_grey, ink, wide_rgb
from PIL import Image, ImageCms

from textrm.pictures.colour import colours, from_srgb, to_srgb
from textrm.pictures.read import read
from textrm.pictures.write import encode

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREEN, GREY = (60, 160, 90), (140, 140, 140)
MIXED = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)


def saved(tmp_path: Path, mode: str, profile: bytes, pixels: np.ndarray = MIXED, orientation: int = 1) -> Path:
    path = tmp_path / f"{mode}.tif" if mode == "CMYK" else tmp_path / f"{mode}.png"
    picture = Image.fromarray(pixels).convert(mode)
    if mode == "CMYK":
        none = Image.new("L", picture.size)
        picture = Image.merge(mode, [none, none, none, Image.fromarray(255 - pixels[..., 1])])
    exif = picture.getexif()
    exif[0x0112] = orientation
    picture.save(path, icc_profile=profile, exif=exif)
    return path


def test_srgb_and_no_profile_are_left_alone(tmp_path: Path) -> None:
    for profile, name in ((SRGB, "sRGB built-in"), (b"", "")):
        page = read(saved(tmp_path, "RGB", profile))
        assert to_srgb(page) is page.image
        assert (colours(page).name, colours(page).problem) == (name, "")


def test_a_wide_rgb_becomes_srgb(tmp_path: Path) -> None:
    green = np.full((4, 4, 3), (100, 180, 60), np.uint8)
    page = read(saved(tmp_path, "RGB", wide_rgb(), green))
    assert colours(page).name == "Wide of 1998"
    # By the definitions: linear light by the power of 2.2 (563/256), the two matrices at D65, sRGB's curve.
    light = (np.array([100, 180, 60]) / 255) ** (563 / 256)
    to_xyz = np.array([[0.5767, 0.1856, 0.1882], [0.2973, 0.6274, 0.0753], [0.0270, 0.0707, 0.9911]])
    from_xyz = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    linear = np.clip(from_xyz @ to_xyz @ light, 0, 1)
    expected = 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(to_srgb(page)[0, 0] - expected).max() <= 2


@pytest.mark.parametrize(
    ("mode", "profile", "orientation", "colour"),
    [("RGB", wide_rgb(), 1, GREEN), ("RGBA", wide_rgb(), 6, GREEN), ("P", wide_rgb(), 1, (253, 252, 254)),
     ("L", wide_rgb(), 1, GREY), ("L", dark_grey(), 8, GREY), ("LA", dark_grey(), 1, GREY), ("CMYK", ink(), 1, GREY)],
)  # fmt: skip
def test_changes_are_written_in_the_originals_colours(
    tmp_path: Path, mode: str, profile: bytes, orientation: int, colour: tuple[int, int, int]
) -> None:
    path = saved(tmp_path, mode, profile, orientation=orientation)
    page, before = read(path), read(path)
    image, changed = to_srgb(page).copy(), np.zeros(page.image.shape[:2], bool)
    changed[2:9, 3:20] = True
    image[changed] = colour
    path.write_bytes(encode(page, *from_srgb(page, image, changed)))
    after = read(path)
    assert (after.mode, after.save["icc_profile"]) == (mode, profile)
    assert np.array_equal(to_srgb(after)[~changed], to_srgb(before)[~changed])
    assert np.abs(to_srgb(after)[changed].astype(int) - colour).max() <= (30 if mode == "P" else 2)
    if profile != wide_rgb() or colour == GREEN:
        assert np.abs(after.image[changed].astype(int) - colour).max() > 5  # other levels say the same colour


def test_black_and_white_stay_so(tmp_path: Path) -> None:
    halves = np.zeros((8, 8, 3), np.uint8)
    halves[4:] = 255
    for mode, profile in (("RGB", wide_rgb()), ("L", dark_grey()), ("CMYK", ink())):
        assert np.array_equal(to_srgb(read(saved(tmp_path, mode, profile, halves))), halves)


@pytest.mark.parametrize(
    ("mode", "profile", "problem"),
    [("RGB", b"no profile at all" * 20, "broken"), ("RGB", wide_rgb()[:300], "broken"),
     ("RGB", dark_grey(), "for GRAY and its pixels are RGB"), ("RGB", ink(), "for CMYK and its pixels are RGB")],
)  # fmt: skip
def test_profiles_that_cannot_be_used_are_ignored(tmp_path: Path, mode: str, profile: bytes, problem: str) -> None:
    page = read(saved(tmp_path, mode, profile))
    assert to_srgb(page) is page.image
    assert problem in colours(page).problem
    assert "ignored" in colours(page).problem

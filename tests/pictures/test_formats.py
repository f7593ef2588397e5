"""Reading a page and writing the same kind of file again: its pixels."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from rewriting import ICC, bar_filled, differences, rewritten

from textrm.pictures.formats import tiff
from textrm.pictures.formats.png import encode_16_bit
from textrm.pictures.read import read
from textrm.pictures.write import encode


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        *((mode, ".png") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *((mode, ".tif") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK")),
        *((mode, ".bmp") for mode in ("1", "L", "P", "RGB")),
        *((mode, ".gif") for mode in ("L", "P")),
    ],
)  # fmt: skip
def test_lossless_formats_keep_mode_and_every_other_pixel(
    picture: Image.Image, tmp_path: Path, mode: str, suffix: str
) -> None:
    path = tmp_path / f"page{suffix}"
    converted = picture.convert("L").convert(mode) if mode in ("LA", "I;16") else picture.convert(mode)
    if mode == "P":
        converted = picture.quantize(16)
    converted.save(path)
    with Image.open(path) as source, Image.open(rewritten(path)) as result:
        assert (result.mode, result.size, result.format) == (source.mode, source.size, source.format)
        _, filled = bar_filled(read(path))
        kept = filled == 0
        assert np.array_equal(np.asarray(result)[kept], np.asarray(source)[kept])
        assert (np.asarray(result)[~kept] != np.asarray(source)[~kept]).any()
        if mode == "P":
            assert result.getpalette()[:48] == source.getpalette()[:48]
    outside, inside = differences(path, rewritten(path))
    assert outside == 0
    assert inside == 0 or mode == "P" or suffix == ".gif"


@pytest.mark.parametrize(
    ("channels", "suffix"), [(1, ".png"), (3, ".png"), (4, ".png"), (1, ".tif"), (3, ".tif"), (4, ".tif")]
)
@pytest.mark.parametrize("as_png", [False, True])
def test_16_bits_are_kept(tmp_path: Path, channels: int, suffix: str, as_png: bool) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (40, 48, channels), dtype=np.uint16)
    if channels == 4:
        pixels[..., 3] |= 1
    path = tmp_path / f"page{suffix}"
    cv2.imwrite(str(path), pixels)
    result = cv2.imread(str(rewritten(path, as_png)), cv2.IMREAD_UNCHANGED).reshape(pixels.shape)
    assert result.dtype == np.uint16
    _, filled = bar_filled(read(path))
    assert np.array_equal(result[filled == 0], pixels[filled == 0])
    assert (result[filled != 0][:, :3] == 65535).all()
    if channels == 4:
        assert np.array_equal(result[..., 3], pixels[..., 3])


def test_16_bit_grey_and_alpha(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(1, 65536, (40, 48, 2), dtype=np.uint16)
    path = tmp_path / "page.png"
    path.write_bytes(encode_16_bit(pixels))
    page, again = read(path), read(rewritten(path))
    assert page.mode == again.mode == "LA"
    assert page.stored is not None
    assert again.stored is not None
    assert np.array_equal(page.stored, pixels)
    assert np.array_equal(again.stored[20:], pixels[20:])
    assert (again.stored[10, 10:20, 0] == 65535).all()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk_jpeg(picture: Image.Image, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "page.jpg"
    picture.convert(mode).save(path, quality=95)
    with Image.open(rewritten(path)) as result:
        assert result.mode == mode
    outside, inside = differences(path, rewritten(path, as_png=True))
    assert (outside, inside) == (0, 0)
    if mode == "CMYK":
        page = read(path)
        encode(page, *bar_filled(page), as_png=True)
        assert page.notes == ["CMYK is written as RGB: PNG holds no CMYK"]


def test_rgb_jpeg_stays_rgb(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    picture.save(path, quality=95, keep_rgb=True)
    with Image.open(rewritten(path)) as result:
        assert result.info["adobe_transform"] == 0


@pytest.mark.parametrize("lossless", [True, False])
def test_webp(picture: Image.Image, tmp_path: Path, lossless: bool) -> None:
    path = tmp_path / "page.webp"
    picture.save(path, lossless=lossless, icc_profile=ICC)
    target = rewritten(path)
    assert (b"VP8L" in target.read_bytes()[:5000]) == lossless
    outside, inside = differences(path, target)
    assert (outside, inside) == (0, 0) if lossless else outside < 30
    with Image.open(target) as result:
        assert result.info["icc_profile"] == ICC


def test_alpha_is_kept(picture: Image.Image, tmp_path: Path) -> None:
    picture.putalpha(Image.fromarray(np.arange(48, dtype=np.uint8)[None].repeat(40, 0)))
    path = tmp_path / "page.png"
    picture.save(path)
    with Image.open(rewritten(path)) as result:
        assert np.array_equal(np.asarray(result)[..., 3], np.asarray(picture)[..., 3])


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_rotated_pages_are_upright_inside_and_shown_the_same(
    picture: Image.Image, tmp_path: Path, suffix: str, orientation: int
) -> None:
    exif = picture.getexif()
    exif[0x0112] = orientation
    path = tmp_path / f"page{suffix}"
    picture.save(path, exif=exif, **({"quality": 100, "subsampling": 0} if suffix == ".jpg" else {"lossless": True}))
    shape = (48, 40, 3) if orientation > 4 else (40, 48, 3)
    assert read(path).image.shape == shape
    for as_png in (False, True):
        outside, inside = differences(path, rewritten(path, as_png))
        exact = as_png or suffix != ".jpg"
        assert (outside, inside) == (0, 0) if exact else max(outside, inside) < 50
    with Image.open(rewritten(path, as_png=True)) as result:
        assert result.getexif().get(0x0112, 1) == (orientation if suffix == ".png" else 1)


def test_transparent_gif_becomes_transparent_png(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "page.gif"
    paletted = picture.quantize(15)
    paletted.save(path, transparency=3)
    for as_png in (False, True):
        with Image.open(rewritten(path, as_png)) as result, Image.open(path) as source:
            before, after = np.asarray(source.convert("RGBA")), np.asarray(result.convert("RGBA"))
            assert (before[..., 3] == 0).any()
            assert np.array_equal(before[..., 3], after[..., 3])


def test_colours_that_the_palette_of_a_gif_lacks_are_black_and_stay_so(tmp_path: Path) -> None:
    path, indices = tmp_path / "page.gif", np.arange(48 * 40).reshape(40, 48) % 256
    colours = np.random.default_rng(0).integers(0, 256, (256, 3), np.uint8)
    picture = Image.fromarray(indices.astype(np.uint8), "P")
    picture.putpalette(colours.tobytes())
    picture.save(path, optimize=False)
    content, start = path.read_bytes(), 13
    assert content[10] & 7 == 7  # 256 colours
    path.write_bytes(content[:10] + bytes((content[10] & ~1,)) + content[11 : start + 384] + content[start + 768 :])
    colours[128:] = 0
    page, again = read(path), read(rewritten(path))
    assert np.array_equal(page.image, colours[indices])
    kept = bar_filled(page)[1] == 0
    assert np.array_equal(again.image[kept], page.image[kept])


def test_tiff_of_16_bits_with_white_as_zero_is_not_read_as_a_negative(tmp_path: Path) -> None:
    pixels = np.linspace(0, 65535, 48 * 40).reshape(40, 48).astype(np.uint16)
    data = tiff.encode_16_bit(pixels, Image.Exif(), None)
    entry = struct.pack("<HHIHH", 262, 3, 1, 1, 0)  # photometric interpretation: black is zero
    assert data.count(entry) == 1
    (tmp_path / "page.tif").write_bytes(data.replace(entry, struct.pack("<HHIHH", 262, 3, 1, 0, 0)))
    page = read(tmp_path / "page.tif")
    assert page.stored is not None
    assert np.array_equal(page.stored, 65535 - pixels)
    assert page.image[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".tif"])
def test_of_several_frames_the_first_is_taken_and_this_is_said(
    picture: Image.Image, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"page{suffix}"
    black = Image.new("RGB", picture.size)
    picture.save(path, save_all=True, append_images=[black, black.point(lambda _: 255)], lossless=True)
    page = read(path)
    assert page.notes == ["the first of several frames"]
    assert page.image.mean() > 100
    with Image.open(rewritten(path)) as result:
        assert getattr(result, "n_frames", 1) == 1


def test_format_is_told_by_content(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    picture.save(path, "PNG")
    assert read(path).format == "PNG"

"""Reading a page and writing the same kind of file again: all that the file says beside its pixels."""

from __future__ import annotations

import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, JpegImagePlugin, PngImagePlugin
from rewriting import ICC, bar_filled, rewritten

from textrm.pictures.formats import png, tiff
from textrm.pictures.formats.png_chunks import read_chunks
from textrm.pictures.read import read


@pytest.mark.parametrize(("quality", "subsampling", "progressive"), [(92, 0, False), (75, 2, True), (60, 1, False)])
def test_jpeg_keeps_tables_sampling_and_metadata(
    picture: Image.Image, tmp_path: Path, quality: int, subsampling: int, progressive: bool
) -> None:
    exif = picture.getexif()
    exif[0x010F] = "Maker"
    path = tmp_path / "page.jpg"
    picture.save(path, quality=quality, subsampling=subsampling, progressive=progressive, icc_profile=ICC, exif=exif,
                 dpi=(300, 300), comment=b"hello")  # fmt: skip
    with Image.open(path) as source, Image.open(rewritten(path)) as result:
        assert result.quantization == source.quantization
        assert JpegImagePlugin.get_sampling(result) == subsampling
        assert bool(result.info.get("progressive")) == progressive
        for name in ("icc_profile", "exif", "dpi", "comment"):
            assert result.info[name] == source.info[name]
    before, after = read(path).image.astype(int), read(rewritten(path)).image.astype(int)
    assert np.abs(after - before)[32:].max() <= 6  # blocks away from the bar lose next to nothing


@pytest.mark.parametrize(
    ("factor", "kept", "notes"),
    [
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, 2, []),
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422, 1, []),
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, 0, []),
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440, 0, ["its colour, stored once per 1x2 pixels, is written for each"]),
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411, 0, ["its colour, stored once per 4x1 pixels, is written for each"]),
    ],
)
def test_sampling_that_cannot_be_kept_is_noted(
    picture: Image.Image, tmp_path: Path, factor: int, kept: int, notes: list[str]
) -> None:
    path = tmp_path / "page.jpg"
    cv2.imwrite(str(path), np.asarray(picture), [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor])
    assert read(path).notes == notes
    with Image.open(path) as source, Image.open(rewritten(path)) as result:
        assert JpegImagePlugin.get_sampling(result) == kept
        assert result.quantization == source.quantization


def test_png_metadata_is_kept_byte_for_byte(picture: Image.Image, tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "page one")
    info.add_itxt("Author", "誰か", zip=True)
    info.add(b"gAMA", (45455).to_bytes(4, "big"))
    path = tmp_path / "page.png"
    picture.save(path, pnginfo=info, icc_profile=ICC, dpi=(600, 600))
    with Image.open(rewritten(path)) as result:
        result.load()
        assert result.text == {"Title": "page one", "Author": "誰か"}
        assert result.info["gamma"] == pytest.approx(0.45455)
        assert result.info["icc_profile"] == ICC
        assert result.info["dpi"] == pytest.approx((600, 600), abs=0.1)


def chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


@pytest.mark.parametrize(("depth", "key", "widened"), [(1, 1, 1), (2, 1, 85), (2, 3, 255), (4, 11, 187), (8, 11, 11)])
def test_the_transparent_grey_and_the_background_follow_the_depth(
    tmp_path: Path, depth: int, key: int, widened: int
) -> None:
    values = (np.arange(40 * 48).reshape(40, 48) % 2**depth).astype(np.uint8)
    rows = np.packbits(np.unpackbits(values[..., None], axis=2)[..., -depth:].reshape(40, -1), axis=1)
    header = (48).to_bytes(4, "big") + (40).to_bytes(4, "big") + bytes((depth, 0, 0, 0, 0))
    plain = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(np.insert(rows, 0, 0, axis=1).tobytes()))
    metadata = [(b"bKGD", bytes((0, key))), (b"tRNS", bytes((0, key)))]
    path = tmp_path / "page.png"
    path.write_bytes(png.with_metadata(png.SIGNATURE + plain + chunk(b"IEND", b""), metadata))
    target = rewritten(path)
    with target.open("rb") as file:
        metadata = read_chunks(file).metadata
    assert metadata == [(b"bKGD", bytes((0, widened))), (b"tRNS", bytes((0, widened)))]
    _, filled = bar_filled(read(path))
    with Image.open(target) as result:
        alpha = np.asarray(result.convert("LA"))[..., 1]
    assert np.array_equal(alpha[filled == 0] == 0, values[filled == 0] == key)


def test_the_transparent_colour_of_16_bits_is_kept(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (40, 48, 3), dtype=np.uint16)
    key = [(b"tRNS", pixels[30, 30].astype(">u2").tobytes())]
    path = tmp_path / "page.png"
    path.write_bytes(png.with_metadata(png.encode_16_bit(pixels), key))
    page = read(rewritten(path))
    assert page.mode == "RGB"
    assert page.chunks == key
    assert page.stored is not None
    assert np.array_equal(page.stored[20:], pixels[20:])


def test_tiff_keeps_tags_and_compression(picture: Image.Image, tmp_path: Path) -> None:
    exif = picture.getexif()
    exif[0x0131] = "a scanner"
    path = tmp_path / "page.tif"
    picture.save(path, compression="tiff_lzw", exif=exif, dpi=(300, 300), icc_profile=ICC)
    with Image.open(rewritten(path)) as result:
        assert result.info["compression"] == "tiff_lzw"
        assert result.info["dpi"] == (300, 300)
        assert result.info["icc_profile"] == ICC
        assert result.getexif()[0x0131] == "a scanner"


@pytest.mark.parametrize("wide", [False, True])
def test_tiff_keeps_its_exif_directory(picture: Image.Image, tmp_path: Path, wide: bool) -> None:
    exif = picture.getexif()
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    exif[0x8769] = 0  # says that there is such a directory
    path = tmp_path / "page.tif"
    if wide:
        path.write_bytes(tiff.encode_16_bit(np.zeros((40, 48, 3), np.uint16), exif, ICC))
    else:
        picture.save(path, exif=exif, icc_profile=ICC)
    with Image.open(rewritten(path)) as result:
        assert result.getexif().get_ifd(0x8769)[0x9003] == "2020:01:02 03:04:05"
        assert result.info["icc_profile"] == ICC


def test_metadata_survive_the_change_to_png(picture: Image.Image, tmp_path: Path) -> None:
    exif = picture.getexif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6
    path = tmp_path / "page.jpg"
    picture.save(path, icc_profile=ICC, exif=exif, dpi=(300, 300))
    with Image.open(rewritten(path, as_png=True)) as result:
        assert result.info["icc_profile"] == ICC
        assert result.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert dict(result.getexif()) == {0x010F: "Maker", 0x0112: 1}

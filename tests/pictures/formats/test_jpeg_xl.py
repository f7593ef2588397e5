"""JPEG XL: 8 bits without loss, what stands beside the pixels byte for byte, all else refused in words."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

import numpy as np
import pylibjxl
import pytest
from icc_profiles import wide_rgb
from PIL import Image
from refusing import refuses
from rewriting import bar_filled, differences, rewritten

from textrm.pictures.formats.boxes import box, boxes_of
from textrm.pictures.read import read
from textrm.pictures.write import encode

NOISE = np.random.default_rng(0).integers(0, 256, (40, 48, 4), np.uint8)
PIXELS = {"L": NOISE[..., 0], "RGB": NOISE[..., :3], "RGBA": NOISE}
# Kinds that pylibjxl 0.5 does not write, 5 x 6 pixels, by libjxl itself.
GREY_AND_ALPHA = bytes.fromhex(
    "ff0a28000880457123081010008c014b18938e83859904c5a375534077737888fc41b11de172d9349d9964173800e001e4d7588dcf7bf8fe3f"
    "274243c2eee516ad8dbfb1c915bf4d6c0455b735e0f864544ce2607f459248760b00937e6e49b195e45447504ca87896ee99c7c807c3300c03"
)
BITS_16 = bytes.fromhex(
    "0000000c4a584c200d0a870a00000014667479706a786c20000000006a786c20000000096a786c6c0a000000636a786c63ff0a280008e00728"
    "5a04080401002c014b188b15420ad83800f0d5e82b51584c800d7756facfe271e2cf2d907048465e5ea7c8bd74383ca1fbd58baa87cbbe9a97"
    "5c6e3db021a0c9891b9d526e5b8e2ab934a984bf1d993802b701"
)
BITS_4 = bytes.fromhex(
    "ff0a280008e021286e04080401007c004b188b15524ca6371b65b89e7bfff8a65f101d3d341183c7b7ac84f1346401"
)  # fmt: skip
FILM = bytes.fromhex(
    "ff0a280008089a00404c0804010054004b188b1542a9d003900000000000000000000000000804050058004b188b15c249411e809000000000"
    "0000000000000000"
)


def encoded(pixels: np.ndarray, **options: object) -> bytes:
    return pylibjxl.encode(np.ascontiguousarray(pixels), effort=3, **({"lossless": True} | options))


def boxed(codestream: bytes, *beside: bytes) -> bytes:
    start = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    return start + box(b"jxlc", codestream) + b"".join(beside)


@pytest.mark.parametrize("mode", PIXELS)
@pytest.mark.parametrize("lossless", [True, False])
def test_every_other_pixel_comes_back(tmp_path: Path, mode: str, lossless: bool) -> None:
    path = tmp_path / "page.jxl"
    path.write_bytes(encoded(PIXELS[mode], lossless=lossless, distance=1.0 - lossless))
    page = read(path)
    assert (page.format, page.mode, page.notes) == ("JXL", mode, [])
    before = page.image if page.stored is None else page.stored
    assert np.array_equal(before, PIXELS[mode]) == lossless
    result = pylibjxl.decode(rewritten(path).read_bytes())
    kept = bar_filled(page)[1] == 0
    assert np.array_equal(result[kept], before[kept])
    assert (result[~kept] != before[~kept]).any()
    assert differences(path, rewritten(path, as_png=True))[0] == 0


def test_what_stands_beside_the_pixels_stays_byte_for_byte(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "scanner", 6
    plain = box(b"Exif", bytes(4) + exif.tobytes()[6:]) + box(b"xml ", b"<x/>")
    packed = [(name, inside) for name, inside in boxes_of(encoded(NOISE, exif=exif.tobytes()[6:], xmp=b"<y/>"))
              if name == b"brob"]  # fmt: skip
    assert len(packed) == 2
    beside = plain + b"".join(box(*one) for one in packed)
    path = tmp_path / "page.jxl"
    path.write_bytes(boxed(encoded(PIXELS["RGB"], icc=wide_rgb()), beside, box(b"odd ", b"?")))
    page = read(path)
    assert page.image.shape == (40, 48, 3)  # what the codestream says of a turn counts, not EXIF
    assert page.notes == ["its odd  cannot be kept: it is dropped"]
    result = rewritten(path).read_bytes()
    assert result.endswith(beside)
    assert result.startswith(path.read_bytes()[:32])
    assert pylibjxl.decode(result, metadata=True)[1]["icc"] == wide_rgb()
    with Image.open(rewritten(path, as_png=True)) as png:
        assert png.info["icc_profile"] == wide_rgb()
        assert dict(png.getexif()) == {0x010F: "scanner"}


def test_packed_exif_is_told_where_a_png_is_wished(tmp_path: Path) -> None:
    path = tmp_path / "page.jxl"
    path.write_bytes(encoded(PIXELS["L"], exif=Image.Exif().tobytes()[6:]))
    page = read(path)
    assert page.notes == []
    encode(page, *bar_filled(page), as_png=True)
    assert page.notes == ["its EXIF is packed in a way that is not read: the PNG has none"]


def test_what_is_packed_beside_it_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "page.jxl"
    path.write_bytes(boxed(encoded(PIXELS["L"]), box(b"brob", b"Exif" + b"no Brotli")))
    assert rewritten(path).read_bytes().endswith(box(b"brob", b"Exif" + b"no Brotli"))


@pytest.mark.parametrize("orientation", [1, 6])
def test_one_made_of_a_jpeg_is_shown_as_that(picture: Image.Image, tmp_path: Path, orientation: int) -> None:
    exif, jpeg = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    picture.save(jpeg, "JPEG", exif=exif, subsampling=0, quality=100)
    (tmp_path / "page.jpg").write_bytes(jpeg.getvalue())
    path = tmp_path / "page.jxl"
    path.write_bytes(pylibjxl.jpeg_to_jxl(jpeg.getvalue()))
    page = read(path)
    assert page.image.shape == read(tmp_path / "page.jpg").image.shape
    assert np.abs(page.image.astype(int) - read(tmp_path / "page.jpg").image).max() <= 3
    assert page.notes == ["the JPEG that it was made of cannot be made of it any more"]
    assert differences(path, rewritten(path)) == (0, 0)


def test_a_codestream_in_parts(tmp_path: Path) -> None:
    content = encoded(PIXELS["RGB"])
    parts = (
        box(b"jxlp", struct.pack(">I", 0) + content[:50]),
        box(b"jxlp", struct.pack(">I", 1 << 31 | 1) + content[50:]),
    )
    path = tmp_path / "page.jxl"
    path.write_bytes(boxed(b"").replace(box(b"jxlc", b""), parts[0] + box(b"xml ", b"<x/>") + parts[1]))
    assert np.array_equal(read(path).image, PIXELS["RGB"])
    assert [name for name, _ in boxes_of(rewritten(path).read_bytes())] == [b"JXL ", b"ftyp", b"jxlc", b"xml "]


def test_other_kinds(tmp_path: Path) -> None:
    path = tmp_path / "page.jxl"
    path.write_bytes(GREY_AND_ALPHA)
    page = read(path)
    assert (page.mode, page.notes) == ("RGBA", ["mode LA is written as RGBA"])
    assert page.stored is not None
    assert page.stored[0, :2].tolist() == [[95, 95, 95, 130], [194, 194, 194, 217]]
    path.write_bytes(BITS_4)
    page = read(path)
    assert page.notes == ["its 4 bits are written as 8"]
    assert page.stored is not None
    assert set(page.stored.ravel() % 17) == {0}
    path.write_bytes(FILM)  # of level 10, then of 200
    page = read(path)
    assert page.notes == ["the first of several frames"]
    assert set(page.image.ravel()) == {10}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BITS_16, "JPEG XL of 16 bits per channel is not supported, expected 8: save it as PNG or TIFF"),
        (boxed(b""), "damaged"),
        (encoded(PIXELS["RGB"])[:-30], "damaged"), (encoded(PIXELS["RGB"])[:-30] + bytes(30), "damaged"),
        (boxed(encoded(PIXELS["RGB"]))[:-1], "it is cut off"), (b"\xff\x0a\0\0", "damaged"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    refuses(tmp_path / "page.jxl", content, words)


def test_installations_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = encoded(PIXELS["RGB"])
    monkeypatch.setitem(sys.modules, "pylibjxl", None)
    told = r"this needs pylibjxl, which is not installed: pip install 'textrm\[jxl\]'"
    refuses(tmp_path / "page.jxl", content, told)

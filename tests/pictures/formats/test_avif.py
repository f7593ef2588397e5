"""AVIF: without loss in every mode and depth, turned as it says, with what stands beside its pixels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from refusing import refuses
from rewriting import ICC, bar_filled, differences, rewritten

from textrm.pictures.formats import avif
from textrm.pictures.formats.boxes import box
from textrm.pictures.read import read
from textrm.pictures.stored import upright

NOISE = np.random.default_rng(0).integers(0, 4096, (40, 48, 4), np.uint16)
NOISE_8 = (NOISE >> 4).astype(np.uint8)
PIXELS = {"L": NOISE_8[..., 0], "RGB": NOISE_8[..., :3], "RGBA": NOISE_8}


def saved(pixels: np.ndarray, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "AVIF", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", PIXELS)
@pytest.mark.parametrize("options", [{}, {"quality": 40}, {"quality": 100, "range": "limited"}])
def test_what_pillow_writes_loses_nothing_more(tmp_path: Path, mode: str, options: dict[str, Any]) -> None:
    path = tmp_path / "page.avif"
    path.write_bytes(saved(PIXELS[mode], **options))
    target = rewritten(path)
    with Image.open(path) as source, Image.open(target) as result:
        assert (source.mode, result.mode, read(path).mode, result.format) == (mode, mode, mode, "AVIF")
        kept = bar_filled(read(path))[1] == 0
        assert np.array_equal(np.asarray(result)[kept], np.asarray(source)[kept])
    assert differences(path, target)[0] == 0
    assert differences(path, rewritten(path, as_png=True))[0] == 0
    assert read(path).notes == []


def test_grey_is_the_value_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "page.avif"
    path.write_bytes(saved(PIXELS["L"], quality=100))
    page = read(path)
    assert page.stored is not None
    assert np.array_equal(page.stored, PIXELS["L"])


def test_grey_with_alpha_is_read_as_colour(tmp_path: Path) -> None:
    path = tmp_path / "page.avif"
    path.write_bytes(saved(np.dstack([PIXELS["L"]] * 3 + [NOISE_8[..., 1]]), quality=100, subsampling="4:0:0"))
    page = read(path)
    assert page.mode == "RGBA"
    assert page.stored is not None
    assert np.array_equal(page.stored[..., 1:3], page.stored[..., :2])
    assert differences(path, rewritten(path))[0] == 0


@pytest.mark.parametrize("depth", [10, 12])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_10_and_12_bits_are_kept(tmp_path: Path, depth: int, channels: int) -> None:
    path = tmp_path / "page.avif"
    values = np.ascontiguousarray(NOISE[..., :channels] >> (12 - depth))
    values[0, 0] = 2**depth - 1
    path.write_bytes(cv2.imencode(".avif", values, [cv2.IMWRITE_AVIF_QUALITY, 100, cv2.IMWRITE_AVIF_DEPTH, depth])[1])
    page = read(path)
    assert page.stored is not None
    assert (page.stored.dtype, page.notes) == (np.uint16, [])
    assert page.mode == {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    assert page.stored[0, 0].max() == 65535
    result = cv2.imdecode(np.fromfile(rewritten(path), np.uint8), cv2.IMREAD_UNCHANGED).reshape(values.shape)
    kept = bar_filled(page)[1] == 0
    assert np.array_equal(result[kept], values[kept])
    assert (result[8:14, 10:30, :3] == 2**depth - 1).all() or channels == 4
    wide = read(rewritten(path, as_png=True))
    assert wide.stored is not None
    assert np.array_equal(wide.stored[kept], page.stored[kept])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_shown_as_its_boxes_turn_and_mirror_it(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "scanner"
    path = tmp_path / "page.avif"
    path.write_bytes(saved(PIXELS["L"], quality=100, exif=exif))
    assert (b"irot" in path.read_bytes() or b"imir" in path.read_bytes()) == (orientation > 1)
    page = read(path)
    assert np.array_equal(page.image[..., 0], upright(PIXELS["L"], orientation))
    for as_png in (False, True):
        target = rewritten(path, as_png)
        assert differences(path, target) == (0, 0)
        with Image.open(target) as result:
            assert result.size == page.image.shape[1::-1]
            assert result.getexif().get(0x0112, 1) == 1
            assert result.getexif()[0x010F] == "scanner"


def test_a_turn_in_exif_alone_does_not_count(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 1, "scanner"
    beside = [np.frombuffer(exif.tobytes()[6:], np.uint8)]  # in it OpenCV would see a turn, and write the boxes too
    _, made = cv2.imencodeWithMetadata(".avif", PIXELS["L"], [cv2.IMAGE_METADATA_EXIF], beside)
    upright_tag, turned_tag = (b"\x01\x12\0\3\0\0\0\1\0" + bytes([value]) for value in (1, 6))
    content = made.tobytes()
    assert content.count(upright_tag) == 1
    path = tmp_path / "page.avif"
    path.write_bytes(content.replace(upright_tag, turned_tag))
    assert read(path).image.shape == (40, 48, 3)
    for as_png in (False, True):
        with Image.open(rewritten(path, as_png)) as result:
            assert (result.size, result.getexif().get(0x0112, 1)) == ((48, 40), 1)


@pytest.mark.parametrize("turned", [1, 6])
def test_what_stands_beside_the_pixels_is_kept(tmp_path: Path, turned: int) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "scanner", turned
    path = tmp_path / "page.avif"
    path.write_bytes(saved(PIXELS["RGB"], icc_profile=ICC, exif=exif, xmp=b"<x:xmpmeta/>"))
    with Image.open(rewritten(path)) as result:
        assert result.info["icc_profile"] == ICC
        assert result.info["xmp"] == b"<x:xmpmeta/>"
        assert result.getexif()[0x010F] == "scanner"
    with Image.open(rewritten(path, as_png=True)) as result:
        assert result.info["icc_profile"] == ICC


@pytest.mark.parametrize("turned", [1, 6])
def test_broken_exif_costs_no_page(tmp_path: Path, turned: int) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "scanner", turned
    content = saved(PIXELS["L"], quality=100, exif=exif)
    assert content.count(b"MM\0*") == 1
    path = tmp_path / "page.avif"
    path.write_bytes(content.replace(b"MM\0*", b"XX\0*"))
    page = read(path)
    assert np.array_equal(page.image[..., 0], upright(PIXELS["L"], turned))
    assert page.notes == ["its EXIF is broken: it is dropped"]
    assert differences(path, rewritten(path)) == (0, 0)


def test_its_primaries_and_transfer_are_kept_and_other_properties_told(tmp_path: Path) -> None:
    path = tmp_path / "page.avif"
    content = saved(PIXELS["RGB"])
    p3 = b"\0\x0c\0\x10"  # Display P3, PQ
    assert content.count(b"colrnclx\0\1\0\r") == 1
    path.write_bytes(content.replace(b"colrnclx\0\1\0\r", b"colrnclx" + p3).replace(b"pixi", b"clli"))
    assert b"colrnclx" + p3 in rewritten(path).read_bytes()
    assert read(path).notes == ["its clli cannot be kept: it is dropped"]


def test_of_a_film_the_first_picture_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.avif"
    frames = [Image.fromarray(np.full((40, 48), level, np.uint8)) for level in (50, 200)]
    frames[0].save(path, save_all=True, append_images=frames[1:], quality=100)
    page = read(path)
    assert page.notes == ["the first of several frames"]
    assert page.image.mean() == pytest.approx(50, abs=1)
    assert read(rewritten(path)).notes == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (saved(PIXELS["RGB"])[:-1], "damaged: it is cut off"), (saved(PIXELS["RGB"])[:60], "damaged: it is cut off"),
        (saved(PIXELS["RGB"])[:-30] + bytes(30), "zeros are where its pixels should end"),
        (box(b"ftyp", b"avif\0\0\0\0mif1"), "it is cut off, or no AVIF"),
        (box(b"ftyp", b"heic\0\0\0\0mif1heic") + bytes(99), "not a picture; expected JPEG, PNG, WebP, AVIF"),
    ],
)  # fmt: skip
def test_what_is_damaged(tmp_path: Path, content: bytes, words: str) -> None:
    refuses(tmp_path / "page.avif", content, words)


def test_builds_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avif.cv2, "haveImageWriter", lambda _: False)
    told = "AVIF is not known to this build of Pillow or OpenCV: save it as PNG"
    refuses(tmp_path / "page.avif", saved(PIXELS["RGB"]), told)

"""JPEG 2000: value for value in every mode, its boxes as they were, and what is refused."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from jpeg_2000_files import channels, codestream, colour, jp2, palette
from PIL import Image
from refusing import refuses
from rewriting import ICC, bar_filled, differences, rewritten

from textrm.errors import UserError
from textrm.pictures.formats.boxes import box
from textrm.pictures.read import read
from textrm.pictures.write import encode

NOISE = np.random.default_rng(0).integers(0, 65536, (40, 48, 4), np.uint16)
NOISE_8 = (NOISE >> 8).astype(np.uint8)
EXIF = b"JpgTiffExif->JP2" + Image.Exif().tobytes()[6:]


def kept(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """What is stored outside the bar, before and after."""
    one, other = read(path), read(rewritten(path))
    assert (one.format, one.mode) == (other.format, other.mode) == ("JPEG2000", one.mode)
    far = bar_filled(one)[1] == 0
    pixels = [page.image if page.stored is None else page.stored for page in (one, other)]
    assert pixels[0].dtype == pixels[1].dtype
    return pixels[0][far], pixels[1][far]


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "I;16"])
@pytest.mark.parametrize("suffix", [".jp2", ".j2k"])
def test_what_pillow_writes_comes_back_value_for_value(tmp_path: Path, mode: str, suffix: str) -> None:
    path = tmp_path / f"page{suffix}"
    pixels = {"L": NOISE_8[..., 0], "LA": NOISE_8[..., :2], "RGB": NOISE_8[..., :3], "I;16": NOISE[..., 0]}
    values = np.ascontiguousarray(pixels.get(mode, NOISE_8))
    picture = Image.frombytes("CMYK", (48, 40), values.tobytes()) if mode == "CMYK" else Image.fromarray(values)
    picture.save(path)
    before, after = kept(path)
    assert np.array_equal(before, after)
    page = read(path)
    stored = page.image if page.stored is None else page.stored
    assert np.array_equal(stored, values)
    assert page.notes == []
    bare = suffix == ".j2k"
    assert page.mode == {"I;16": "L", "CMYK": "RGBA" if bare else "CMYK"}.get(mode, mode)
    assert rewritten(path).read_bytes().startswith(b"\xff\x4f" if bare else b"\0\0\0\x0cjP  ")


def test_a_lossy_one_is_written_without_loss(picture: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "page.jp2"
    picture.save(path, quality_mode="dB", quality_layers=[30], irreversible=True)
    before, after = kept(path)
    assert np.array_equal(before, after)
    assert np.abs(read(path).image.astype(int) - np.asarray(picture)).max() > 3
    assert differences(path, rewritten(path, as_png=True)) == (0, 0)


@pytest.mark.parametrize("bits", [1, 4, 7, 9, 12, 15])
def test_other_depths_are_spread_over_all_levels(tmp_path: Path, bits: int) -> None:
    values = NOISE[..., 0] % 2**bits if bits > 8 else NOISE_8[..., 0] % 2**bits
    values[0, :2] = 0, 2**bits - 1
    (tmp_path / "page.jp2").write_bytes(jp2(values, colour(17), bits=bits))
    page = read(tmp_path / "page.jp2")
    width = 8 if bits <= 8 else 16
    assert page.stored is not None
    assert page.stored[0, :2].tolist() == [0, 2**width - 1]
    assert np.array_equal((page.stored.astype(float) * (2**bits - 1) / (2**width - 1)).round(), values)
    assert page.notes == [f"its {bits} bits are written as {width}"]
    before, after = kept(tmp_path / "page.jp2")
    assert np.array_equal(before, after)
    with Image.open(rewritten(tmp_path / "page.jp2")) as result:
        assert np.asarray(result)[0, 1] == 2**width - 1


def test_alpha_of_one_bit(tmp_path: Path) -> None:
    values = np.stack([NOISE_8[..., 0], NOISE_8[..., 1] % 2], 2)
    depths = box(b"bpcc", bytes([7, 0]))
    (tmp_path / "page.jp2").write_bytes(
        jp2(values, depths, colour(17), channels((0, 0, 1), (1, 1, 0)), bits=(8, 1))
    )  # fmt: skip
    page = read(tmp_path / "page.jp2")
    assert page.mode == "LA"
    assert page.stored is not None
    assert np.array_equal(page.stored[..., 1], values[..., 1] * 255)
    before, after = kept(tmp_path / "page.jp2")
    assert np.array_equal(before, after)
    assert b"bpcc" not in rewritten(tmp_path / "page.jp2").read_bytes()


@pytest.mark.parametrize("columns", [1, 3, 4])
@pytest.mark.parametrize("bits", [4, 8])
def test_a_palette_stays(tmp_path: Path, columns: int, bits: int) -> None:
    colours = np.array([[255, 255, 255, 255], [9, 80, 200, 255], [7, 7, 7, 90]], np.uint8)[:, :columns]
    values = NOISE_8[..., 0] % 3
    path = tmp_path / "page.jp2"
    path.write_bytes(jp2(values, colour(17 if columns == 1 else 16), palette(colours), bits=bits))
    page = read(path)
    assert (page.mode, page.notes) == ("P", [])
    assert page.stored is not None
    assert np.array_equal(page.stored, values)
    assert page.palette is not None
    assert page.palette[:, :3].tolist() == (colours[:, :3].repeat(3 if columns == 1 else 1, 1)).tolist()
    before, after = kept(path)
    assert np.array_equal(before, after)
    assert palette(colours) in rewritten(path).read_bytes()
    assert np.array_equal(read(rewritten(path)).palette, page.palette)
    assert differences(path, rewritten(path, as_png=True))[0] == 0


def test_its_boxes_stay_and_go_into_a_png(tmp_path: Path) -> None:
    profile = box(b"colr", b"\2\0\0" + ICC)
    resolution = box(b"res ", box(b"resc", struct.pack(">HHHHBB", 11811, 1, 11811, 1, 0, 0)))
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "scanner", 6
    words = box(b"xml ", b"<x/>") + box(b"uuid", b"JpgTiffExif->JP2" + exif.tobytes()[6:])
    path = tmp_path / "page.jp2"
    content = jp2(NOISE_8[..., :3], profile, resolution, after=words + box(b"jplh", b"odd"))
    path.write_bytes(content)
    page = read(path)
    assert page.image.shape == (40, 48, 3)
    assert page.notes == ["its jplh cannot be kept: it is dropped"]
    result = rewritten(path).read_bytes()
    assert result.startswith(content[: content.index(b"jp2c") - 4])
    assert result.endswith(words)
    with Image.open(rewritten(path, as_png=True)) as png:
        assert png.info["icc_profile"] == ICC
        assert png.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert dict(png.getexif()) == {0x010F: "scanner"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (jp2(NOISE_8[..., :3], colour(18)), "of these channels"),
        (jp2(NOISE_8[..., :3], colour(16), channels((0, 0, 3), (1, 0, 2), (2, 0, 1))), "of these channels"),
        (jp2(NOISE_8, colour(16), channels((0, 0, 1), (1, 0, 2), (2, 0, 3), (3, 2, 0))), "of these channels"),
        (cv2.imencode(".jp2", NOISE[..., :3])[1].tobytes(), "of 16 bits per channel is read in grey only"),
        (jp2(NOISE_8[..., 0], colour(17))[:-1], "it is cut off"),
        (codestream(NOISE_8[..., 0])[:-40], "it is cut off"),
        (codestream(NOISE_8[..., 0])[:-40] + bytes(40), "a part of its pixels is missing"),
        (codestream(NOISE_8[..., 0])[:60], "damaged"), (codestream(NOISE_8[..., 0])[:20], "it is cut off"),
        (jp2(NOISE_8[..., 0])[:60], "damaged"), (jp2(NOISE_8[..., 0]).replace(b"jp2h", b"jp2x"), "or no header"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    refuses(tmp_path / "page.jp2", content, words)


def test_a_missing_end_marker_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "page.j2k"
    path.write_bytes(codestream(NOISE_8[..., 0])[:-2])
    page = read(path)
    assert page.stored is not None
    assert np.array_equal(page.stored, NOISE_8[..., 0])
    assert page.notes == ["its end marker is missing; its pixels are whole"]
    assert encode(page, *bar_filled(page))[-2:] == b"\xff\xd9"


def test_too_large_ones_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    content = bytearray(codestream(NOISE[..., 0], 16))
    content[8:16] = struct.pack(">II", 60000, 60000)
    content[24:32] = struct.pack(">II", 60000, 60000)
    (tmp_path / "page.j2k").write_bytes(content)
    with pytest.raises(UserError, match="60000x60000 are more than"):
        read(tmp_path / "page.j2k")

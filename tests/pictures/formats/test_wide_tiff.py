"""TIFF of 16 bits per channel, whatever way its values lie."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiff_tags import LONG, SHORT, with_tags
from wide_tiff import ALPHA, GREY, INK, MULTIPLIED, RGB, WHITE_IS_ZERO, wide_tiff

from textrm.errors import UserError
from textrm.pictures.formats import tiff
from textrm.pictures.formats.wide_tiff import layout
from textrm.pictures.plain import read_srgb
from textrm.pictures.read import read
from textrm.pictures.stored import upright
from textrm.pictures.write import encode

NOISE = np.random.default_rng(0).integers(0, 65536, (40, 48, 4), dtype=np.uint16)


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "page.tif"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("deflated", [False, True])
def test_planes_are_put_together(tmp_path: Path, order: str, deflated: bool) -> None:
    # Pillow 13.0.0 makes noise of single bytes of such a file, and OpenCV 5.0.0.93 values that vary between calls.
    flat = np.full((8, 12, 3), (65535, 40000, 0), np.uint16)
    for rows in (0, 3):
        path = written(tmp_path, wide_tiff(flat, RGB, order, rows, planes=True, deflated=deflated))
        assert np.unique(read_srgb(path).reshape(-1, 3), axis=0).tolist() == [[255, 156, 0]]
        path = written(tmp_path, wide_tiff(NOISE[..., :3], RGB, order, rows, planes=True, deflated=deflated))
        stored = read(path).stored
        assert stored is not None
        assert np.array_equal(stored, NOISE[..., :3])


@pytest.mark.parametrize(
    ("photometric", "channels", "mode"),
    [(WHITE_IS_ZERO, 1, "L"), (WHITE_IS_ZERO, 2, "LA"), (GREY, 1, "L"), (GREY, 2, "LA"), (RGB, 3, "RGB"),
     (RGB, 4, "RGBA"), (INK, 4, "CMYK")],
)  # fmt: skip
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planes", [False, True])
def test_every_kind_is_read_and_written_bit_for_bit(
    tmp_path: Path, photometric: int, channels: int, mode: str, order: str, planes: bool
) -> None:
    # Pillow 13.0.0 knows no white as zero in big-endian files, and no grey with alpha of 16 bits.
    values = NOISE[..., 4 - channels :]
    extra = ALPHA if mode == "LA" else None
    path = written(tmp_path, wide_tiff(values, photometric, order, 7, planes, deflated=True, extra=extra))
    wanted = values.copy()
    if photometric == WHITE_IS_ZERO:
        wanted[..., 0] = 65535 - wanted[..., 0]  # alpha stays
    page = read(path)
    assert page.mode == mode
    assert page.notes == []
    nothing = np.zeros((40, 48), np.uint8)
    path.write_bytes(encode(page, page.image, nothing))
    for one in (page, read(path)):
        assert one.stored is not None
        assert one.mode == mode
        assert np.array_equal(one.stored.reshape(wanted.shape), wanted)


@pytest.mark.parametrize("packed", ["raw", "packbits", "tiff_lzw", "tiff_adobe_deflate", "lzma", "zstd"])
@pytest.mark.parametrize("differences", [False, True])
def test_every_compression_is_read_bit_for_bit(tmp_path: Path, packed: str, differences: bool) -> None:
    values = NOISE[..., :3]
    stored = np.diff(values, axis=1, prepend=np.uint16(0)) if differences else values
    buffer = io.BytesIO()
    Image.fromarray(stored.astype("<u2").view(np.uint8).reshape(40, -1)).save(buffer, "TIFF", compression=packed)
    meaning = {256: (SHORT, 1, struct.pack("<H", 48)), 258: (SHORT, 3, struct.pack("<3H", 16, 16, 16)),
               262: (SHORT, 1, struct.pack("<H", RGB)), 277: (SHORT, 1, struct.pack("<H", 3)),
               317: (SHORT, 1, struct.pack("<H", 2 if differences else 1))}  # fmt: skip
    found = read(written(tmp_path, with_tags(buffer.getvalue(), meaning))).stored
    assert found is not None
    assert np.array_equal(found, values)


def test_tiles_are_put_together(tmp_path: Path) -> None:
    whole = wide_tiff(NOISE, RGB)
    padded = np.pad(NOISE, ((0, 8), (0, 16), (0, 0)))
    tiles = [padded[top : top + 16, left : left + 32].astype("<u2").tobytes() for top in range(0, 48, 16)
             for left in range(0, 64, 32)]  # fmt: skip
    size = len(tiles[0])
    places = struct.pack("<6I", *(len(whole) + number * size for number in range(6)))
    meaning = {322: (SHORT, 1, struct.pack("<H", 32)), 323: (SHORT, 1, struct.pack("<H", 16)),
               324: (LONG, 6, places), 325: (LONG, 6, struct.pack("<6I", *[size] * 6))}  # fmt: skip
    found = read(written(tmp_path, with_tags(whole + b"".join(tiles), meaning))).stored
    assert found is not None
    assert np.array_equal(found, NOISE)


def test_white_as_zero_shows_white(tmp_path: Path) -> None:
    for order in "<>":
        path = written(tmp_path, wide_tiff(np.full((4, 6, 1), 1000, np.uint16), WHITE_IS_ZERO, order))
        assert (read_srgb(path) == 251).all()  # (65535 - 1000) / 257


@pytest.mark.parametrize("order", ["<", ">"])
def test_alpha_that_is_multiplied_in_is_taken_out(tmp_path: Path, order: str) -> None:
    values = np.full((4, 6, 4), 30000, np.uint16)
    values[0] = (0, 15000, 40000, 30000)  # the third is more than can be
    values[1] = 0
    page = read(written(tmp_path, wide_tiff(values, RGB, order, extra=MULTIPLIED)))
    assert (page.image[1:] == 255).all()  # white at 46 %, and nothing, on white
    assert page.image[0, 0].tolist() == [138, 197, 255]
    assert page.notes == ["alpha, which is multiplied into its colours, is written apart from them"]
    content = bytes(encode(page, page.image, np.zeros((4, 6), np.uint8)))
    found = layout(io.BytesIO(content))
    assert found is not None
    assert found.one(338, 0) == ALPHA
    again = read(written(tmp_path, content))
    assert np.array_equal(again.image, page.image)
    assert again.stored is not None
    assert again.stored[0, 0].tolist() == [0, 32768, 65535, 30000]


def test_a_channel_that_is_no_alpha_is_told_of(tmp_path: Path) -> None:
    page = read(written(tmp_path, wide_tiff(NOISE, RGB, extra=0)))
    assert page.notes == ["its fourth channel is no alpha and is not written"]
    assert page.mode == "RGB"
    assert page.stored is not None
    assert np.array_equal(page.stored, NOISE[..., :3])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_16_bits_are_turned_upright_once(tmp_path: Path, orientation: int) -> None:
    tags = Image.Exif()
    tags[0x0112] = orientation
    path = written(tmp_path, tiff.encode_16_bit(NOISE[..., :3], tags, None))
    page = read(path)
    assert page.stored is not None
    assert np.array_equal(page.stored, upright(NOISE[..., :3], orientation))
    path.write_bytes(encode(page, page.image, np.zeros(page.image.shape[:2], np.uint8)))
    assert np.array_equal(read(path).image, page.image)


def test_what_is_not_supported_is_refused_in_words(tmp_path: Path) -> None:
    for content, words in (
        (wide_tiff(np.zeros((4, 6, 5), np.uint16), INK), "of 5 channels with photometric interpretation 5 is not"),
        (wide_tiff(NOISE, RGB)[:-9], "it is cut off"),
        (wide_tiff(NOISE, RGB, deflated=True)[:-99], "damaged"),
    ):
        with pytest.raises(UserError, match=words):
            read(written(tmp_path, content))


@pytest.mark.parametrize("mode", ["L", "P", "I;16", "RGBA", "CMYK"])
@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_uncompressed_tiff_of_a_name_is_turned_like_any_other(tmp_path: Path, mode: str, orientation: int) -> None:
    # Pillow 13.0.0 maps such a file where it is given its name, and shears it.
    values = (20 * np.arange(6)[:, None] + np.arange(10)).astype(np.uint8)
    grey = Image.fromarray(values)
    if mode == "I;16":
        picture = Image.fromarray(values.astype(np.uint16) * 257)
    elif mode == "P":
        picture = Image.fromarray(values, "P")
        picture.putpalette(np.arange(256).repeat(3).tolist())
    else:
        opaque = {
            "L": [],
            "RGBA": [grey, grey, Image.new("L", grey.size, 255)],
            "CMYK": [Image.new("L", grey.size)] * 3,
        }
        picture = Image.merge(mode, [grey, *opaque[mode]])
    exif = picture.getexif()
    exif[0x0112] = orientation
    path = tmp_path / "page.tif"
    picture.save(path, exif=exif)
    shown = read_srgb(path)
    assert shown.shape == (10, 6, 3)
    wanted = upright(values, orientation)
    assert np.array_equal(shown[..., 0], 255 - wanted if mode == "CMYK" else wanted)
    if mode == "L" and orientation == 6:
        assert shown[0, :, 0].tolist() == [100, 80, 60, 40, 20, 0]

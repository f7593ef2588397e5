"""PBM, PGM and PPM: as text and as bytes, of any highest level, value for value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refusing import refuses
from rewriting import bar_filled, differences, rewritten

from textrm.errors import UserError
from textrm.pictures.read import read

NOISE = np.random.default_rng(0).integers(0, 65536, (40, 48, 3), np.uint16)


@pytest.mark.parametrize(("mode", "suffix"), [("1", ".pbm"), ("L", ".pgm"), ("RGB", ".ppm")])
def test_what_pillow_writes(picture: Image.Image, tmp_path: Path, mode: str, suffix: str) -> None:
    path = tmp_path / f"page{suffix}"
    picture.convert(mode).save(path)
    with Image.open(path) as source, Image.open(rewritten(path)) as result:
        assert (read(path).mode, result.mode) == (mode, mode)
        assert np.array_equal(read(path).image, np.asarray(source.convert("RGB")))
        kept = bar_filled(read(path))[1] == 0
        assert np.array_equal(np.asarray(result)[kept], np.asarray(source)[kept])
    assert differences(path, rewritten(path)) == (0, 0)
    assert differences(path, rewritten(path, as_png=True)) == (0, 0)


@pytest.mark.parametrize("highest", [1, 15, 100, 255, 256, 1023, 65534, 65535])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_highest_level_comes_back_value_for_value(tmp_path: Path, highest: int, channels: int) -> None:
    values = (NOISE[..., :channels].astype(np.uint32) % (highest + 1)).astype(">u2" if highest > 255 else "u1")
    values[6:8, 8:10] = highest
    values[0, 0] = 0
    path = tmp_path / "page.pnm"
    head = b"P%d\n# by a scanner\n48\t40 # of two\n%d\n" % (5 if channels == 1 else 6, highest)
    path.write_bytes(head + values.tobytes())
    page = read(path)
    assert page.image.dtype == np.uint8
    assert page.image[7, 9].tolist() == [255] * 3
    assert page.image[0, 0].tolist() == [0] * 3
    assert (page.stored is not None and page.stored.dtype == np.uint16) == (highest > 255)
    content = rewritten(path).read_bytes()
    body = np.frombuffer(content[-values.nbytes :], values.dtype).reshape(values.shape)
    kept = bar_filled(page)[1] == 0
    assert np.array_equal(body[kept], values[kept])
    assert (body[~kept] == highest).all()
    assert content.startswith(b"P%d\n# by a scanner\n# of two\n48 40\n%d\n" % (5 if channels == 1 else 6, highest))


def test_text(tmp_path: Path) -> None:
    path = tmp_path / "page.ppm"
    path.write_bytes(b"P3 2 2 #\n 1023\n0 0 0 1023 1023 1023\n# half\n512 512 512 1 2 3\n")
    page = read(path)
    assert page.image.reshape(-1, 3).tolist() == [[0, 0, 0], [255] * 3, [128] * 3, [0, 0, 1]]
    path.write_bytes(b"P1\n3 2\n01 0\n1#\n01")
    assert read(path).image[..., 0].tolist() == [[255, 0, 255], [0, 255, 0]]
    path.write_bytes(b"P2 2 1 9 9 " + b"0" * 100)
    with pytest.raises(UserError, match="too many digits"):
        read(path)
    values = NOISE[..., 0] % 256
    long = b" " * (1 << 20)  # is read in parts
    path.write_bytes(b"P2 48 40 255 " + b" ".join(b"%d" % value for value in values[:20].ravel()) + long
                     + b" ".join(b"%d" % value for value in values[20:].ravel()))  # fmt: skip
    assert np.array_equal(read(path).image[..., 0], values)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"P6 48 40 255 " + bytes(48 * 40 * 3 - 1), "it is cut off"), (b"P4 9 2 " + bytes(3), "it is cut off"),
        (b"P5 4 4 200 " + bytes([201] * 16), "a level is 201, and 200 the highest"),
        (b"P5 0 4 200 ", "it has 0x4 pixels"), (b"P5 4 4 70000 " + bytes(99), "of up to 70000"),
        (b"P5 4 4", "it does not say its size"), (b"P2 2 2 255 1 2 3", "it is cut off"), (b"P2 2 1 255 1 x", "damaged"),
        (b"P1 2 1 02", "a level is 2"), (b"P6 60000 60000 255 ", "60000x60000 are more than"),
        (b"P6 9000 9000 65535 ", "pixels of 6 bytes are more than"),
    ],
)  # fmt: skip
def test_what_is_damaged_or_too_large(tmp_path: Path, content: bytes, words: str) -> None:
    refuses(tmp_path / "page.ppm", content, words)


def test_of_several_pictures_the_first_is_read(tmp_path: Path) -> None:
    (tmp_path / "page.pgm").write_bytes(b"P5 1 1 255 \x07\nP5 1 1 255 \x09")
    page = read(tmp_path / "page.pgm")
    assert page.image.tolist() == [[[7, 7, 7]]]
    assert page.notes == ["the first of several frames"]

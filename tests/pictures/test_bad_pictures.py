"""Pictures that are tiny, damaged, too large or none."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pylibjxl
import pytest
from PIL import Image

from textrm.errors import UserError
from textrm.pictures.read import read
from textrm.pictures.write import encode


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tif", ".gif"])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 5000)])
def test_tiny_and_thin_pictures(tmp_path: Path, suffix: str, width: int, height: int) -> None:
    path = tmp_path / f"page{suffix}"
    Image.new("RGB", (width, height), (250, 250, 250)).save(path)
    page = read(path)
    filled = np.ones(page.image.shape[:2], np.uint8)
    data = encode(page, np.full_like(page.image, 255), filled)
    path.write_bytes(data)
    assert read(path).image.shape == (height, width, 3)


def cut(share: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(len(data) * share)]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tif", ".gif"])
@pytest.mark.parametrize(
    "damage", [cut(0.02), cut(0.3), cut(0.9), lambda data: data[:100] + b"\xff" * 400 + data[500:]]
)
def test_damaged_files_never_end_in_another_exception(
    tmp_path: Path, suffix: str, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / f"page{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(damage(path.read_bytes()))
    refused = None
    try:
        shape = read(path).image.shape
    except UserError as error:
        refused = str(error)
    if refused is None:
        assert suffix != ".png"  # its checksums find everything; wrong pixels elsewhere no decoder can tell
        assert shape == (90, 70, 3)
    else:
        assert "\n" not in refused


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_cut_files_are_damaged(tmp_path: Path, picture: Image.Image, suffix: str) -> None:
    path = tmp_path / f"page{suffix}"
    picture.save(path)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(UserError, match="the picture is damaged"):
        read(path)


def test_what_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    path.touch()
    with pytest.raises(UserError, match="the file is empty"):
        read(path)
    path.write_text("not a picture")
    with pytest.raises(UserError, match="not a picture; expected JPEG"):
        read(path)
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read(tmp_path / "none.png")
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        read(tmp_path)
    Image.new("F", (8, 8)).save(tmp_path / "float.tif")
    with pytest.raises(UserError, match="mode F"):
        read(tmp_path / "float.tif")


@pytest.mark.parametrize("suffix", [".png", ".avif", ".jxl"])
def test_more_pixels_than_the_limit_are_refused(tmp_path: Path, picture: Image.Image, suffix: str) -> None:
    path = tmp_path / f"page{suffix}"
    if suffix == ".jxl":
        pylibjxl.write(path, np.asarray(picture))
    else:
        picture.save(path)
    with pytest.raises(UserError, match="48x40 are more than 1919 pixels"):
        read(path, max_pixels=1919)
    assert read(path, max_pixels=1920).image.shape == (40, 48, 3)


def test_the_pixel_limit_counts_before_decoding_and_alone(
    tmp_path: Path, picture: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.png"
    picture.save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert read(path, max_pixels=1920).image.shape == (40, 48, 3)
    assert Image.MAX_IMAGE_PIXELS == 10
    # A header that promises 60 000 x 60 000 pixels.
    data = bytearray(path.read_bytes())
    data[16:24] = (60000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    path.write_bytes(data)
    with pytest.raises(UserError, match="60000x60000"):
        read(path)

"""What of a page is filled: its own inks and bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from textrm.pictures.formats.planes import planes
from textrm.pictures.formats.png import encode_16_bit
from textrm.pictures.read import read
from textrm.pictures.write import encode


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_pages_of_8_bits_are_filled_as_they_are_shown(picture: Image.Image, tmp_path: Path, mode: str) -> None:
    picture.convert("L").convert(mode).save(tmp_path / "page.png")
    page = read(tmp_path / "page.png")
    assert planes(page) is page.image


@pytest.mark.parametrize("orientation", [1, 6])
def test_ink_is_upright_and_what_is_changed_in_it_is_written(
    picture: Image.Image, tmp_path: Path, orientation: int
) -> None:
    path = tmp_path / "page.jpg"
    exif = picture.getexif()
    exif[0x0112] = orientation
    picture.convert("CMYK").save(path, quality=95, exif=exif)
    page, stored = read(path), np.asarray(Image.open(path)).copy()
    ink = planes(page)
    assert ink.shape == ((48, 40, 4) if orientation == 6 else (40, 48, 4))
    ink[:8, :8, 2] = 255
    filled = np.zeros(ink.shape[:2], np.uint8)
    filled[:8, :8] = 1
    (tmp_path / "out.jpg").write_bytes(encode(page, ink, filled))
    part = np.s_[-8:, :8] if orientation == 6 else np.s_[:8, :8]
    after = np.asarray(Image.open(tmp_path / "out.jpg")).copy()
    assert (after[part][..., 2] >= 253).all()
    after[part][..., 2] = stored[part][..., 2]
    assert np.abs(after.astype(int) - stored).max() <= 2


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bits_are_filled_in_16(tmp_path: Path, channels: int) -> None:
    pixels = np.random.default_rng(0).integers(1, 65536, (20, 30, channels), dtype=np.uint16)
    if channels in (2, 4):
        pixels[0, 0, -1], pixels[0, 1, -1], pixels[1:, :, -1] = 0, 40000, 65535
    (tmp_path / "page.png").write_bytes(encode_16_bit(pixels))
    page = read(tmp_path / "page.png")
    image = planes(page)
    colours = channels - (channels in (2, 4))
    assert (image.dtype, image.shape) == (np.uint16, (20, 30, colours))
    assert np.array_equal(image[1:], pixels[1:, :, :colours])
    if channels != colours:
        assert (image[0, 0] == 65535).all()
        share = 40000 / 65535
        assert np.abs(image[0, 1] - (share * pixels[0, 1, :colours] + (1 - share) * 65535)).max() <= 0.5
    filled = np.zeros((20, 30), np.uint8)
    filled[0, 0] = filled[5:9, 5:9] = 1
    image[filled != 0] = 12345
    (tmp_path / "out.png").write_bytes(encode(page, image, filled))
    stored = read(tmp_path / "out.png").stored
    assert stored is not None
    stored = stored.reshape(pixels.shape)
    assert (stored[5:9, 5:9, :colours] == 12345).all()
    assert np.array_equal(stored[filled == 0], pixels[filled == 0])
    if channels != colours:  # what cannot be seen stays, and so does alpha
        assert np.array_equal(stored[0, 0], pixels[0, 0])
        assert np.array_equal(stored[..., -1], pixels[..., -1])

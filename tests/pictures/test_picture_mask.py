"""Masks as people have them are read as the lettering they show, and what shows none is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from textrm.errors import UserError
from textrm.pictures.mask import read_mask

TRUE = np.zeros((40, 30), np.uint8)
TRUE[8:14, 5:20] = 1
TRUE[30:33, 22:27] = 1


def in_palette(*entries: int, mask: np.ndarray = TRUE) -> Image.Image:
    picture = Image.fromarray(mask, "L").convert("P")
    picture.putdata(mask.reshape(-1).tolist())
    picture.putpalette(entries)
    return picture


def painted(colour: tuple[int, int, int], opacity: int = 255) -> Image.Image:
    layer = np.zeros((*TRUE.shape, 4), np.uint8)
    layer[TRUE == 1] = (*colour, opacity)
    return Image.fromarray(layer)


def with_ramp(picture: np.ndarray) -> Image.Image:
    """Grey levels between, all in a palette."""
    return in_palette(*np.repeat(np.arange(256), 3).tolist(), mask=picture)


KINDS: dict[str, Callable[[], Image.Image]] = {
    "0 and 255": lambda: Image.fromarray(TRUE * 255),
    "0 and 1": lambda: Image.fromarray(TRUE),
    "16 bits, 0 and 1": lambda: Image.fromarray(TRUE.astype(np.uint16)),
    "16 bits, 0 and 255": lambda: Image.fromarray(TRUE.astype(np.uint16) * 255),
    "16 bits, full": lambda: Image.fromarray(TRUE.astype(np.uint16) * 65535),
    "one bit": lambda: Image.fromarray(TRUE * 255).convert("1"),
    "dark red on black": lambda: Image.fromarray(TRUE[..., None] * np.array([128, 0, 0], np.uint8)),
    "blue on black": lambda: Image.fromarray(TRUE[..., None] * np.array([0, 0, 255], np.uint8)),
    "labels, red": lambda: in_palette(0, 0, 0, 128, 0, 0),
    "labels, black on white": lambda: in_palette(255, 255, 255, 0, 0, 0),
    "labels, the letters' first": lambda: in_palette(255, 255, 255, 0, 0, 0, mask=1 - TRUE),
    "greys in a palette": lambda: with_ramp(np.where(TRUE, 200, np.arange(30)).astype(np.uint8)),
    "painted black": lambda: painted((0, 0, 0)),
    "painted faintly": lambda: painted((255, 80, 0), 90),
    "opaque": lambda: Image.fromarray(TRUE * 255).convert("RGBA"),
    "ink": lambda: Image.fromarray(TRUE * 255).convert("CMYK"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(kind: str, tmp_path: Path) -> None:
    path = tmp_path / ("mask.tif" if kind == "ink" else "mask.png")
    KINDS[kind]().save(path)
    mask = read_mask(path, TRUE.shape)
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, TRUE)


def test_a_mask_is_turned_as_its_picture_is(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(TRUE * 255).copy()).save(tmp_path / "mask.png", exif=exif)
    np.testing.assert_array_equal(read_mask(tmp_path / "mask.png", TRUE.shape), TRUE)


def test_masks_of_nothing(tmp_path: Path) -> None:
    nothing = np.zeros_like(TRUE)
    for name, picture in {
        "black.png": Image.fromarray(nothing),
        "black.jpg": Image.fromarray(nothing),
        "clear.png": Image.new("RGBA", (30, 40)),
        "labels.gif": in_palette(255, 255, 255, 0, 0, 0, mask=nothing),
    }.items():
        picture.save(tmp_path / name)
        assert read_mask(tmp_path / name, TRUE.shape).sum() == 0


def test_what_is_no_mask_is_refused(tmp_path: Path) -> None:
    Image.fromarray(TRUE * 255).resize((15, 20)).save(tmp_path / "half.png")
    Image.fromarray(cv2.GaussianBlur(TRUE * 90, (5, 5), 0)).save(tmp_path / "dim.png")
    Image.fromarray(TRUE).save(tmp_path / "noise.jpg", quality=100)
    (tmp_path / "text.png").write_text("no picture")
    for name, words in {
        "half.png": "half.png is 15x20, its picture 30x40",
        "dim.png": "too dark for a mask: its levels end at 90 of 255",
        "noise.jpg": "too dark for a mask: its levels end at 1 of 255",
        "text.png": "text.png: not a picture",
    }.items():
        with pytest.raises(UserError, match=words) as raised:
            read_mask(tmp_path / name, TRUE.shape)
        assert str(raised.value).startswith(str(tmp_path / name))

"""Prepared and restored: what nobody changed is the original's, bit for bit, in every mode and format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pylibjxl
import pytest
from icc_profiles import wide_rgb
from PIL import Image
from prepared_set import clean, noise, prepare, restore

from textrm.pictures.formats.png import encode_16_bit
from textrm.pictures.page import Page
from textrm.pictures.read import read
from textrm.pictures.stored import upright

HEIGHT, WIDTH = 40, 64


def picture(mode: str) -> Image.Image:
    """Noise with some white; in mode P of 64 colours."""
    pixels = noise(HEIGHT, WIDTH, 4)
    pixels[0, :9, 3] = 0
    pixels[-1] = 255
    if mode == "P":
        return paletted(pixels[..., 0], 64)
    return Image.fromarray(pixels).convert({"I;16": "L", "1": "RGB", "CMYK": "RGB"}.get(mode, mode)).convert(mode)


def paletted(values: np.ndarray, colours: int) -> Image.Image:
    made = Image.frombytes("P", (WIDTH, HEIGHT), (values % colours).tobytes())
    made.putpalette(b"\xff\xff\xff" + noise(1, colours - 1, seed=1).tobytes())
    return made


def plain(mode: str, name: str, **options: object) -> Callable[[Path], None]:
    return lambda folder: picture(mode).save(folder / name, **options)


def turned(mode: str, name: str, orientation: int) -> Callable[[Path], None]:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return plain(mode, name, exif=exif)


def wide(channels: int, name: str) -> Callable[[Path], None]:
    pixels = np.random.default_rng(0).integers(0, 65536, (HEIGHT, WIDTH, channels), dtype=np.uint16)

    def write(folder: Path) -> None:
        if channels == 2:
            (folder / name).write_bytes(encode_16_bit(pixels))
        else:
            cv2.imwrite(str(folder / name), pixels)

    return write


def frames(name: str) -> Callable[[Path], None]:
    more = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("black", "red")]
    return plain("P" if name.endswith("gif") else "RGB", name, save_all=True, append_images=more, lossless=True)


FILES: dict[str, Callable[[Path], None]] = {
    **{f"{mode} png": plain(mode, "a.png") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")},
    **{f"{mode} tif": plain(mode, "a.tif") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK")},
    **{f"{mode} bmp": plain(mode, "a.bmp") for mode in ("1", "L", "P", "RGB")},
    **{f"{mode} gif": plain(mode, "a.gif") for mode in ("L", "P")},
    **{f"{mode} webp": plain(mode, "a.webp", lossless=True, exact=True) for mode in ("RGB", "RGBA")},
    **{f"{mode} avif": plain(mode, "a.avif") for mode in ("L", "RGB", "RGBA")},
    "orientation 5 RGB avif": turned("RGB", "a.avif", 5),
    **{f"{mode} jp2": plain(mode, "a.jp2") for mode in ("L", "LA", "RGB", "RGBA", "I;16", "CMYK")},
    **{f"{mode} ppm": plain(mode, "a.ppm") for mode in ("1", "L", "RGB")},
    "RGB jxl": lambda folder: pylibjxl.write(folder / "a.jxl", np.asarray(picture("RGB")), lossless=True, effort=3),
    **{f"16 bits x {count} {end}": wide(count, f"a.{end}") for count, end in ((1, "png"), (2, "png"), (3, "png"),
       (4, "png"), (3, "tif"), (4, "tif"))},
    "P with a transparent colour": plain("P", "a.png", transparency=3),
    "gif with a transparent colour": plain("P", "a.gif", transparency=3),
    "P of 4 bits": lambda folder: paletted(noise(HEIGHT, WIDTH, 1), 16).save(folder / "a.png", bits=4),
    **{f"orientation {number} {mode} {end}": turned(mode, f"a.{end}", number)
       for number, mode, end in ((6, "RGB", "png"), (7, "L", "png"), (3, "RGBA", "png"), (8, "RGB", "tif"))},
    "RGB with a profile": plain("RGB", "a.png", icc_profile=wide_rgb()),
    "CMYK, LZW": plain("CMYK", "a.tif", compression="tiff_lzw"),
    **{f"frames {end}": frames(f"a.{end}") for end in ("gif", "webp", "png", "tif")},
}  # fmt: skip


def stored(page: Page) -> np.ndarray:
    """The values that the file holds, upright; with a palette the colours."""
    values = page.image if page.stored is None else upright(page.stored, page.orientation)
    return values if page.palette is None else page.palette[values]


def paint(pixels: np.ndarray, half: int) -> None:
    """White in the middle."""
    y, x = pixels.shape[0] // 2, pixels.shape[1] // 2
    pixels[y - half : y + half, x - half : x + half] = 255


@pytest.mark.parametrize("kind", FILES)
def test_what_is_not_changed_stays_bit_for_bit(kind: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    FILES[kind](tmp_path / "in")
    (source,) = (tmp_path / "in").iterdir()
    before = read(source)
    height, width = before.image.shape[:2]
    for size, half, margin in ((80, 8, 0), (0, 8, 0), (32, 4, 4), (128, 16, 1)):
        out = tmp_path / str(size)
        enlarge = ["--enlarge"] if size > 80 else []
        assert prepare(tmp_path / "in", out / "set", "--size", size, *enlarge).exit_code == 0

        assert restore(out / "set", out / "set" / "image", out / "same").exit_code == 0
        assert (out / "same" / source.name).read_bytes() == source.read_bytes()

        clean(out / "set", out / "clean", partial(paint, half=half))
        assert restore(out / "set", out / "clean", out / "back").exit_code == 0
        after = read(out / "back" / source.name)
        assert (after.format, after.mode, after.orientation) == (before.format, before.mode, before.orientation)
        assert stored(after).dtype == stored(before).dtype
        assert after.save.get("icc_profile") == before.save.get("icc_profile")
        inside, near = np.zeros((2, height, width, 1), np.uint8)
        paint(inside, 8 - margin)
        paint(near, 8 + margin)
        assert np.array_equal(stored(after)[near[..., 0] == 0], stored(before)[near[..., 0] == 0])
        assert (after.image[inside[..., 0] > 0] == 255).all()
        assert (before.image[inside[..., 0] > 0] != 255).any()

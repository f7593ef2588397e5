"""Files of ink and of 16 bits: ``textrm.infer`` keeps their plates, bits and profiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from icc_profiles import ink
from infer_command import run
from PIL import Image
from standin_model import lettered_page
from wide_tiff import GREY, INK, RGB, wide_tiff

from textrm.pictures.formats.png import encode_16_bit
from textrm.pictures.read import read

LETTERS = (lettered_page()[..., 0] == 0).astype(np.uint8)
Y, X = np.mgrid[: LETTERS.shape[0], : LETTERS.shape[1]]


def inks(black_only: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """A page with letters over colours, and its clean version: H W 4 uint8."""
    clean = np.stack([X // 2, 20 + Y // 4, 0 * X + 17, 0 * X], 2).astype(np.uint8)
    page = clean.copy()
    page[LETTERS != 0] = 180, 150, 150, 255
    if black_only:
        page[..., :3] = clean[..., :3]
    return page, clean


def cleaned(model: Path, source: Path, *options: str) -> Path:
    out = source.parent / "out"
    result = run(model, source, "-o", out, *options)
    assert result.exit_code == 0, result.output
    return out / source.name


@pytest.mark.parametrize("profile", [b"", ink()])
@pytest.mark.parametrize("options", [{"compression": "tiff_lzw"}, {"compression": "raw"}])
def test_tiff_loses_black_lettering_and_nothing_else(
    model_file: Path, tmp_path: Path, options: dict[str, str], profile: bytes
) -> None:
    page, clean = inks()
    source = tmp_path / "page.tif"
    Image.fromarray(page, "CMYK").save(source, icc_profile=profile, dpi=(300, 300), **options)
    with Image.open(cleaned(model_file, source)) as result:
        assert (result.mode, result.info.get("icc_profile", b"")) == ("CMYK", profile)
        assert (result.info["compression"], result.info["dpi"]) == (options["compression"], (300, 300))
        assert np.array_equal(np.asarray(result), clean)


def test_tiff_loses_lettering_in_all_plates(model_file: Path, tmp_path: Path) -> None:
    page, clean = inks(black_only=False)
    Image.fromarray(page, "CMYK").save(tmp_path / "page.tif")
    after = np.asarray(Image.open(cleaned(model_file, tmp_path / "page.tif"))).astype(int)
    assert np.abs(after - clean).max() <= 1
    assert not after[..., 3].any()


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("quality", [75, 95])
def test_jpeg_stays_what_it_was_but_for_its_black(
    model_file: Path, tmp_path: Path, quality: int, orientation: int
) -> None:
    page, _ = inks()
    picture, source = Image.fromarray(page, "CMYK"), tmp_path / "page.jpg"
    exif = picture.getexif()
    exif[0x0112] = orientation
    picture.save(source, quality=quality, icc_profile=ink(), exif=exif)
    assert b"Adobe" in source.read_bytes()  # whose ink is stored inverted
    with Image.open(source) as before, Image.open(cleaned(model_file, source)) as result:
        assert (result.mode, result.info["icc_profile"]) == ("CMYK", ink())
        assert result.quantization == before.quantization
        assert result.getexif()[0x0112] == orientation
        difference = np.abs(np.asarray(result).astype(int) - np.asarray(before))
        assert difference[..., :3].max() <= 1
        assert np.asarray(result)[..., 3].max() <= 3
        assert np.asarray(before)[..., 3].max() > 250


def test_ink_becomes_a_png_of_what_it_shows(model_file: Path, tmp_path: Path) -> None:
    page, clean = inks()
    Image.fromarray(page, "CMYK").save(tmp_path / "page.tif")
    cleaned(model_file, tmp_path / "page.tif", "--format", "png")
    with Image.open(tmp_path / "out" / "page.png") as result:
        shown = np.asarray(Image.fromarray(clean, "CMYK").convert("RGB")).astype(int)
        assert np.abs(np.asarray(result) - shown).max() <= 1


def test_the_overlay_shows_ink_with_its_letters(model_file: Path, tmp_path: Path) -> None:
    Image.fromarray(inks()[0], "CMYK").save(tmp_path / "page.tif")
    cleaned(model_file, tmp_path / "page.tif", "--overlay")
    overlay = np.asarray(Image.open(tmp_path / "out" / "page.overlay.png"))
    assert overlay[26, 20].tolist() == [0, 0, 0]


def wide(channels: int) -> tuple[np.ndarray, np.ndarray]:
    clean = np.full((*LETTERS.shape, channels), 65535, np.uint16)
    clean[..., : min(channels, 3)] = (64123, 63001, 61000)[: min(channels, 3)]
    if channels == 2:
        clean[..., 1] = 65535
    page = clean.copy()
    page[LETTERS != 0, : 1 if channels == 2 else 3] = 777
    return page, clean


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_of_16_bits_gets_exactly_its_paper(model_file: Path, tmp_path: Path, channels: int) -> None:
    page, clean = wide(channels)
    (tmp_path / "page.png").write_bytes(encode_16_bit(page))
    after = read(cleaned(model_file, tmp_path / "page.png")).stored
    assert after is not None
    assert after.dtype == np.uint16
    assert np.array_equal(after.reshape(clean.shape), clean)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_tiff_of_16_bits_gets_exactly_its_paper(model_file: Path, tmp_path: Path, channels: int, order: str) -> None:
    page, clean = wide(channels)
    (tmp_path / "page.tif").write_bytes(wide_tiff(page, GREY if channels == 1 else RGB, order))
    after = read(cleaned(model_file, tmp_path / "page.tif")).stored
    assert after is not None
    assert after.dtype == np.uint16
    assert np.array_equal(after.reshape(clean.shape), clean)


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_of_16_bit_ink_keeps_its_bits_and_its_other_plates(model_file: Path, tmp_path: Path, order: str) -> None:
    clean = np.stack([X * 300 + 1, 20000 + Y * 99, 0 * X + 4321, 0 * X + 77], 2).astype(np.uint16)
    page = clean.copy()
    page[LETTERS != 0, 3] = 65000
    (tmp_path / "page.tif").write_bytes(wide_tiff(page, INK, order))
    target = cleaned(model_file, tmp_path / "page.tif")
    after = read(target)
    assert after.mode == "CMYK"
    assert after.stored is not None
    assert after.stored.dtype == np.uint16
    assert np.array_equal(after.stored, clean)
    with Image.open(target) as result:  # as another reader sees it
        assert result.mode == "CMYK"
        assert np.abs(np.asarray(result) - clean / 257).max() <= 1


@pytest.mark.parametrize("kind", ["ink", "grey", "colour"])
def test_the_end_to_end_net_draws_ink_and_16_bits_too(cleaner_file: Path, tmp_path: Path, kind: str) -> None:
    source = tmp_path / ("page.tif" if kind == "ink" else "page.png")
    if kind == "ink":
        page, _ = inks()
        Image.fromarray(page, "CMYK").save(source)
        after = np.asarray(Image.open(cleaned(cleaner_file, source, "--method", "end-to-end")))
    else:
        page, _ = wide(1 if kind == "grey" else 3)
        source.write_bytes(encode_16_bit(page))
        stored = read(cleaned(cleaner_file, source, "--method", "end-to-end")).stored
        assert stored is not None
        after = stored.reshape(page.shape)
    assert after.dtype == page.dtype
    assert np.array_equal(after[50:], page[50:])
    if kind == "ink":
        assert after[22:30, 18:22].max() < 5  # the net's white is bare paper
    else:
        assert after[22:30, 18:22].min() > 64000

"""What nets learn from is what they are shown of a page: the same pixels for every kind of file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from icc_profiles import dark_grey, ink, wide_rgb
from PIL import Image

from textrm.data.manifest import Row, load_sample, read_manifest, write_manifest
from textrm.errors import UserError
from textrm.importers.backgrounds import read_background
from textrm.page import Result, SegmentAndFill, SegmentationModel
from textrm.page.files.clean_file import clean_file
from textrm.page.planning.page_files import PageFiles
from textrm.pictures.formats.png import encode_16_bit as png_of_16_bits
from textrm.pictures.formats.tiff import encode_16_bit as tiff_of_16_bits
from textrm.pictures.plain import read_grey, read_srgb
from textrm.pictures.write import encode_plain

PROFILES = {"RGB": wide_rgb(), "RGBA": wide_rgb(), "P": wide_rgb(), "L": dark_grey(), "LA": dark_grey(),
            "1": dark_grey(), "CMYK": ink(), "I;16": dark_grey()}  # fmt: skip


def letter(mode: str) -> Image.Image:
    """A black letter on a flat ground, which is transparent where the mode has that; 80 x 72."""
    grey = np.full((72, 80), 190, np.uint8)
    grey[20:50, 30:36] = 0
    if mode == "I;16":
        return Image.fromarray(grey.astype(np.uint16) * 257)
    if mode in ("LA", "RGBA"):
        ground = Image.fromarray(np.zeros_like(grey))  # black letters and black paper: alpha alone tells them apart
        ink_alpha = Image.fromarray((grey == 0).astype(np.uint8) * 255)
        return Image.merge(mode, [ground] * (len(mode) - 1) + [ink_alpha])
    if mode == "CMYK":
        none = Image.new("L", (80, 72))
        return Image.merge(mode, [none, none, none, Image.fromarray(255 - grey)])
    if mode == "1":
        return Image.fromarray(grey > 127)
    if mode == "L":
        return Image.fromarray(grey)
    return Image.fromarray(np.where(grey[..., None] > 0, np.array([100, 220, 60], np.uint8), np.uint8(0))).convert(mode)


@pytest.mark.parametrize("mode", list(PROFILES))
def test_training_importers_and_inference_see_the_same_pixels(mode: str, model_file: Path, tmp_path: Path) -> None:
    expected, shown = {}, []

    class Watched(SegmentAndFill):
        def __call__(self, image: np.ndarray, out: np.ndarray | None = None, seen: np.ndarray | None = None) -> Result:
            assert seen is not None
            shown.append(seen.copy())
            return super().__call__(image, out, seen)

    cleaning = Watched(SegmentationModel(model_file, threads=1), fill="flat")
    for profile in (b"", PROFILES[mode]):
        path = tmp_path / f"{bool(profile)}{'.tif' if mode == 'CMYK' else '.png'}"
        letter(mode).save(path, icc_profile=profile or None)
        write_manifest(tmp_path / "manifest.csv", [Row("a", "train", "a", path.name)])
        manifest = read_manifest(tmp_path / "manifest.csv")
        clean_file(PageFiles(path, tmp_path / "out" / path.name, {}), cleaning)
        expected[profile] = read_srgb(path)
        for pixels in (load_sample(manifest, manifest.rows[0]).image, read_background(path), shown.pop()):
            assert np.array_equal(pixels, expected[profile])
    letters, paper = expected[b""][30, 32], expected[b""][5, 5]
    assert letters.max() == 0
    if mode in ("1", "LA", "RGBA"):
        assert paper.tolist() == [255, 255, 255]  # what is transparent is white, not black
    changes = np.abs(expected[b""].astype(int) - expected[PROFILES[mode]]).max()
    assert (changes > 2) == (mode not in ("1", "LA", "RGBA"))  # black and white are the same in every space


def test_the_segmenter_looks_at_what_is_seen_and_the_fill_keeps_the_pages_own_colours() -> None:
    page = np.full((96, 200, 3), (100, 180, 60), np.uint8)
    lettered = page.copy()
    cv2.putText(lettered, "WORD", (30, 60), cv2.FONT_HERSHEY_DUPLEX, 1.2, (0, 0, 0), 2)
    cleaning = SegmentAndFill(fill="flat")
    assert np.array_equal(cleaning(lettered, seen=np.full_like(page, 255)).image, lettered)
    seen = np.where((lettered == page).all(2, keepdims=True), np.uint8(255), np.uint8(0)).repeat(3, 2)
    found = cleaning(lettered, seen=seen)
    assert np.array_equal(found.image, page)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bits_become_8_in_one_way(channels: int, suffix: str, model_file: Path, tmp_path: Path) -> None:
    values = np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64, 1).repeat(channels, 2)
    if channels in (2, 4):
        values[..., -1] = 65535
    values[0, 0, : channels - (channels in (2, 4))] = 200  # 0.78 levels
    path = tmp_path / f"page{suffix}"
    path.write_bytes(png_of_16_bits(values) if suffix == ".png" else tiff_of_16_bits(values, Image.Exif(), None))
    shown = []

    class Watched(SegmentAndFill):
        def __call__(self, image: np.ndarray, out: np.ndarray | None = None, seen: np.ndarray | None = None) -> Result:
            assert seen is not None
            shown.append(seen.copy())
            return super().__call__(image, out, seen)

    clean_file(PageFiles(path, tmp_path / "out" / path.name, {}), Watched(SegmentationModel(model_file), fill="flat"))
    wanted = np.rint(values[..., 0] / 257)[..., None].repeat(3, 2)
    for pixels in (read_srgb(path), read_background(path), shown[0]):
        assert np.array_equal(pixels, wanted)
    assert shown[0][0, 0].tolist() == [1, 1, 1]
    assert np.array_equal(read_grey(path), wanted[..., 0])


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA", "I;16"])
def test_levels_of_a_mask_heed_neither_transparency_nor_profiles(mode: str, tmp_path: Path) -> None:
    levels = np.zeros((10, 12), np.uint8)
    levels[2:5, 3:9] = 255
    if mode == "I;16":
        picture = Image.fromarray(levels.astype(np.uint16) * 257)
    else:
        picture = Image.fromarray(levels).convert(mode)
    if mode in ("LA", "RGBA"):
        picture.putalpha(Image.fromarray(np.tile(np.arange(12, dtype=np.uint8) * 20, (10, 1))))
    options = {"transparency": 0} if mode == "P" else {}
    picture.save(tmp_path / "mask.png", icc_profile=PROFILES[mode], **options)
    assert np.array_equal(read_grey(tmp_path / "mask.png"), levels)


def test_errors_begin_with_the_path(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(bytes(encode_plain(np.zeros((40, 40), np.uint8)))[:-30])
    for path, reason in ((tmp_path / "a.png", "damaged"), (tmp_path / "b.png", "No such file")):
        for reader in (read_srgb, read_grey):
            with pytest.raises(UserError, match=f"^{path}: .*{reason}"):
                reader(path)

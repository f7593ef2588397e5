"""What a file says beside its pixels may be odd: it costs no page, and what is lost of it is told."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import GifImagePlugin, Image, TiffImagePlugin
from rewriting import rewritten
from tiff_tags import ASCII, DOUBLE, LONG, RATIONAL, SHORT, with_tags
from wide_tiff import RGB, wide_tiff

from textrm.errors import UserError
from textrm.page import SegmentAndFill, SegmentationModel
from textrm.page.files.clean_file import clean_file
from textrm.page.planning.page_files import PageFiles
from textrm.pictures.formats import tiff
from textrm.pictures.formats.png import encode_16_bit
from textrm.pictures.read import read
from textrm.pictures.write import encode

NOISE = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)
ODD = {
    285: (RATIONAL, 1, struct.pack("<II", 1, 3)),  # the name of a page, as a number
    296: (SHORT, 1, struct.pack("<H", 77)),  # no unit of resolution
    305: (DOUBLE, 1, struct.pack("<d", 1e300)),  # the name of a program, as a number
    306: (ASCII, 5, b"then\0"),
    318: (RATIONAL, 1, struct.pack("<II", 1, 0)),  # a white point without its second half, and infinite
}


def tiff_of(kind: str) -> bytes:
    if kind == "16 bits":
        return wide_tiff(NOISE.astype(np.uint16) * 257, RGB)
    buffer = io.BytesIO()
    Image.fromarray(NOISE).save(buffer, "TIFF", compression=kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["raw", "tiff_lzw", "16 bits"])
@pytest.mark.parametrize("as_png", [False, True])
def test_odd_tags_cost_no_page_and_no_other_tag(tmp_path: Path, kind: str, as_png: bool) -> None:
    path = tmp_path / "page.tif"
    path.write_bytes(with_tags(tiff_of(kind), ODD))
    page = read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # they would be printed
        path.write_bytes(encode(page, page.image, np.zeros(page.image.shape[:2], np.uint8), as_png))
    again = read(path)
    assert np.array_equal(again.image, NOISE)
    if as_png:
        assert any("EXIF cannot be written" in note for note in page.notes)
    else:
        (note,) = [note for note in page.notes if "cannot be written: it is dropped" in note]
        dropped = {int(tag) for tag in note.removeprefix("its tags ").split(" cannot")[0].split(", ")}
        assert dropped <= ODD.keys() - {306}
        assert {305, 285} & dropped
        assert again.exif[306] == "then"


def test_a_page_whose_tags_cannot_be_read_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.tif"
    for kind in ("raw", "tiff_lzw", "16 bits"):
        path.write_bytes(with_tags(tiff_of(kind), {700: (DOUBLE, 1, struct.pack("<d", 1.5)),
                                                   34665: (LONG, 1, struct.pack("<I", 99_999_999))}))  # fmt: skip
        assert np.array_equal(read(rewritten(path)).image[20:], NOISE[20:])


@pytest.mark.parametrize("kind", ["raw", "16 bits"])
def test_a_tag_that_cannot_be_read_is_dropped_and_told(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is known of which Pillow 13.0.0 cannot read a tag that it lists; others could."""
    copy = tiff.copy_tag

    def failing(source: Image.Exif, tag: int, target: Image.Exif) -> None:
        if tag == 305:
            raise ValueError("odd")
        copy(source, tag, target)

    path = tmp_path / "page.tif"
    path.write_bytes(with_tags(tiff_of(kind), {305: (ASCII, 5, b"some\0"), 306: (ASCII, 5, b"then\0")}))
    monkeypatch.setattr(tiff, "copy_tag", failing)
    page = read(path)
    assert page.notes == ["its tag 305 is broken: it is dropped"]
    assert (305 in page.exif, page.exif[306]) == (False, "then")
    assert np.array_equal(page.image, NOISE)


@pytest.mark.parametrize("suffix", [".webp", ".tif"])
def test_large_xmp_is_kept(tmp_path: Path, suffix: str) -> None:
    path, xmp = tmp_path / f"page{suffix}", b"<x:xmpmeta>" + np.random.default_rng(1).bytes(2 << 20)
    if suffix == ".webp":
        Image.fromarray(NOISE).save(path, lossless=True, xmp=xmp)
    else:
        path.write_bytes(with_tags(tiff_of("tiff_lzw"), {700: (1, len(xmp), xmp)}))
    with Image.open(rewritten(path)) as result:
        assert result.info["xmp"] == xmp
    assert read(path).notes == []


def test_a_profile_that_is_ignored_is_told_to_the_user(model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    Image.fromarray(NOISE).save(path, icc_profile=b"no profile at all" * 20)
    notes = clean_file(
        PageFiles(path, tmp_path / "out.png", {}), SegmentAndFill(SegmentationModel(model_file), fill="flat")
    ).notes
    assert len(notes) == 1
    assert "its ICC profile is broken" in notes[0]


def test_12_bits_are_read_in_full_and_this_is_told(tmp_path: Path) -> None:
    values = np.array([[0, 200], [2048, 4095]])
    packed = bytes((0, 0, 200, 0x80, 0x0F, 0xFF))
    tags = {256: 2, 257: 2, 258: 12, 259: 1, 262: 1, 273: 8 + 2 + 12 * 9 + 4, 277: 1, 278: 2, 279: len(packed)}
    entries = b"".join(struct.pack("<HHII", tag, LONG, 1, value) for tag, value in tags.items())
    path = tmp_path / "page.tif"
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + packed)
    page = read(path)
    assert np.array_equal(page.image[..., 0], np.rint(values * 255 / 4095))
    assert page.notes == ["its 12 bits are written as 16"]


def test_the_limit_counts_bytes_too(tmp_path: Path) -> None:
    wide = NOISE.astype(np.uint16) * 257
    Image.fromarray(NOISE).save(tmp_path / "narrow.png")
    (tmp_path / "wide.png").write_bytes(encode_16_bit(wide))
    (tmp_path / "wide.tif").write_bytes(wide_tiff(wide, RGB))
    assert read(tmp_path / "narrow.png", max_pixels=40 * 48).image.shape == NOISE.shape
    for name in ("wide.png", "wide.tif"):
        assert read(tmp_path / name, max_pixels=40 * 48 * 3 // 2).image.shape == NOISE.shape
        with pytest.raises(UserError, match="48x40 pixels of 6 bytes are more than 4 bytes for each of 1920 pixels"):
            read(tmp_path / name, max_pixels=40 * 48)


@pytest.mark.parametrize("suffix", [".gif", ".tif", ".webp", ".png"])
def test_frames_are_not_walked_to_count_them(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"page{suffix}"
    others = [Image.fromarray(np.roll(NOISE, number, 0)) for number in (1, 2, 3)]
    Image.fromarray(NOISE).save(path, save_all=True, append_images=others, lossless=True)
    sought = []
    for plugin in (GifImagePlugin.GifImageFile, TiffImagePlugin.TiffImageFile):
        seek = plugin._seek
        monkeypatch.setattr(plugin, "_seek", lambda *given, seek=seek: sought.append(given[1]) or seek(*given))
    assert read(path).notes == ["the first of several frames"]
    assert max(sought, default=0) <= 1

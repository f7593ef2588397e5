"""The command on pages of every format: each comes back as one of its own, in books, with masks and on sheets too."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pylibjxl
import pytest
from drawn_books import members_of, write_zip
from infer_command import files, run
from PIL import Image
from standin_model import lettered_page

from textrm.pictures.read import read, read_open

SUFFIXES = {
    "avif": "AVIF",
    "jp2": "JPEG2000",
    "j2k": "JPEG2000",
    "jxl": "JXL",
    "ppm": "PPM",
    "pgm": "PPM",
    "pbm": "PPM",
}
LETTERS = lettered_page()


def drawn(suffix: str, pixels: np.ndarray = LETTERS) -> bytes:
    """A page as a file of this suffix, without loss where Pillow can."""
    mode = {"pgm": "L", "pbm": "1"}.get(suffix, "RGB")
    if suffix == "jxl":
        return pylibjxl.encode(np.ascontiguousarray(pixels), lossless=True, effort=3)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(
        buffer, SUFFIXES[suffix], **({"quality": 90} if suffix == "avif" else {})
    )
    return buffer.getvalue()


def check(before: bytes, after: bytes, suffix: str) -> None:
    page, clean = (read_open(io.BytesIO(content)) for content in (before, after))
    assert page.format == clean.format == SUFFIXES[suffix]
    assert page.mode == clean.mode
    assert page.image.min() < 60
    assert clean.image.min() > 240
    rows = np.flatnonzero((page.image.min(2) < 200).any(1))
    assert rows[0] > 14
    assert np.array_equal(clean.image[: rows[0] - 12], page.image[: rows[0] - 12])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_page_comes_back_in_its_format(model_file: Path, tmp_path: Path, suffix: str) -> None:
    source = tmp_path / "in" / f"page.{suffix}"
    source.parent.mkdir()
    source.write_bytes(drawn(suffix))
    result = run(model_file, source.parent, "-o", tmp_path / "out", "--sheet", "--mask")
    assert result.exit_code == 0, result.output
    assert {f"page.{suffix}", "page.mask.png", "sheet.html"} <= set(files(tmp_path / "out"))
    check(source.read_bytes(), (tmp_path / "out" / source.name).read_bytes(), suffix)
    assert run(model_file, source.parent, "-o", tmp_path / "png", "--format", "png").exit_code == 0
    assert read(tmp_path / "png" / "page.png").image.min() > 240


def test_a_page_of_which_nothing_goes_keeps_its_bytes(model_file: Path, tmp_path: Path) -> None:
    """A lossy format would lose a little more."""
    source = tmp_path / "in" / "page.jpg"
    source.parent.mkdir()
    pixels = np.random.default_rng(0).integers(200, 256, (80, 64, 3), np.uint8)
    Image.fromarray(pixels).save(source, quality=60, comment="mine")
    assert run(model_file, source.parent, "-o", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "page.jpg").read_bytes() == source.read_bytes()
    assert run(model_file, source.parent, "-o", tmp_path / "png", "--format", "png").exit_code == 0
    assert np.array_equal(read(tmp_path / "png" / "page.png").image, read(source).image)


def test_a_book_of_all_of_them(model_file: Path, tmp_path: Path) -> None:
    members = {f"ch/{suffix}.{suffix}": drawn(suffix) for suffix in SUFFIXES}
    bare = drawn("avif", np.full_like(LETTERS, 255))
    path = write_zip(tmp_path / "book.cbz", {**members, "bare.avif": bare, "cut.jp2": members["ch/jp2.jp2"][:-9]})
    result = run(model_file, path, "-o", tmp_path / "out", "--sheet")
    assert f"failed: {path}/cut.jp2: the picture is damaged: it is cut off" in result.output
    after = members_of(tmp_path / "out" / "book.cbz")
    assert list(after) == [*members, "bare.avif", "cut.jp2"]
    assert after["bare.avif"] == bare
    assert after["cut.jp2"] == members["ch/jp2.jp2"][:-9]
    for suffix in SUFFIXES:
        check(members[f"ch/{suffix}.{suffix}"], after[f"ch/{suffix}.{suffix}"], suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_masks_may_be_of_them(model_file: Path, tmp_path: Path, suffix: str) -> None:
    source, masks = tmp_path / "page.png", tmp_path / "masks"
    Image.fromarray(LETTERS).save(source)
    masks.mkdir()
    (masks / f"page.{suffix}").write_bytes(drawn(suffix, np.where(LETTERS < 128, 255, 0).astype(np.uint8)))
    result = run(model_file, source, "-o", tmp_path / "out", "--masks", masks)
    assert result.exit_code == 0, result.output
    assert read(tmp_path / "out" / "page.png").image.min() > 240
    (masks / f"page.{suffix}").write_bytes(drawn(suffix, np.zeros_like(LETTERS)))
    run(model_file, source, "-o", tmp_path / "none", "--masks", masks)
    assert np.array_equal(read(tmp_path / "none" / "page.png").image, LETTERS)


def test_without_the_extra_it_is_said_what_to_install(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.jxl").write_bytes(drawn("jxl"))
    monkeypatch.setitem(sys.modules, "pylibjxl", None)
    result = run(model_file, tmp_path / "page.jxl", "-o", tmp_path / "out")
    told = "this needs pylibjxl, which is not installed: pip install 'textrm[jxl]'"
    assert f"failed: {tmp_path}/page.jxl: {told}" in result.output

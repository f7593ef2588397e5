"""JPEG files that lack their end, or say odd things beside their pixels."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rewriting import ICC, rewritten

from textrm.errors import UserError
from textrm.pictures.read import read

NOISE = np.random.default_rng(0).integers(0, 256, (61, 83, 3), dtype=np.uint8)


def encoded(mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(NOISE).convert(mode).save(buffer, "JPEG", quality=88, **options)
    return buffer.getvalue()


def with_segment(marker: int, content: bytes) -> bytes:
    whole = encoded()
    return whole[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + whole[2:]


def page_of(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "page.jpg"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_a_missing_end_marker_alone_costs_nothing_and_is_told(
    tmp_path: Path, mode: str, options: dict[str, Any]
) -> None:
    content = encoded(mode, **options)
    whole = read(page_of(tmp_path, content))
    assert whole.notes == []
    for length in (1, 2):
        page = read(page_of(tmp_path, content[:-length]))
        assert np.array_equal(page.image, whole.image)
        assert page.mode == mode
        assert page.notes == ["its end marker is missing; its pixels are whole"]
    for length in (5, 12, 40, len(content) // 2):
        for filler in (b"", b"\0" * length, b"\0" * 4000):
            with pytest.raises(UserError, match="damaged"):
                read(page_of(tmp_path, content[:-length] + filler))


@pytest.mark.parametrize(
    ("marker", "content", "note"),
    [
        (0xE1, b"Exif\0\0" + bytes(range(60)), "its EXIF is broken"),
        (0xE2, b"ICC_PROFILE\0\1\3" + ICC, "its ICC profile is not whole: it is dropped"),
        (0xE2, b"ICC_PROFILE\0", "what it says beside its pixels is broken: it is dropped"),
        (0xE0, b"JFIF", "what it says beside its pixels is broken: it is dropped"),
        (0xEE, b"Adobe", "what it says beside its pixels is broken: it is dropped"),
    ],
)
def test_what_is_odd_beside_the_pixels_is_dropped_and_told(
    tmp_path: Path, marker: int, content: bytes, note: str
) -> None:
    path = page_of(tmp_path, with_segment(marker, content))
    page = read(path)
    assert [told[: len(note)] for told in page.notes] == [note]
    assert np.array_equal(page.image, read(page_of(tmp_path, encoded())).image)
    page_of(tmp_path, with_segment(marker, content))
    assert read(rewritten(path)).notes == []


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_cut_between_two_scans_is_found(tmp_path: Path, mode: str) -> None:
    content = encoded(mode, progressive=True)
    scans = [at for at in range(len(content)) if content.startswith(b"\xff\xda", at)]
    assert len(scans) > 4
    for at in scans[1:]:
        before = max(content.rfind(b"\xff\xc4", 0, at), scans[0])  # its tables come before it
        for cut in {at, before if content.find(b"\xff\xda", before + 1) == at else at}:
            with pytest.raises(UserError, match="damaged"):
                read(page_of(tmp_path, content[:cut]))


def test_the_last_byte_of_the_pixels_may_be_zero(tmp_path: Path) -> None:
    path, rng = tmp_path / "page.jpg", np.random.default_rng(0)
    for _ in range(20_000):  # about one of a thousand
        buffer = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(buffer, "JPEG", quality=75)
        content = buffer.getvalue()
        if content[-3] == 0 and content[-4] != 0xFF:
            break
    path.write_bytes(content)
    whole = read(path).image
    path.write_bytes(content[:-2])
    assert content[-3] == 0
    assert np.array_equal(read(path).image, whole)


def test_colours_keep_their_meaning_where_odd_words_are_dropped(tmp_path: Path) -> None:
    path = page_of(tmp_path, encoded("CMYK"))
    plain = read(path)
    whole = path.read_bytes()
    odd = b"ICC_PROFILE\0"
    path.write_bytes(whole[:2] + struct.pack(">BBH", 0xFF, 0xE2, len(odd) + 2) + odd + whole[2:])
    page = read(path)
    assert page.notes == ["what it says beside its pixels is broken: it is dropped"]
    assert np.array_equal(page.image, plain.image)  # inverted ink, as the marker Adobe says


@pytest.mark.parametrize("progressive", [False, True])
def test_markers_may_have_fill_bytes_before_them(tmp_path: Path, progressive: bool) -> None:
    whole = encoded(progressive=progressive)
    expected = read(page_of(tmp_path, whole)).image
    tables, scan = whole.index(b"\xff\xdb"), whole.index(b"\xff\xda")
    for at in (2, tables, scan, len(whole) - 2):
        filled = whole[:at] + b"\xff" * 5 + whole[at:]
        page = read(page_of(tmp_path, filled))
        assert np.array_equal(page.image, expected)
        assert page.notes == []
        assert read(page_of(tmp_path, filled[:-2])).notes == ["its end marker is missing; its pixels are whole"]
        with pytest.raises(UserError, match="damaged"):
            read(page_of(tmp_path, filled[: len(filled) // 2]))

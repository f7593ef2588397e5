"""Fax code that ends in zeros: in whole files it is padding, in others pixels are missing."""

from __future__ import annotations

import io
import re
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from textrm.errors import UserError
from textrm.pictures.read import read

WIDTH, HEIGHT = 83, 61
KINDS = {"group 4": ("group4", {}), "group 3": ("group3", {}), "group 3, two-dimensional": ("group3", {292: 1}),
         "group 3, ends of lines in bytes": ("group3", {292: 4}), "lines in bytes": ("tiff_ccitt", {})}  # fmt: skip
ENDS = re.compile(r"0{11,}1(0{11,}1)+0*$")  # what ends code: two ends of lines or more


def drawn(noise: bool = False) -> Image.Image:
    if noise:
        return Image.fromarray(np.random.default_rng(0).integers(0, 2, (HEIGHT, WIDTH), np.uint8) * 255).convert("1")
    pixels = np.full((HEIGHT, WIDTH), 255, np.uint8)
    cv2.putText(pixels, "fax", (4, 50), cv2.FONT_HERSHEY_DUPLEX, 1.6, 0, 2)
    return Image.fromarray(pixels).convert("1")


def strips(picture: Image.Image, kind: str, rows: int) -> tuple[list[bytes], int, int]:
    """The code of each strip, and TIFF's compression and options."""
    compression, tags = KINDS[kind]
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", compression=compression, tiffinfo={262: 0, 278: rows, **tags})
    buffer.seek(0)
    with TiffImageFile(buffer) as tiff:
        found = tiff.tag_v2
        places = zip(found[273], found[279], strict=True)
        return [buffer.getvalue()[at : at + size] for at, size in places], found[259], found.get(292, 0)


def tiff_of(codes: list[bytes], compression: int, options: int, rows: int, order: int = 1) -> bytes:
    """A TIFF of strips; with ``order`` 2 the first bit of each byte is the lowest."""
    if order == 2:
        codes = [bytes(int(f"{byte:08b}"[::-1], 2) for byte in code) for code in codes]
    tags = {256: [WIDTH], 257: [HEIGHT], 258: [1], 259: [compression], 262: [0], 266: [order], 273: [], 277: [1],
            278: [rows], 279: [len(code) for code in codes], 292: [options]}  # fmt: skip
    if compression != 3:
        del tags[292]
    at = 8 + 2 + 12 * len(tags) + 4
    arrays = at + 8 * len(codes)
    tags[273] = [arrays + sum(map(len, codes[:number])) for number in range(len(codes))]
    directory, behind = b"", b""
    for tag, values in tags.items():
        value = values[0] if len(values) == 1 else at + len(behind)
        behind += struct.pack(f"<{len(values)}I", *values) if len(values) > 1 else b""
        directory += struct.pack("<HHII", tag, 4, len(values), value)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + directory + bytes(4)
    return head + behind.ljust(8 * len(codes), b"\0") + b"".join(codes)


def bits_of(code: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in code)


def bytes_of(bits: str) -> bytes:
    size = (len(bits) + 7) // 8
    return int(bits.ljust(8 * size, "0") or "0", 2).to_bytes(size, "big")


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("rows", [HEIGHT, 16])
@pytest.mark.parametrize("kind", KINDS)
def test_whole_code_may_end_in_zeros(tmp_path: Path, kind: str, rows: int, order: int) -> None:
    path = tmp_path / "page.tif"
    for noise in (False, True):
        picture = drawn(noise)
        whole, compression, options = strips(picture, kind, rows)
        bare = [bytes_of(ENDS.sub("", bits_of(code))) for code in whole]  # as programs write that leave out the end
        for codes in (whole, bare):
            for padding in (0, 1, 2, 3, 40):
                filled = [code + bytes(padding) for code in codes]
                path.write_bytes(tiff_of(filled, compression, options, rows, order))
                page = read(path)
                assert page.notes == []
                assert np.array_equal(page.image[..., 0] > 0, np.asarray(picture))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("rows", [HEIGHT, 16])
@pytest.mark.parametrize("kind", KINDS)
def test_code_that_was_cut_off_and_filled_up_with_zeros_is_damaged(
    tmp_path: Path, kind: str, rows: int, order: int
) -> None:
    path, reasons = tmp_path / "page.tif", []
    picture = drawn()
    whole, compression, options = strips(picture, kind, rows)
    length = sum(map(len, whole))
    content = tiff_of(whole, compression, options, rows, order)
    for cut in range(1, length + 1):
        path.write_bytes(content[:-cut] + bytes(cut))
        try:
            page = read(path)
        except UserError as error:
            reasons.append(str(error))
        else:  # what was lost is no pixel, or white
            assert np.array_equal(page.image[..., 0] > 0, np.asarray(picture)), cut
    assert all(reason.startswith("the picture is damaged: ") for reason in reasons)
    assert len(reasons) > 0.8 * length


@pytest.mark.parametrize(("kind", "mark"), [("group 4", ""), ("group 3", "000000000001" * 6)])
def test_code_that_ends_early_by_its_own_mark_is_whole(tmp_path: Path, kind: str, mark: str) -> None:
    path, rows = tmp_path / "page.tif", HEIGHT - 9
    picture = drawn()
    (code,), compression, options = strips(picture.crop((0, 0, WIDTH, rows)), kind, rows)
    code = bytes_of(bits_of(code) + mark) + bytes(40)
    path.write_bytes(tiff_of([code], compression, options, HEIGHT))  # as of programs that guess the height
    assert np.array_equal(read(path).image[:rows, :, 0] > 0, np.asarray(picture)[:rows])

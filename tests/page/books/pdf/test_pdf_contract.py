"""PDFs keep the contract of books, whatever kind of image their scans are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from book_contract import check_book
from drawn_pdfs import (
    Adding,
    all_but_images,
    ccitt,
    ccitt_in_bytes,
    grey_jpeg,
    grey_of,
    indexed,
    ink_jpeg,
    inverted,
    jbig2,
    jpeg,
    jpeg_2000,
    jpeg_2000_colour,
    jpeg_2000_indexed,
    profiled,
    rgb,
    runs,
    separation,
    wide,
    wide_inverted,
    wide_rgb,
    write_pdf,
)  # fmt: skip
from standin_model import lettered_page

GREY = np.full((97, 83), 255, np.uint8)  # odd sides: rows end within a byte
GREY[:90, :75] = lettered_page(90, 75)[..., 0]
KINDS = {
    "jpeg": (jpeg, "/DCTDecode", 6), "grey jpeg": (grey_jpeg, "/DCTDecode", 6), "rgb": (rgb, "/FlateDecode", 0),
    "profiled": (profiled, "/FlateDecode", 0), "grey 8": (grey_of(8), "/FlateDecode", 0),
    "grey 4": (grey_of(4), "/FlateDecode", 0), "grey 2": (grey_of(2), "/FlateDecode", 0),
    "grey 1": (grey_of(1), "/FlateDecode", 0), "indexed 8": (indexed(8), "/FlateDecode", 0),
    "indexed 4": (indexed(4), "/FlateDecode", 0), "indexed 1": (indexed(1), "/FlateDecode", 0),
    "ccitt": (ccitt, "/CCITTFaxDecode", 0), "ccitt in bytes": (ccitt_in_bytes, "/CCITTFaxDecode", 0),
    "jpeg 2000": (jpeg_2000, "/JPXDecode", 0),
    "16 bits": (wide, "/FlateDecode", 0), "16 bits rgb": (wide_rgb, "/FlateDecode", 1),
    "16 bits inverted": (wide_inverted, "/FlateDecode", 0), "inverted": (inverted, "/FlateDecode", 0),
    "separation": (separation, "/FlateDecode", 40), "jpeg 2000 rgb": (jpeg_2000_colour, "/JPXDecode", 0),
    "jpeg 2000 indexed": (jpeg_2000_indexed, "/JPXDecode", 0), "jbig2": (jbig2, "/JBIG2Decode", 0),
    "ink jpeg": (ink_jpeg, "/DCTDecode", 6), "runs": (runs, "/RunLengthDecode", 0),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_pdf(tmp_path: Path, kind: str) -> None:
    add, written, off = KINDS[kind]
    path = write_pdf(tmp_path / "book.pdf", [GREY, GREY[::-1].copy(), GREY], add)
    shown = [np.stack([page] * 3, axis=-1) for page in (GREY, GREY[::-1], GREY)]
    check_book(path, shown, all_but_images, off)
    with pikepdf.open(path) as pdf:
        assert {str(page.obj.Resources.XObject.Im.Filter) for page in pdf.pages} == {written}
    with pikepdf.open(tmp_path / "written.pdf") as pdf:
        kept = {"jpeg 2000 indexed": "/FlateDecode", "jbig2": "/CCITTFaxDecode", "runs": "/FlateDecode"}.get(
            kind, written
        )
        assert str(pdf.pages[2].obj.Resources.XObject.Im.Filter) == kept
        assert str(pdf.pages[1].obj.Resources.XObject.Im.Filter) == written


@pytest.mark.parametrize("add", [grey_of(8), jpeg, grey_of(1)])
@pytest.mark.parametrize(("turn", "steps"), [(0, 0), (90, -1), (180, 2), (270, 1)])
def test_turned_pages(tmp_path: Path, add: Adding, turn: int, steps: int) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY, GREY], add, Rotate=turn)
    shown = np.stack([np.rot90(GREY, steps)] * 3, axis=-1)
    check_book(path, [shown, shown], all_but_images, 6 * (add is jpeg))

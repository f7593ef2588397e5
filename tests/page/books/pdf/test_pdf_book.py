"""Which pages of a PDF are scans, how they lie, what is told of the others, and what comes out."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from drawn_pdfs import (
    Adding,
    all_but_images,
    grey_of,
    inverted,
    jbig2,
    jpeg,
    jpeg_2000,
    wide,
    wide_inverted,
    wide_levels,
    wide_rgb,
    write_pdf,
)  # fmt: skip
from infer_command import files, run
from pikepdf import Array, Dictionary, Name
from PIL import Image
from standin_model import lettered_page

from textrm.errors import UserError
from textrm.page.books.book import Contents
from textrm.page.books.opening import open_book
from textrm.pictures.read import read_open

GREY = lettered_page()[..., 0]
BARE = np.full((96, 80), 255, np.uint8)


def contents(path: Path) -> Contents:
    return open_book(path, path.parent / "work").contents()


def shown(path: Path) -> list[np.ndarray]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [np.asarray(page.render(scale=0.25).to_pil().convert("L")) for page in document]
    finally:
        document.close()


def test_a_pdf_is_cleaned_into_a_pdf(model_file: Path, tmp_path: Path) -> None:
    path, out = write_pdf(tmp_path / "in" / "book.pdf", [GREY, BARE, GREY], grey_of(8)), tmp_path / "out"
    result = run(model_file, tmp_path / "in", "-o", out, "--mask", "--jobs", 2)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "3 pages cleaned, 1 book written"
    assert files(out) == ["book.pdf", *(f"book/page-000{number}.mask.png" for number in (1, 2, 3))]
    assert [page.min() < 50 for page in shown(path)] == [True, False, True]
    assert [page.min() for page in shown(out / "book.pdf")] == [255, 255, 255]
    assert all_but_images(out / "book.pdf") == all_but_images(path)
    with pikepdf.open(path) as before, pikepdf.open(out / "book.pdf") as after:
        images = [pdf.pages[1].obj.Resources.XObject.Im for pdf in (before, after)]
        assert images[0].read_raw_bytes() == images[1].read_raw_bytes()  # nothing stood there
    assert "3 were done already" in run(model_file, tmp_path / "in", "-o", out, "--mask").output


@pytest.mark.parametrize(
    ("add", "words"),
    [
        (inverted, "was of a kind that is not written: it is grey or RGB of 8 bits in Flate now"),
        (wide_inverted, "was of 16 bits, of a kind that is not written: it is grey or RGB of 8 bits in Flate now"),
        (jbig2, "was JBIG2, which is not written: it is fax code (CCITT group 4) now"),
    ],
)
def test_kinds_that_are_not_written_are_told(model_file: Path, tmp_path: Path, add: Adding, words: str) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY, BARE], add)
    result = run(model_file, path, "-o", tmp_path / "out")
    assert f"note: {path}: page 1: {words}" in result.output
    assert [page.min() for page in shown(tmp_path / "out" / "book.pdf")] == [255, 255]


def test_jbig2_is_read_as_another_program_reads_it(tmp_path: Path) -> None:
    program = shutil.which("jbig2dec")
    if program is None:
        pytest.skip("no jbig2dec: JBIG2 is not compared with what another program reads")
    shapes = np.where(np.add.outer(np.arange(96) // 7, np.arange(83) // 5) % 3, GREY[:, :1], 0).astype(np.uint8)
    shapes[40:50, 3:80:2] = 0
    path = write_pdf(tmp_path / "book.pdf", [shapes], jbig2)
    book = open_book(path, tmp_path)
    (member,) = book.contents().pages
    ours = read_open(io.BytesIO(book.read(member))).image[..., 0]
    with pikepdf.open(path) as pdf:
        (tmp_path / "page.jb2").write_bytes(pdf.pages[0].obj.Resources.XObject.Im.read_raw_bytes())
    command = [program, "--quiet", "--embedded", "--format", "png", "--output", tmp_path / "page.png",
               tmp_path / "page.jb2"]  # fmt: skip
    subprocess.run(command, check=True)
    assert np.array_equal(ours, np.asarray(Image.open(tmp_path / "page.png").convert("L")))
    assert np.array_equal(ours, shapes)


@pytest.mark.parametrize("add", [wide_rgb, wide])
def test_16_bits_stay(model_file: Path, tmp_path: Path, add: Adding) -> None:
    shades = GREY.copy()
    shades[60:] = np.arange(200, 236)[:, None]
    path = write_pdf(tmp_path / "book.pdf", [shades], add)
    result = run(model_file, path, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "8 bits" not in result.output
    with pikepdf.open(tmp_path / "out" / "book.pdf") as pdf, pikepdf.open(path) as source:
        scans = [one.pages[0].obj.Resources.XObject.Im for one in (source, pdf)]
        before, after = (np.frombuffer(scan.read_bytes(), ">u2").reshape(96, 80, -1).astype(int) for scan in scans)
        assert (int(scans[1].BitsPerComponent), str(scans[1].Filter)) == (16, "/FlateDecode")
    if add is wide_rgb:
        assert np.array_equal(before, wide_levels(shades))
        assert len(np.unique(before % 257)) > 3  # no levels of 8 bits
    assert (before[20:32, 16:24] < 257).all()
    assert (after[20:32, 16:24] > 257 * 254).all()
    assert np.array_equal(before[45:], after[45:])


@pytest.mark.parametrize(
    ("content", "keys", "orientation"),
    [
        ("600 0 0 800 0 0 cm /Im Do", {}, 1), ("-600 0 0 800 600 0 cm /Im Do", {}, 2),
        ("-600 0 0 -800 600 800 cm /Im Do", {}, 3), ("600 0 0 -800 0 800 cm /Im Do", {}, 4),
        ("0 800 -600 0 600 0 cm /Im Do", {}, 8), ("0 -800 600 0 0 800 cm /Im Do", {}, 6),
        ("600 9 -9 800 0 0 cm /Im Do", {}, 1), ("2 0 0 2 0 0 cm 0 400 -300 0 300 0 cm /Im Do", {"Rotate": 90}, 1),
        ("900 0 0 1000 -100 -100 cm /Im Do", {"CropBox": [50, 60, 550, 700]}, 1),
    ],
)  # fmt: skip
def test_how_a_scan_lies(tmp_path: Path, content: str, keys: dict[str, object], orientation: int) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY], grey_of(8), content, **keys)
    assert [page.orientation for page in contents(path).pages] == [orientation]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("0 0 600 800 re f", "page 1: is drawn and no scan"),
        ("100 0 0 100 0 0 cm /Im Do", "page 1: is drawn and no scan"),
        ("q 600 0 0 400 0 0 cm /Im Do Q 600 0 0 400 0 400 cm /Im Do", "page 1: is put together of several pictures"),
    ],
)
def test_pages_that_are_no_scans_are_told_and_stay(tmp_path: Path, content: str, words: str) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY], grey_of(8), content)
    with pytest.raises(UserError, match=f"it holds no scan: {words}"):
        contents(path)


def test_text_beside_a_scan_is_told_unless_it_is_for_searching(tmp_path: Path) -> None:
    scan = "q 600 0 0 800 0 0 cm /Im Do Q BT {} (HELLO) Tj ET"
    assert contents(write_pdf(tmp_path / "a.pdf", [GREY], jpeg, scan.format("3 Tr"))).notes == []
    notes = contents(write_pdf(tmp_path / "b.pdf", [GREY, GREY], jpeg, scan.format("0 Tr"))).notes
    assert notes == ["page 1, 2: has text beside its scan, which stays"]


def test_damaged_jpeg_2000_costs_its_page_only(model_file: Path, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY, GREY], jpeg_2000)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        scan = pdf.pages[0].obj.Resources.XObject.Im
        scan.write(bytes(scan.read_raw_bytes())[:-200] + bytes(200), filter=Name.JPXDecode)
        pdf.save(path)
    result = run(model_file, path, "-o", tmp_path / "out")
    assert f"failed: {path}/page-0001: " in result.output
    assert [page.min() for page in shown(tmp_path / "out" / "book.pdf")][1] == 255


def test_scans_with_masks_are_told(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY, GREY], grey_of(8))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.Resources.XObject.Im["/Mask"] = Array([0, 0])
        pdf.save(path)
    found = contents(path)
    assert [page.name for page in found.pages] == ["page-0002"]
    assert found.notes == ["page 1: stays as it is, for its scan is a mask or has one, as scans in layers do"]


def test_a_scan_in_a_form_and_one_that_pages_share(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY, GREY], grey_of(8), "/Fm Do")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        form = pdf.make_stream(b"1 0 0 1 0 0 cm /Im Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1],
                               Matrix=[600, 0, 0, 800, 0, 0], Resources=pdf.pages[0].obj.Resources)  # fmt: skip
        for page in pdf.pages:
            page.obj["/Resources"] = Dictionary(XObject=Dictionary(Fm=form))
        pdf.save(path)
    assert [page.number for page in contents(path).pages] == [0]


def test_an_encrypted_and_a_damaged_pdf(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY], jpeg)
    content = path.read_bytes()
    for user in ("secret", ""):
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user=user))
        with pytest.raises(UserError, match="it is encrypted: take its password"):
            contents(path)
        path.write_bytes(content)
    path.write_bytes(content[:200])
    with pytest.raises(UserError, match=r"the PDF is damaged|it holds no scan"):
        contents(path)


def test_without_the_extra_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_pdf(tmp_path / "a.pdf", [GREY], jpeg)
    for name in [name for name in sys.modules if name.startswith("textrm.page.books.pdf")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pikepdf", None)
    with pytest.raises(UserError, match=r"this needs pikepdf, which is not installed: pip install 'textrm\[pdf\]'"):
        contents(path)

"""Whatever stands in a PDF, it costs a page or the book, in one line, and what would take all memory is refused.

Longer than other files: there are many ways to be damaged, and one way to look for what is said of each.
"""

from __future__ import annotations

import logging
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from drawn_pdfs import ccitt, fax, grey_of, image, indexed, jpeg, write_pdf
from pikepdf import Array, Dictionary, Name
from standin_model import lettered_page
from time_limit import time_limit

from textrm.errors import UserError
from textrm.page.books.opening import open_book
from textrm.page.books.pdf.bounds import unpacked
from textrm.pictures.read import read

GREY = lettered_page()[..., 0]
OTHERS: tuple[Any, ...] = (None, -1, 10**12, 0.5, Name.Odd, b"\xff\xfe", [b"\x80"], {})
ZEROS = 8_000_000  # bytes


def other(value: object) -> object:
    """An object of a PDF of one of the types that there are; a name that is no text among them."""
    if isinstance(value, bytes):
        return pikepdf.Object.parse(b"/A#88\xff") if value == b"\xff\xfe" else pikepdf.String(value)
    if isinstance(value, list):
        return Array([other(one) for one in value])
    return Dictionary() if value == {} else value


def read_all(path: Path) -> list[str]:
    """What is said of the pages; every page that can be read is written back."""
    said: list[str] = []
    try:
        book = open_book(path, path.parent)
        contents = book.contents()
        said += contents.notes
        results = {}
        for member in contents.pages:
            try:
                content = book.read(member)
            except UserError as error:
                said.append(str(error))
                continue
            (path.parent / f"page-{member.number}").write_bytes(content)
            results[member.number] = path.parent / f"page-{member.number}"
        with (path.parent / "written").open("wb+") as file:
            book.write(file, results)
    except UserError as error:
        said.append(str(error))
    assert not any("\n" in line for line in said)
    return said


@pytest.mark.parametrize("add", [jpeg, indexed(4)])
def test_any_object_may_be_of_another_type(tmp_path: Path, add, capfd: pytest.CaptureFixture[str]) -> None:
    path, said = write_pdf(tmp_path / "whole.pdf", [GREY[:8, :8]], add), []
    with pikepdf.open(path) as pdf:
        page = pdf.pages[0].obj
        places = [*[("", key) for key in list(page)], ("", "/Rotate"), ("", "/CropBox"),
                  *[("/Im", key) for key in (*page.Resources.XObject.Im.keys(), "/Decode", "/Mask")],
                  ("/Resources", "/XObject"), ("/XObject", "/Im")]  # fmt: skip
    for within, key in places:
        for value in OTHERS:
            with pikepdf.open(path) as pdf:
                page = pdf.pages[0].obj
                resources = page.Resources
                holds: dict[str, Any] = {
                    "": page,
                    "/Resources": resources,
                    "/XObject": resources.XObject,
                    "/Im": resources.XObject.Im,
                }
                try:
                    holds[within][key] = other(value)
                except (ValueError, KeyError):  # what pikepdf does not let be written
                    continue
                pdf.save(tmp_path / "odd.pdf", compress_streams=False)
            said += read_all(tmp_path / "odd.pdf")
    assert sum("damaged" in line or "cannot be read" in line for line in said) > 20
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("key", "value"), [("/Rotate", Name.Odd), ("/CropBox", Name.Odd)])
def test_a_page_of_other_types_costs_itself_and_no_other(tmp_path: Path, key: str, value: object) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY[:8, :8]] * 3, grey_of(8))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[1].obj[key] = value
        pdf.save(path)
    contents = open_book(path, tmp_path).contents()
    assert [page.number for page in contents.pages] == [0, 2]
    assert contents.notes == ["page 2: is damaged: it stays as it is"]
    assert read_all(path) == contents.notes


@pytest.mark.parametrize("content", [
    b"/Im Do 1 0 0 1 0 cm", b"(a) 0 0 1 0 0 cm /Im Do", b"/Other Do", b"(Im) Do", b"[ Tr", b"\xff\xfe Do",
    b"/Im Do 0 1",
])  # fmt: skip
def test_what_a_page_draws_may_be_odd(
    tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY[:8, :8]], grey_of(8))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(content)
        pdf.save(path)
    assert len(read_all(path)) <= 1
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        objects = pdf.pages[0].obj.Resources.XObject
        objects.Fm = pdf.make_stream(content, Subtype=Name.Form, BBox=[0, 0, 1, 1])
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"/Fm Do")
        pdf.save(path)
    assert len(read_all(path)) <= 1
    assert (capfd.readouterr().err, list(recwarn)) == ("", [])


def test_colours_that_the_palette_lacks(tmp_path: Path) -> None:
    numbers = np.array([[0, 1, 2, 3]] * 4, np.uint8)
    path = write_pdf(tmp_path / "book.pdf", [numbers], lambda pdf, shown: image(
        pdf, shown.shape, zlib.compress(shown.tobytes()), "FlateDecode",
        Array([Name.Indexed, Name.DeviceRGB, 2, pikepdf.String(b"\xff\0\0\0\xff\0")]), 8))  # fmt: skip
    book = open_book(path, tmp_path)
    (member,) = book.contents().pages
    (tmp_path / "page.png").write_bytes(book.read(member))
    # Of three colours the third is not told: black. A number beyond them is that of the last.
    assert read(tmp_path / "page.png").image[0].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 0], [0, 0, 0]]


def lzw_of_zeros(size: int) -> bytes:
    """Code of LZW: each number stands for one zero more than the one before it."""
    codes, done = [], 0
    while done < size:
        codes.append((256, 9 if not done else 12))
        codes.append((0, 9))
        codes += [(code, (code + 1).bit_length()) for code in range(258, 4090)]
        done += sum(range(1, 4090 - 258 + 2))
    bits = "".join(f"{code:0{width}b}" for code, width in [*codes, (257, 12)])
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


BOMBS = {
    "Flate": lambda: zlib.compress(bytes(ZEROS), 9),
    "Flate Flate": lambda: zlib.compress(zlib.compress(bytes(ZEROS), 9), 9),
    "LZW": lambda: lzw_of_zeros(ZEROS),
    "ASCIIHex LZW": lambda: lzw_of_zeros(ZEROS).hex().encode() + b">",
    "RunLength": lambda: b"\x81\0" * (ZEROS // 128),
    "Flate RunLength": lambda: zlib.compress(b"\x81\0" * (ZEROS // 128), 9),
}


@pytest.mark.parametrize("filters", sorted(BOMBS))
def test_what_would_fill_the_memory_is_refused_before_it_does(tmp_path: Path, filters: str) -> None:
    bomb = BOMBS[filters](), Array([Name(f"/{name}Decode") for name in filters.split()])
    scan = zlib.compress(bytes(1600)), Name.FlateDecode
    drawing = b"600 0 0 800 0 0 cm /Im Do", None
    said = []
    for (content, packed), (drawn, how) in ((bomb, drawing), (scan, bomb)):
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page(page_size=(600, 800)).obj
            page["/Contents"] = pdf.make_stream(drawn, **({"Filter": how} if how else {}))
            held = pdf.make_stream(content, Filter=packed, Subtype=Name.Image, Width=40, Height=40,
                                   ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
            page["/Resources"] = Dictionary(XObject=Dictionary(Im=held))
            pdf.save(tmp_path / "a.pdf", compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        said += read_all(tmp_path / "a.pdf")
    assert said == [
        "it unpacks to much more than 3200 bytes, which it should have at most",
        "it holds no scan: page 1: draws more than scans do: it stays as it is",
    ]


def test_forms_that_draw_each_other_many_times_over(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY], grey_of(8), "/Fm Do")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        held = pdf.pages[0].obj.Resources.XObject.Im
        for _ in range(7):  # 50 to the power of 7 pictures
            resources = Dictionary(XObject=Dictionary(Fm=held))
            held = pdf.make_stream(b"/Fm Do " * 50, Subtype=Name.Form, BBox=[0, 0, 1, 1], Resources=resources)
        pdf.pages[0].obj["/Resources"] = Dictionary(XObject=Dictionary(Fm=held))
        pdf.save(path)
    with time_limit(60):
        said = read_all(path)
    assert said == ["it holds no scan: page 1: draws more than scans do: it stays as it is"]


@pytest.mark.parametrize("filters", [["LZW"], ["ASCIIHex", "LZW"]])
def test_lzw_is_unpacked(filters: list[str]) -> None:
    content = lzw_of_zeros(100_000)
    with pikepdf.new() as pdf:
        packed = content if len(filters) == 1 else content.hex().encode() + b">"
        stream = pdf.make_stream(packed, Filter=Array([Name(f"/{name}Decode") for name in filters]))
        whole = bytes(stream.read_bytes())
        assert set(whole) == {0}
        assert len(whole) > 7_000_000
        assert unpacked(stream, len(whole)) == whole


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = open_book(write_pdf(tmp_path / "book.pdf", [GREY], grey_of(8)), tmp_path)
    (member,) = book.contents().pages
    (tmp_path / "page.png").write_bytes(book.read(member))
    save = pikepdf.Pdf.save

    def losing(pdf: pikepdf.Pdf, *given: object, **named: object) -> None:
        pdf.pages[0].obj["/Contents"] = Name.Lost
        save(pdf, *given, **named)

    monkeypatch.setattr(pikepdf.Pdf, "save", losing)
    with (
        (tmp_path / "written").open("wb+") as file,
        pytest.raises(UserError, match="it is damaged, and what would be written could not be read again"),
    ):
        book.write(file, {member.number: tmp_path / "page.png"})


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_cut_short_is_refused_where_something_is_lost(tmp_path: Path, packed: bool) -> None:
    path = write_pdf(tmp_path / "book.pdf", [np.roll(GREY, 9 * number, 0) for number in range(5)], jpeg)
    if packed:  # many objects are within one stream then
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    content = path.read_bytes()
    assert read_all(path) == []
    for share in (30, 60, 90):
        path.write_bytes(content[: len(content) * share // 100])
        (said,) = read_all(path)
        assert "damaged" in said
        assert packed or "objects are lost; get it whole" in said


def test_what_qpdf_says_of_a_damaged_pdf_is_not_printed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY], grey_of(8))
    path.write_bytes(path.read_bytes()[:-60])  # what is where has to be looked for
    assert read_all(path) == ["it is cut short or damaged, but all its objects were found: what is written is mended"]
    logging.getLogger("pikepdf._core").error("the logger that qpdf's words go to, of some damage only")
    assert caplog.messages == []


def test_what_is_odd_in_a_scan_is_told_of_the_scan(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "book.pdf", [GREY, GREY], grey_of(8))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.Resources.XObject.Im["/BitsPerComponent"] = Name.Odd
        pdf.save(path)
    (said,) = read_all(path)
    assert said.startswith("its scan cannot be read: ")


def test_fax_code_may_end_in_zeros_but_not_lack_pixels(tmp_path: Path) -> None:
    code = fax(GREY)
    for content, expected in (
        (code + bytes(40), []),
        (code[: len(code) // 2].ljust(len(code), b"\0"), ["the picture is damaged: it is cut off, and ends in zeros"]),
    ):
        path = write_pdf(tmp_path / "book.pdf", [GREY], ccitt)
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            scan = pdf.pages[0].obj.Resources.XObject.Im
            scan.write(content, filter=Name.CCITTFaxDecode, decode_parms=scan.DecodeParms)
            pdf.save(path)
        assert read_all(path) == expected

"""ZIP archives that are refused, or damaged in part."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest
from drawn_books import bare_page, book_of, picture, write_zip
from standin_model import lettered_page

from textrm.errors import UserError
from textrm.page.books import limits
from textrm.page.books.opening import open_book
from textrm.page.books.zipped import ZipBook


def refused(path: Path) -> str:
    with pytest.raises(UserError) as told:
        open_book(path, path.parent / "work").contents()
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize(
    "name", ["../1.png", "ch/../../1.png", "/etc/1.png", "C:\\1.png", "..\\1.png", "\\\\host\\1.png"]
)
def test_members_that_climb_out(tmp_path: Path, name: str) -> None:
    assert "outside of its folder" in refused(write_zip(tmp_path / "a.cbz", book_of() | {name: b"x"}))


def test_a_name_that_reaches_beyond_the_list_or_is_no_text(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.cbz", {"1.png": b"one", "ø.png": b"two"})
    whole = path.read_bytes()
    last = whole.rindex(b"PK\1\2")
    path.write_bytes(whole[: last + 28] + b"\x42" + whole[last + 29 :])  # how long the name is
    with (
        (tmp_path / "written").open("wb+") as file,
        pytest.raises(UserError, match="the list of its members is damaged"),
    ):
        ZipBook(path).write(file, {})
    path.write_bytes(whole.replace("ø".encode(), b"\xff\xff"))
    assert "it is damaged in the archive: 'utf-8' codec" in refused(path)


@pytest.mark.parametrize("place", [28, 30, 32], ids=["name", "extra", "remark"])
def test_an_entry_that_reaches_beyond_the_list_is_not_written(tmp_path: Path, place: int) -> None:
    path = write_zip(tmp_path / "a.cbz", {"1.png": b"one", "2.png": b"two"})
    whole = bytearray(path.read_bytes())
    struct.pack_into("<H", whole, whole.rindex(b"PK\1\2") + place, 8192)
    path.write_bytes(whole)
    with (
        (tmp_path / "written").open("wb+") as file,
        pytest.raises(UserError, match="the list of its members is damaged"),
    ):
        ZipBook(path).write(file, {})


def test_flags_are_those_of_the_list(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.cbz", book_of())
    whole = bytearray(path.read_bytes())
    whole[whole.index(b"PK\3\4") + 6] |= 1  # before the first member alone: encrypted
    path.write_bytes(whole)
    with (tmp_path / "written").open("wb+") as file:
        ZipBook(path).write(file, {})
    pages = open_book(path, tmp_path / "work").contents().pages
    assert pages
    assert open_book(tmp_path / "written", tmp_path / "work").contents().pages == pages


def test_what_is_said_of_a_name_is_one_line(tmp_path: Path) -> None:
    told = refused(write_zip(tmp_path / "a.cbz", {"../1\nfailed: 2.png": b"x"}))
    assert told.startswith("its member ../1\\nfailed: 2.png would be unpacked")


def test_links(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.cbz", book_of())
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("link.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "link.png is a link" in refused(path)


@pytest.mark.parametrize("name", ["vol1.cbz", "more/pages.ZIP", "b.7z"])
def test_archives_in_archives(tmp_path: Path, name: str) -> None:
    assert f"{name} is an archive or a book itself" in refused(write_zip(tmp_path / "a.zip", book_of() | {name: b"x"}))


def test_encrypted_members(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.cbz", book_of())
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\1\2", content.index(b"PK\1\2") + 1)
    content[at + 8] |= 1
    path.write_bytes(content)
    assert "ch/0.png is encrypted" in refused(path)


def test_pictures_that_a_publisher_protects(tmp_path: Path) -> None:
    listed = b'<encryption><CipherReference URI="%s"/></encryption>'
    fonts = write_zip(tmp_path / "a.epub", book_of() | {"META-INF/encryption.xml": listed % b"fonts/1.otf"})
    assert len(ZipBook(fonts).contents().pages) == 3
    pages = write_zip(tmp_path / "b.epub", book_of() | {"META-INF/encryption.xml": listed % b"ch/0%2Epng"})
    assert "ch/0.png is protected" in refused(pages)


def test_too_many_too_large_and_absurdly_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "a.cbz", {**book_of(), "blank.bmp": bytes(400_000)}, zipfile.ZIP_DEFLATED)
    assert len(ZipBook(path).contents().pages) == 4
    for name, value, words in (
        ("MAX_MEMBERS", 5, "it has 6 members; expected at most 5"),
        ("MAX_TOTAL", 400_000, "unpacked; expected at most 400000"),
        ("_SMALL", 300_000, "blank.bmp has 400000 bytes unpacked and "),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, value)
            assert words in refused(path)


def test_a_hundred_thousand_members(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.cbz", dict.fromkeys(map(str, range(100_000)), b""))
    assert refused(path) == "it has 100000 members; expected at most 20000: cut it up"


def test_members_that_overlap(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.cbz", {f"{number}.png": bytes(999) for number in range(9)})
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\1\2", at + 1)) >= 0:
        struct.pack_into("<L", content, at + 42, 0)
    first = content.index(b"PK\3\4", 4)
    size = len(content) - content.index(b"PK\1\2")
    short = content[:first] + content[-size:]
    struct.pack_into("<L", short, len(short) - 6, first)
    path.write_bytes(short)
    assert refused(path) == "its members overlap: such archives are refused"


def test_one_that_is_cut_short_or_no_archive_or_empty(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.cbz", book_of())
    path.write_bytes(path.read_bytes()[:-100])
    assert refused(path) == "the archive is cut short: the list of its members, at its end, is missing"
    path.write_bytes(picture(lettered_page()))
    assert "it is no book, whatever its name says" in refused(path)
    path.write_bytes(b"")
    assert "it is no book" in refused(path)
    assert "holds no picture" in refused(write_zip(tmp_path / "b.zip", {"a.txt": b"x"}))


def test_a_damaged_member_costs_itself(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.cbz", book_of())
    content = bytearray(path.read_bytes())
    content[content.index(b"ch/0.png") + 60] ^= 255
    path.write_bytes(content)
    book = ZipBook(path)
    first, second, _ = book.contents().pages
    with pytest.raises(UserError, match="damaged in the archive: Bad CRC-32"):
        book.read(first)
    assert book.read(second) == book_of()[second.name]


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_any_byte_may_be_damaged(tmp_path: Path, packing: int) -> None:
    path = write_zip(tmp_path / "a.cbz", {"1.png": picture(bare_page(8, 8)), "2.txt": b"words"}, packing)
    whole, said = path.read_bytes(), set()
    for at in range(4, len(whole)):
        content = bytearray(whole)
        content[at] ^= 0xFF
        path.write_bytes(content)
        try:
            book = ZipBook(path)
            for page in book.contents().pages:
                book.read(page)
            with (tmp_path / "written").open("wb+") as file:
                book.write(file, {})
        except UserError as error:
            said.add(str(error).partition(":")[0])
    assert "it is damaged in the archive" in said
    assert not any("\n" in line for line in said)

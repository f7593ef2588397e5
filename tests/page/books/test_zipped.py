"""ZIP archives: what is kept byte for byte, and what is refused."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from book_contract import written
from drawn_books import bare_page, book_of, members_of, picture, write_zip
from standin_model import lettered_page

from textrm.errors import UserError
from textrm.page.books import limits, zip_copy
from textrm.page.books.opening import open_book
from textrm.page.books.zipped import ZipBook


def test_what_is_not_replaced_keeps_every_byte_and_all_that_the_list_says(tmp_path: Path) -> None:
    path = tmp_path / "book.zip"
    japanese = "第一話.png".encode("shift_jis")
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = b"a remark on the book"
        for number, name in enumerate(("1.png", "X" * len(japanese) + ".txt", "notes.txt")):
            info = zipfile.ZipInfo(name, (1999, 12, 31, 23, 59, 58))
            info.external_attr, info.comment = 0o640 << 16, f"remark {number}".encode()
            info.extra = struct.pack("<2H4s", 0x7777, 4, b"mine")
            archive.writestr(info, picture(lettered_page()) if number == 0 else b"text " * 50, zipfile.ZIP_DEFLATED)
    path.write_bytes(path.read_bytes().replace(b"X" * len(japanese), japanese))
    assert written(ZipBook(path), {}).read_bytes() == path.read_bytes()
    (tmp_path / "new").write_bytes(b"another page")
    result = written(ZipBook(path), {0: tmp_path / "new"})
    assert japanese + b".txt" in result.read_bytes()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(result) as after:
        assert after.comment == before.comment
        assert after.read("1.png") == b"another page"
        for old, new in zip(before.infolist(), after.infolist(), strict=True):
            for name in ("orig_filename", "date_time", "compress_type", "external_attr", "comment", "extra"):
                assert getattr(new, name) == getattr(old, name)
            if old.filename != "1.png":
                assert raw(after, new) == raw(before, old)
        assert after.testzip() is None


def raw(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    assert archive.fp is not None
    archive.fp.seek(info.header_offset + 26)
    name, extra = struct.unpack("<2H", archive.fp.read(4))
    archive.fp.seek(name + extra, io.SEEK_CUR)
    return archive.fp.read(info.compress_size)


def test_members_whose_sizes_follow_them_or_have_64_bits(tmp_path: Path) -> None:
    path = tmp_path / "book.cbz"

    class Pipe(io.BytesIO):
        def seek(self, *place: int) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for name, content in book_of().items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(content)
    path.write_bytes(b"something in front of it" + pipe.getvalue())
    result = written(ZipBook(path), {})
    assert members_of(result) == book_of()
    assert list(members_of(result)) == list(book_of())
    with zipfile.ZipFile(result) as archive:
        assert archive.testzip() is None
        assert {info.flag_bits & 8 for info in archive.infolist()} == {0}


def test_a_book_beyond_four_gigabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "book.cbz", book_of())
    monkeypatch.setattr(zip_copy, "_LARGE", 300)  # as if 300 bytes were four gigabytes
    result = written(ZipBook(path), {})
    content = result.read_bytes()
    assert b"PK\6\6" in content
    at = content.index(b"PK\6\6")
    count, size, start = struct.unpack_from("<3Q", content, at + 32)
    assert count == len(book_of())
    assert content[start : start + 4] == b"PK\1\2"
    assert start + size == at
    with zipfile.ZipFile(path) as archive:
        last = archive.infolist()[-1].header_offset
    assert struct.pack("<2HQ", 1, 8, last) in content[start:]


def test_members_stay_where_they_are_in_the_file_and_in_the_list(tmp_path: Path) -> None:
    members = {"mimetype": b"application/epub+zip", **book_of()}
    path = write_zip(tmp_path / "book.epub", members)
    with zipfile.ZipFile(path, "a") as archive:
        archive.filelist.reverse()
        archive.writestr("added.txt", b"last in the file")
    (tmp_path / "new").write_bytes(b"x" * 5000)
    result = written(ZipBook(path), {4: tmp_path / "new"})
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(result) as after:
        assert after.namelist() == before.namelist()
        order = [sorted(archive.infolist(), key=lambda info: info.header_offset) for archive in (before, after)]
        assert [info.filename for info in order[1]] == [info.filename for info in order[0]]
        assert order[1][0].filename == "mimetype"
        assert after.testzip() is None
    assert result.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"


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


def test_hidden_files_are_no_pages_and_other_formats_are_told(tmp_path: Path) -> None:
    more = {"__MACOSX/ch/._0.png": b"x", ".thumb/0.png": b"x", "cover.HEIC": b"x", "windows\\1.png": b"x"}
    contents = ZipBook(write_zip(tmp_path / "a.cbz", more | book_of())).contents()
    assert [page.name for page in contents.pages] == ["windows/1.png", "ch/0.png", "ch/1.png", "ch/2.png"]
    assert [page.number for page in contents.pages] == [3, 5, 6, 7]
    assert contents.unread == [("cover.HEIC", ".heic is not read: it stays as it is")]


def test_names_that_are_one_name_elsewhere_are_told(tmp_path: Path) -> None:
    contents = ZipBook(write_zip(tmp_path / "a.cbz", book_of() | {"CH/0.PNG": b"x"})).contents()
    assert len(contents.pages) == 4
    assert contents.notes == ["ch/0.png, CH/0.PNG are one name where upper and lower case count the same: all are kept"]

"""ZIP archives: what is kept byte for byte, and what is no page."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from book_contract import written
from drawn_books import book_of, members_of, picture, write_zip
from standin_model import lettered_page

from textrm.page.books import zip_copy
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

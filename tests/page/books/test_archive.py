"""RAR and 7z archives: they become ZIP archives, and bad ones are refused."""

from __future__ import annotations

import locale
import sys
import zipfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from drawn_books import book_of, check_clean, members_of, write_7z, write_rar, write_zip
from infer_command import files, run

from textrm.errors import UserError
from textrm.page.books import archive, limits
from textrm.page.books.archive import ArchiveBook
from textrm.page.books.opening import open_book, suffix_of_result
from textrm.page.books.zipped import ZipBook


def refused(path: Path) -> str:
    with pytest.raises(UserError) as told:
        open_book(path, path.parent / "work").contents()
    assert "\n" not in str(told.value)
    return str(told.value)


def test_they_are_cleaned_into_zips_and_it_is_said(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write_rar(tmp_path / "in" / "a.cbr", book_of())
    write_7z(tmp_path / "in" / "b.cb7", book_of())
    result = run(model_file, tmp_path / "in", "-o", tmp_path / "out", "--mask")
    assert result.exit_code == 0
    assert f"note: {tmp_path / 'in' / 'a.cbr'}: it was a RAR or 7z archive and is written as a ZIP" in result.output
    masks = [f"{book}/ch/{number}.mask.png" for book in "ab" for number in range(3)]
    assert files(tmp_path / "out") == sorted(["a.cbz", "b.cbz", *masks])
    for name in ("a.cbz", "b.cbz"):
        check_clean(tmp_path / "out" / name)
    with zipfile.ZipFile(tmp_path / "out" / "a.cbz") as archive:
        assert {info.date_time[:3] for info in archive.infolist()} == {(2001, 2, 3)}
    assert "6 were done already" in run(model_file, tmp_path / "in", "-o", tmp_path / "out", "--mask").output


def test_books_are_told_by_what_they_are(tmp_path: Path) -> None:
    zip_book = write_zip(tmp_path / "zip.cbr", book_of())
    rar_book = write_rar(tmp_path / "rar.cbz", book_of())
    assert isinstance(open_book(zip_book, tmp_path), ZipBook)
    assert isinstance(open_book(rar_book, tmp_path), ArchiveBook)
    assert [suffix_of_result(path) for path in (zip_book, rar_book)] == [".cbz", ".cbz"]
    assert suffix_of_result(write_7z(tmp_path / "b.zip", book_of())) == ".zip"


def test_of_members_of_one_name_the_last_counts(tmp_path: Path) -> None:
    path = write_rar(tmp_path / "a.cbr", {"1.png": b"old", "2.png": b"two", "3.txt": b"x"})
    newer = write_rar(tmp_path / "b.cbr", {"1.png": b"new"}).read_bytes()
    end, start = 7, 20  # the block that ends an archive, and what begins it
    path.write_bytes(path.read_bytes()[:-end] + newer[start:])
    book = open_book(path, tmp_path / "work")
    assert [(page.name, page.number) for page in book.contents().pages] == [("2.png", 0), ("1.png", 2)]
    book.prepare()
    assert [book.read(page) for page in book.contents().pages] == [b"two", b"new"]
    (copy,) = (tmp_path / "work").iterdir()
    assert members_of(copy) == {"2.png": b"two", "3.txt": b"x", "1.png": b"new"}


def test_harm_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "outside of its folder" in refused(write_rar(tmp_path / "a.cbr", {"../1.png": b"x"}))
    assert "is a link" in refused(write_rar(tmp_path / "a.cbr", {"1.png": b"/etc/passwd"}, mode=0o120777))
    assert "an archive or a book itself" in refused(write_7z(tmp_path / "a.cb7", book_of() | {"1.rar": b"x"}))
    monkeypatch.setattr(limits, "_SMALL", 100_000)
    assert "the whole of it has 900000 bytes" in refused(write_7z(tmp_path / "a.cb7", {"1.bmp": bytes(900_000)}))


def test_one_that_is_cut_short(tmp_path: Path) -> None:
    for whole in (write_rar(tmp_path / "a.cbr", book_of()), write_7z(tmp_path / "b.cb7", book_of())):
        cut = tmp_path / f"cut{whole.suffix}"
        cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        assert "the archive is cut short or damaged" in refused(cut)


def test_any_byte_of_what_is_packed_may_be_damaged(tmp_path: Path) -> None:
    for whole in (
        write_rar(tmp_path / "a.cbr", {"1.bmp": b"words " * 9}),
        write_7z(tmp_path / "b.cb7", {"1.bmp": b"words " * 9}),
    ):
        content, said = whole.read_bytes(), set()
        for at in range(8, len(content)):
            damaged = tmp_path / f"{at}{whole.suffix}"
            damaged.write_bytes(content[:at] + bytes((content[at] ^ 0xFF,)) + content[at + 1 :])
            book = open_book(damaged, tmp_path / "work")
            try:
                book.contents()
                book.prepare()
            except UserError as error:
                said.add(str(error).partition(" (")[0])
        assert "the archive is cut short or damaged" in said


def test_a_wrong_checksum_is_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = write_7z(tmp_path / "a.cb7", {"1.bmp": bytes(5000)}, "compression=store")
    content = bytearray(whole.read_bytes())
    content[2500] ^= 1
    whole.write_bytes(content)
    with pytest.raises(UserError, match=r"^its member 1\.bmp is damaged, or larger than it says$"):
        open_book(whole, tmp_path / "work").prepare()
    assert not list((tmp_path / "work").iterdir())
    assert caplog.messages == []  # the library's, between our lines


def test_a_member_that_is_shorter_than_it_says_is_damage(tmp_path: Path) -> None:
    class Short:
        mtime = None

        def get_blocks(self) -> list[bytes]:
            return [b"four"]

    entry = limits.Entry("1.png", 9)
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w") as copied,
        pytest.raises(UserError, match=r"^its member 1\.png is damaged: 5 of 9 bytes are missing$"),
    ):
        archive._copy(Short(), entry, copied)


def test_one_that_cannot_be_copied_is_told_once(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(member: object, entry: limits.Entry, archive: object) -> None:
        raise UserError(f"its member {entry.name} is damaged")

    path, other = write_rar(tmp_path / "c.cbr", book_of()), write_zip(tmp_path / "d.cbz", book_of())
    monkeypatch.setattr("textrm.page.books.archive._copy", damaged)
    result = run(model_file, path, other, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.output.count("failed: ") == 1  # its pages are not told of one by one
    assert f"failed: {path}: its member ComicInfo.xml is damaged" in result.output
    assert result.output.splitlines()[-1] == "3 pages cleaned, 1 book written, 1 failed"
    assert files(tmp_path / "out") == ["d.cbz"]


def test_without_the_extra_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_rar(tmp_path / "a.cbr", book_of())
    monkeypatch.delitem(sys.modules, "textrm.page.books.archive")
    monkeypatch.setitem(sys.modules, "libarchive", None)
    assert refused(path) == "this needs libarchive, which is not installed: pip install 'textrm[archives]'"


def test_names_with_letters_that_the_locale_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = {"bøk.png": b"one", "日本.png": b"two", "c.png": b"three"}
    for path in (write_7z(tmp_path / "a.cb7", members), write_rar(tmp_path / "a.cbr", members)):
        before = locale.setlocale(locale.LC_CTYPE)
        locale.setlocale(locale.LC_CTYPE, "C")  # as LC_ALL=C does
        try:
            book = open_book(path, tmp_path / f"work{path.suffix}")
            pages = book.contents().pages
            book.prepare()
            assert locale.setlocale(locale.LC_CTYPE) == "C"
            if path.suffix == ".cb7":  # RAR tells the bytes, of which nothing is lost
                monkeypatch.setattr(archive, "_any_letters", nullcontext)  # where there is no C.UTF-8
                assert "have letters that the locale C lacks: set LC_ALL=C.UTF-8" in refused(path)
                monkeypatch.undo()
        finally:
            locale.setlocale(locale.LC_CTYPE, before)
        assert {page.name: book.read(page) for page in pages} == members

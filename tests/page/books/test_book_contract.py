"""Each format of books keeps the contract."""

from __future__ import annotations

import zipfile
from pathlib import Path

from book_contract import check_book
from drawn_books import bare_page, book_of, copied_members, members_of, picture, write_7z, write_rar, write_zip
from standin_model import lettered_page

PAGES = [lettered_page(), bare_page(), lettered_page()]


def no_pages(path: Path) -> dict[str, bytes | None]:
    return {name: None if name.endswith(("png", "bmp")) else content for name, content in members_of(path).items()}


def test_zip(tmp_path: Path) -> None:
    check_book(write_zip(tmp_path / "book.cbz", book_of()), PAGES, no_pages)


def test_deflated_zip(tmp_path: Path) -> None:
    members = book_of() | {"last.bmp": picture(lettered_page(), "BMP")}
    path = write_zip(tmp_path / "book.zip", members, zipfile.ZIP_DEFLATED)
    check_book(path, [*PAGES, lettered_page()], no_pages)


def test_lzma_zip(tmp_path: Path) -> None:
    check_book(write_zip(tmp_path / "book.zip", book_of(), zipfile.ZIP_LZMA), PAGES, no_pages)


def test_epub(tmp_path: Path) -> None:
    members = {"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<container/>", **book_of()}
    check_book(write_zip(tmp_path / "book.epub", members), PAGES, no_pages)


def no_pages_of_archive(path: Path) -> dict[str, bytes | None]:
    return {name: None if name.endswith("png") else content for name, content in copied_members(path).items()}


def test_7z(tmp_path: Path) -> None:
    check_book(write_7z(tmp_path / "book.cb7", book_of()), PAGES, no_pages_of_archive)


def test_rar(tmp_path: Path) -> None:
    check_book(write_rar(tmp_path / "book.cbr", book_of()), PAGES, no_pages_of_archive)

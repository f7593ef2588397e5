"""What every format of books keeps: a new one costs a line in the list of its test."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np

from textrm.files import replacing
from textrm.page.books.book import Book, Member
from textrm.page.books.opening import open_book, suffix_of_result
from textrm.pictures.formats.planes import planes
from textrm.pictures.page import Page
from textrm.pictures.read import read_open
from textrm.pictures.write import encode


def check_book(path: Path, pages: list[np.ndarray], others: Callable[[Path], object], off: int = 0) -> None:
    """Pages are found and read, single ones are replaced, and all else stays.

    Args:
        path: the book.
        pages: how its pages look, upright: H W 3 uint8 RGB.
        others: all that the book has beside its pages, in its order, in a form that can be compared.
        off: levels by which a page may be off where it was written with losses.
    """
    before = path.read_bytes()
    book = open_book(path, path.parent / "work")
    assert pickle.loads(pickle.dumps(book)) == book
    assert hash(pickle.loads(pickle.dumps(book))) == hash(book)
    contents = book.contents()
    members = contents.pages
    assert len(members) == len(pages)
    book.prepare()
    book.prepare()
    for member, expected in zip(members, pages, strict=True):
        shown = read_member(book, member).image
        assert shown.shape == expected.shape
        assert np.abs(shown.astype(int) - expected).max() <= off
    unchanged = written(book, {})
    assert others(unchanged) == others(path)
    copy = open_book(unchanged, path.parent / "work2")
    copy.prepare()
    assert copy.contents().pages == members
    assert [copy.read(member) for member in members] == [book.read(member) for member in members]
    for member in (members[0], members[-1]):
        page = read_member(book, member)
        result, drawn = changed(page)
        (path.parent / "page").write_bytes(result)
        whole = written(book, {member.number: path.parent / "page"})
        assert others(whole) == others(path)
        copy = open_book(whole, path.parent / "work3")
        copy.prepare()
        assert copy.contents().pages == members
        for other in members:
            if other == member:
                assert np.abs(read_member(copy, other).image.astype(int) - drawn).max() <= off
            else:
                assert copy.read(other) == book.read(other)
    assert path.read_bytes() == before


def read_member(book: Book, member: Member) -> Page:
    return read_open(io.BytesIO(book.read(member)), orientation=member.orientation)


def changed(page: Page) -> tuple[bytes, np.ndarray]:
    """A page as a file, its upper left corner, as shown, of the colour of its last pixel; and how it looks."""
    pixels = planes(page)
    filled = np.zeros(pixels.shape[:2], np.uint8)
    filled[:8, :16] = 1
    pixels[filled > 0] = pixels[-1, -1]
    drawn = page.image.copy()
    drawn[filled > 0] = drawn[-1, -1]
    return bytes(encode(page, pixels, filled)), drawn


def written(book: Book, results: dict[int, Path]) -> Path:
    target = book.path.parent / f"written{suffix_of_result(book.path)}"
    with replacing(target) as file:
        book.write(file, results)
    return target

"""What is told of the files of a review: where it writes, and a book that is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drawn_books import book_of, write_zip
from review_server import make_reviewed

from textrm.errors import UserError


def test_the_folder_is_told_and_a_book_that_is_gone(model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.cbz"
    write_zip(path, book_of())
    reviewed = make_reviewed(path, tmp_path / "out", model_file)
    assert reviewed.facts()["out"] == str(tmp_path / "out")
    path.unlink()
    with pytest.raises(UserError, match=f"^its book is not there any more: put {re.escape(str(path))} back$"):
        reviewed.desk.source_bytes(reviewed.entries[0].files)

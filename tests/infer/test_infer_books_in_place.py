"""Books that are replaced by their clean versions, and what killed runs and folders that vanish leave of books."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from drawn_books import book_of, check_clean, is_white, members_of, write_zip
from infer_command import contents, files, run
from stopping import Steps, before_call, run_without_writing

from textrm import files as textrm_files
from textrm.page.books.zipped import ZipBook
from textrm.page.files import clean_books, clean_pages
from textrm.page.planning.remembered import Remembered

_DONE = "0 pages cleaned, 3 were done already (a page that was replaced is not cleaned twice)\n"


@pytest.fixture
def cbz(tmp_path: Path) -> Path:
    return write_zip(tmp_path / "in" / "book.cbz", book_of())


def test_a_book_in_its_own_place_is_cleaned_once(model_file: Path, cbz: Path) -> None:
    given = (cbz.parent, "-o", cbz.parent, "--overwrite")
    assert run(model_file, *given, "--mask").output.endswith("3 pages cleaned, 1 book written\n")
    clean = contents(cbz.parent)
    assert list(clean) == ["book.cbz", "book/ch/0.mask.png", "book/ch/1.mask.png", "book/ch/2.mask.png"]
    assert run(model_file, *given, "--mask").output == _DONE
    assert run(model_file, *given).output == _DONE
    assert contents(cbz.parent) == clean
    # Other options are meant for what lies there now.
    assert "3 pages cleaned, 1 book written" in run(model_file, *given, "--grow", 6).output
    write_zip(cbz, book_of())
    assert "3 pages cleaned, 1 book written" in run(model_file, *given, "--grow", 6).output
    check_clean(cbz)


def test_a_damaged_page_of_it_is_tried_again_and_the_others_are_not(model_file: Path, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "book.cbz", book_of() | {"ch/0.png": book_of()["ch/0.png"][:60]})
    clean = b""
    for cleaned in (2, 0, 0):
        result = run(model_file, path, "-o", tmp_path, "--overwrite", "--json")
        assert result.exit_code == 1
        assert f"failed: {path}/ch/0.png: the picture is damaged" in result.output
        assert f"\n{cleaned} pages cleaned, 1 book written" in result.output
        assert is_white(members_of(path)["ch/2.png"])
        clean = clean or path.read_bytes()
        assert path.read_bytes() == clean
        marks = [name for name in files(tmp_path) if name.startswith(".textrm-")]
        assert [(tmp_path / name).stat().st_size for name in marks] == [0, 0]


@pytest.mark.parametrize("kills", [range(30), range(1, 30, 3), [5, 2, 2]])
def test_killed_after_any_step_and_given_again_it_ends_in_the_same_bytes(
    model_file: Path, cbz: Path, tmp_path: Path, kills: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step is a note, a backup, a file, the last step of one, or that the work folder is taken away."""
    unbroken = tmp_path / "unbroken"
    shutil.copytree(cbz.parent, unbroken)
    run(model_file, unbroken, "-o", unbroken, "--overwrite", "--backup", "--mask")
    steps = Steps()
    monkeypatch.setattr(clean_pages, "replacing", steps.counted(clean_pages.replacing))
    monkeypatch.setattr(clean_books, "back_up", steps.counted(clean_books.back_up))
    monkeypatch.setattr(textrm_files.os, "replace", steps.counted(os.replace))
    monkeypatch.setattr(Remembered, "note", steps.counted(Remembered.note))
    stopped = 0
    for count in [*kills, 1000]:
        steps.left = count
        given = (cbz.parent, "-o", cbz.parent, "--overwrite", "--backup", "--mask")
        stopped += run(model_file, *given).exit_code == 130
    assert stopped >= 3
    assert contents(cbz.parent) == contents(unbroken)


def test_cleaned_pages_that_are_taken_away_are_a_failure(
    model_file: Path, cbz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(ZipBook, "read", before_call(3, lambda: shutil.rmtree(out), ZipBook.read))
    result = run(model_file, cbz, "-o", out)
    assert result.exit_code == 1
    reason = "2 of its cleaned pages were taken away while others were made: give the same command again"
    assert f"failed: {cbz}: {reason}\n" in result.output
    assert "book.cbz" not in files(out)
    assert "2 pages cleaned, 1 book written, 1 were done already" in run(model_file, cbz, "-o", out).output
    check_clean(out / "book.cbz")


def test_a_book_that_is_taken_away_is_a_failure(
    model_file: Path, cbz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(clean_books.shutil, "rmtree", lambda work, **_: (out / "book.cbz").unlink())
    result = run(model_file, cbz, "-o", out)
    assert result.exit_code == 1
    assert f"failed: {out / 'book.cbz'}: 1 result taken away while others were made" in result.output
    assert result.output.endswith("\n3 pages cleaned, 0 books written, 1 failed\n")


def test_a_book_that_was_replaced_by_an_older_file_is_not_done(model_file: Path, cbz: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(model_file, cbz, "-o", out)
    write_zip(cbz, {name: book_of()[name] for name in ("ch/0.png", "ch/2.png")})
    os.utime(cbz, (0, 0))
    assert "2 pages cleaned, 1 book written" in run(model_file, cbz, "-o", out).output
    assert list(members_of(out / "book.cbz")) == ["ch/0.png", "ch/2.png"]
    assert "0 pages cleaned, 2 were done" in run(model_file, cbz, "-o", out).output


def test_what_killed_runs_left_half_written_is_swept(
    model_file: Path, cbz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run_without_writing(model_file, cbz, out, monkeypatch)
    (work,) = out.glob(".textrm-*")
    assert len(files(work)) == 3
    for folder in (out, work):
        (folder / ".0123456789abcdef.part").write_bytes(b"half")
    run_without_writing(model_file, cbz, out, monkeypatch)
    assert len(files(out)) == 3
    assert not any(name.endswith(".part") for name in files(out))

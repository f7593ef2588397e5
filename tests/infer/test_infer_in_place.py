"""Pages that are replaced by their clean versions: each is cleaned once, also where a run was killed on the way."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from infer_command import contents, files, run, start
from PIL import Image
from standin_model import lettered_page
from stopping import Steps, before_call

from textrm import files as textrm_files
from textrm.page.files import clean_pages
from textrm.page.planning.remembered import Remembered


@pytest.fixture
def unbroken(model_file: Path, book: Path, tmp_path: Path) -> dict[str, bytes]:
    """What an unbroken run in place makes of the book, with files beside the pages and backups."""
    folder = tmp_path / "unbroken" / "book"
    shutil.copytree(book, folder)
    assert run(model_file, folder, "-o", folder, "--overwrite", "--backup", "--mask").exit_code == 0
    return contents(folder)


@pytest.mark.parametrize("kills", [range(1, 30), range(1, 30, 3), [2, 2, 2]])
def test_killed_after_any_step_and_given_again_it_ends_in_the_same_bytes(
    model_file: Path, book: Path, unbroken: dict[str, bytes], kills: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step is a note, a backup, a file or the last step of one: the kill comes before it, or after it."""
    steps = Steps()
    monkeypatch.setattr(clean_pages, "replacing", steps.counted(clean_pages.replacing))
    monkeypatch.setattr(textrm_files.os, "replace", steps.counted(os.replace))
    monkeypatch.setattr(clean_pages, "back_up", steps.counted(clean_pages.back_up))
    monkeypatch.setattr(Remembered, "note", steps.counted(Remembered.note))
    stopped = 0
    for count in [*kills, 1000]:
        steps.left = count
        stopped += run(model_file, book, "-o", book, "--overwrite", "--backup", "--mask").exit_code == 130
    assert stopped >= 3
    assert contents(book) == unbroken


def test_what_is_clean_is_not_cleaned_again_and_what_is_new_is(model_file: Path, book: Path) -> None:
    run(model_file, book, "-o", book, "--overwrite")
    clean = contents(book)
    result = run(model_file, book, "-o", book, "--overwrite")
    assert result.output == "0 pages cleaned, 3 were done already (a page that was replaced is not cleaned twice)\n"
    assert contents(book) == clean
    Image.fromarray(lettered_page(90, 80)).save(book / "1.png")
    assert "1 page cleaned, 2 were done already" in run(model_file, book, "-o", book, "--overwrite").output
    # Other options are meant for what lies there now.
    assert "3 pages cleaned" in run(model_file, book, "-o", book, "--overwrite", "--grow", 6).output


def test_what_was_written_beside_pages_is_no_page(model_file: Path, book: Path) -> None:
    for _ in range(2):
        result = run(model_file, book, "-o", book, "--overwrite", "--mask", "--overlay")
        assert result.exit_code == 0
        assert len(files(book)) == 9
    assert "0 pages cleaned, 3 were done" in result.output
    assert "0 pages cleaned, 3 were done" in run(model_file, book, "-o", book, "--overwrite").output
    # A picture of that name that somebody made is a page, and is not replaced.
    Image.fromarray(lettered_page()).save(book / "1.mask.png")
    own = (book / "1.mask.png").read_bytes()
    Image.fromarray(lettered_page()).save(book / "1.png")
    result = run(model_file, book / "1.png", book / "1.mask.png", "-o", book, "--overwrite", "--mask")
    assert result.output.endswith("0 pages cleaned, 2 failed\n")
    assert (book / "1.mask.png").read_bytes() == own


def test_results_of_another_format_among_the_pages_are_no_pages(model_file: Path, book: Path) -> None:
    (book / "1.png").unlink()
    (book / "two" / "3.png").unlink()
    for said in ("1 page cleaned\n", "0 pages cleaned, 1 were done already (--overwrite makes them anew)\n"):
        assert run(model_file, book, "-o", book, "--format", "png").output.endswith(said)
        assert files(book) == ["2.jpg", "2.png"]


def test_where_nothing_can_be_remembered_it_is_told(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    result = run(model_file, book / "1.png", "-o", book, "--overwrite")
    assert f"note: {book / '1.png'}: that it is clean now cannot be remembered" in result.output
    assert "cannot be remembered" not in run(model_file, book / "2.jpg", "-o", tmp_path / "out").output


def test_a_page_that_was_replaced_by_an_older_file_is_not_done(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(model_file, book, "-o", out)
    before = (out / "1.png").read_bytes()
    Image.fromarray(lettered_page(90, 80)).save(book / "1.png")
    os.utime(book / "1.png", (0, 0))
    assert "1 page cleaned" in run(model_file, book, "-o", out).output
    assert (out / "1.png").read_bytes() != before
    (out / "2.jpg").write_bytes(b"by hand")
    os.utime(book / "2.jpg", (0, 0))
    assert "1 page cleaned" in run(model_file, book, "-o", out).output  # as where a newer one takes its place
    assert "0 pages cleaned, 3 were done" in run(model_file, book, "-o", out).output


def test_a_folder_that_is_taken_away_is_a_failure(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    taking = before_call(3, lambda: shutil.rmtree(out), clean_pages.replacing)
    monkeypatch.setattr(clean_pages, "replacing", taking)
    result = run(model_file, book, "-o", out)
    assert result.exit_code == 1
    reason = "2 results taken away while others were made: give the same command again"
    assert f"failed: {out / '1.png'}: {reason}\n" in result.output
    assert result.output.endswith("1 page cleaned, 1 failed\n")
    monkeypatch.undo()
    assert "2 pages cleaned, 1 were done" in run(model_file, book, "-o", out).output


def test_what_killed_runs_left_half_written_is_swept(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "two").mkdir(parents=True)
    for folder in (out, out / "two"):
        (folder / ".0123456789abcdef.part").write_bytes(b"half")
    (out / ".mine.part").touch()  # nobody but us writes such names as ours
    run(model_file, book, "-o", out)
    assert files(out) == [".mine.part", "1.png", "2.jpg", "two/3.png"]


@pytest.mark.slow
def test_sigterm_stops_as_ctrl_c_does(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for index in range(300):
        Image.fromarray(lettered_page(400, 400)).save(tmp_path / "in" / f"{index}.bmp")
    for jobs in (1, 2):
        out = tmp_path / f"out{jobs}"
        process = start(model_file, tmp_path / "in", "-o", out, "--fill", "white", "--jobs", jobs)
        while not list(out.glob("*.bmp")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate()
        assert (process.returncode, errors.count("\n"), errors[:7]) == (143, 1, "stopped")
        assert 0 < len(files(out)) < 300
        assert all(name.endswith(".bmp") for name in files(out))

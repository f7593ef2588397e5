"""The command on books: what comes out, going on, and what is told."""

from __future__ import annotations

import io
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from drawn_books import bare_page, book_of, check_clean, is_white, members_of, picture, write_zip
from infer_command import files, run, start
from PIL import Image
from standin_model import lettered_page
from stopping import run_without_writing


@pytest.fixture
def cbz(tmp_path: Path) -> Path:
    return write_zip(tmp_path / "in" / "book.cbz", book_of())


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_book_is_cleaned_into_a_book(model_file: Path, cbz: Path, tmp_path: Path, jobs: int) -> None:
    write_zip(tmp_path / "in" / "series" / "2.epub", book_of())
    Image.fromarray(lettered_page()).save(tmp_path / "in" / "cover.png")
    result = run(model_file, tmp_path / "in", "-o", tmp_path / "out", "--jobs", jobs)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[-1] == "7 pages cleaned, 2 books written"
    assert lines[-3] == "5 words taken out; 2 pages had none"
    assert files(tmp_path / "out") == ["book.cbz", "cover.png", "series/2.epub"]
    check_clean(tmp_path / "out" / "book.cbz")
    check_clean(tmp_path / "out" / "series" / "2.epub")
    again = run(model_file, tmp_path / "in", "-o", tmp_path / "out", "--jobs", jobs)
    assert again.output == "0 pages cleaned, 7 were done already (--overwrite makes them anew)\n"
    run(model_file, tmp_path / "in", "-o", tmp_path / "one", "--jobs", 1)
    assert (tmp_path / "one" / "book.cbz").read_bytes() == (tmp_path / "out" / "book.cbz").read_bytes()


def test_files_beside_the_pages_lie_in_a_folder_of_the_books_name(model_file: Path, cbz: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(model_file, cbz, "-o", out, "--json", "--mask", "--overlay", "--prob")
    names = [
        f"book/ch/{number}.{end}" for number in range(3) for end in ("json", "mask.png", "overlay.png", "prob.png")
    ]
    assert files(out) == ["book.cbz", *names]
    page = json.loads((out / "book" / "ch" / "0.json").read_text())
    assert (page["page"], len(page["regions"])) == ("ch/0.png", 1)
    (out / "book" / "ch" / "1.json").unlink()
    assert "3 pages cleaned" in run(model_file, cbz, "-o", out, "--json").output  # what is missing is made
    assert (out / "book" / "ch" / "1.json").exists()
    assert "3 were done already" in run(model_file, cbz, "-o", out).output


def test_masks_by_hand(model_file: Path, cbz: Path, tmp_path: Path) -> None:
    mask = np.zeros((96, 80), np.uint8)
    mask[60:70, 5:20] = 255
    (tmp_path / "masks" / "book" / "ch").mkdir(parents=True)
    Image.fromarray(mask).save(tmp_path / "masks" / "book" / "ch" / "0.mask.png")
    Image.fromarray(mask).save(tmp_path / "masks" / "book" / "9.png")
    result = run(model_file, cbz, "-o", tmp_path / "out", "--masks", tmp_path / "masks")
    assert result.exit_code == 0
    assert "masks of pages that are not there: " in result.output
    after = members_of(tmp_path / "out" / "book.cbz")
    assert not is_white(after["ch/0.png"])  # what is dark there is in no mask
    assert is_white(after["ch/2.png"])
    assert "done already" in run(model_file, cbz, "-o", tmp_path / "out", "--masks", tmp_path / "masks").output
    Image.fromarray(255 - mask).save(tmp_path / "masks" / "book" / "ch" / "0.mask.png")
    assert "turn black and white" in run(model_file, cbz, "-o", tmp_path / "out", "--masks", tmp_path / "masks").output


def test_other_options_make_a_book_anew_and_one_that_somebody_changed_is_kept(
    model_file: Path, cbz: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(model_file, cbz, "-o", out)
    grown = run(model_file, cbz, "-o", out, "--grow", 6)
    assert grown.output.endswith("3 pages cleaned, 1 book written, 3 of them anew for other options than before\n")
    write_zip(out / "book.cbz", {"mine.txt": b"edited"})
    kept = run(model_file, cbz, "-o", out, "--grow", 5)
    assert "note: 1 result changed by somebody since: kept" in kept.output
    assert list(members_of(out / "book.cbz")) == ["mine.txt"]
    assert "3 pages cleaned, 1 book written" in run(model_file, cbz, "-o", out, "--overwrite").output
    check_clean(out / "book.cbz")
    later = (out / "book.cbz").stat().st_mtime + 10
    os.utime(cbz, (later, later))
    assert "3 pages cleaned, 1 book written" in run(model_file, cbz, "-o", out).output


def test_a_damaged_page_stays_and_is_told_and_is_tried_again(model_file: Path, tmp_path: Path) -> None:
    members = book_of() | {"ch/0.png": book_of()["ch/0.png"][:60], "cover.heic": b"x"}
    path, out = write_zip(tmp_path / "book.cbz", members), tmp_path / "out"
    for cleaned in (2, 0):
        result = run(model_file, path, "-o", out)
        assert result.exit_code == 1
        assert f"failed: {path}/ch/0.png: the picture is damaged" in result.output
        assert f"failed: {path}/cover.heic: .heic is not read: it stays as it is" in result.output
        assert f"note: {path}: 1 of its 3 pages stay as they are" in result.output
        told = "" if cleaned else ", 2 were done already (--overwrite makes them anew)"
        assert result.output.splitlines()[-1] == f"{cleaned} pages cleaned, 1 book written{told}, 2 failed"
        after = members_of(out / "book.cbz")
        assert list(after) == list(members)
        assert after["ch/0.png"] == members["ch/0.png"]
        assert is_white(after["ch/2.png"])
    os.utime(write_zip(path, book_of()), (0, 0))  # mended, though older than the result
    assert "3 pages cleaned, 1 book written" in run(model_file, path, "-o", out, "--overwrite").output
    assert files(out) == ["book.cbz"]
    check_clean(out / "book.cbz")


def test_a_book_of_which_no_page_can_be_cleaned_is_not_written(model_file: Path, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "book.cbz", {"1.png": b"none", "2.png": b""})
    result = run(model_file, path, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert f"failed: {path}: none of its pages could be cleaned: it is not written" in result.output
    assert files(tmp_path) == ["book.cbz"]


def test_books_that_are_refused_cost_no_other(model_file: Path, cbz: Path, tmp_path: Path) -> None:
    write_zip(cbz.with_name("volumes.zip"), {"1.cbz": b"x"})
    cbz.with_name("cut.cbz").write_bytes(cbz.read_bytes()[:200])
    result = run(model_file, cbz.parent, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "volumes.zip: its member 1.cbz is an archive or a book itself: unpack it" in result.output
    assert "cut.cbz: the archive is cut short" in result.output
    assert result.output.splitlines()[-1] == "3 pages cleaned, 1 book written, 2 failed"
    assert files(tmp_path / "out") == ["book.cbz"]


@pytest.mark.slow
def test_an_interrupted_book_goes_on(model_file: Path, tmp_path: Path) -> None:
    page = np.random.default_rng(0).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    names = [f"{number}.bmp" for number in range(100)]
    path, out = write_zip(tmp_path / "book.cbz", dict.fromkeys(names, picture(page, "BMP"))), tmp_path / "out"
    process = start(model_file, path, "-o", out, "--fill", "white", "--jobs", 2, group=True)
    while not list(out.glob(".textrm-*/*-*")) and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors.startswith("stopped")
    waiting = [name for name in files(out) if not name.endswith(".part")]
    assert 0 < len(waiting) < 100
    assert "book.cbz" not in waiting
    result = run(model_file, path, "-o", out, "--fill", "white")
    assert f"{100 - len(waiting)} pages cleaned, 1 book written, {len(waiting)} were done already" in result.output
    assert files(out) == ["book.cbz"]
    assert list(members_of(out / "book.cbz")) == names
    whole = (out / "book.cbz").read_bytes()
    run(model_file, path, "-o", tmp_path / "at once", "--fill", "white")
    assert (tmp_path / "at once" / "book.cbz").read_bytes() == whole


def test_pages_of_another_state_of_the_book_are_not_taken(
    model_file: Path, cbz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    result = run_without_writing(model_file, cbz, out, monkeypatch)
    assert "unexpected ZeroDivisionError" in result.output
    assert len(files(out)) == 3
    write_zip(cbz, {"ch/2.png": picture(lettered_page(100, 100)), "ch/0.png": picture(bare_page(50, 50))})
    os.utime(cbz, (0, 0))
    assert "2 pages cleaned, 1 book written" in run(model_file, cbz, "-o", out).output
    after = members_of(out / "book.cbz")
    assert [Image.open(io.BytesIO(content)).size for content in after.values()] == [(100, 100), (50, 50)]


def test_a_book_in_its_own_place(model_file: Path, cbz: Path) -> None:
    assert "its result would replace it; choose another folder" in run(model_file, cbz, "-o", cbz.parent).output
    before = cbz.read_bytes()
    result = run(model_file, cbz, "-o", cbz.parent, "--overwrite", "--backup")
    assert result.exit_code == 0
    check_clean(cbz)
    assert files(cbz.parent) == ["book.cbz", "book.cbz.bak"]
    assert cbz.with_name("book.cbz.bak").read_bytes() == before


def test_a_trial_run_tells_of_books(model_file: Path, cbz: Path, tmp_path: Path) -> None:
    result = run(model_file, cbz, "-o", tmp_path / "out", "--dry-run")
    assert result.output.splitlines() == [
        f"{cbz} -> {tmp_path / 'out' / 'book.cbz'}",
        "dry run: 3 pages would be cleaned, 0 done already",
    ]
    assert not (tmp_path / "out").exists()


def test_what_meets_beside_a_folder_of_the_same_name_is_told(model_file: Path, cbz: Path, tmp_path: Path) -> None:
    (cbz.parent / "book" / "ch").mkdir(parents=True)
    Image.fromarray(lettered_page()).save(cbz.parent / "book" / "ch" / "0.png")
    result = run(model_file, cbz.parent, "-o", tmp_path / "out", "--mask")
    assert result.exit_code == 1
    assert (
        f"failed: {cbz}/ch/0.png: it and {cbz.parent / 'book' / 'ch' / '0.png'} would both be written" in result.output
    )
    assert result.output.splitlines()[-1] == "3 pages cleaned, 1 book written, 1 failed"
    assert run(model_file, cbz.parent, "-o", tmp_path / "out2").exit_code == 0


def test_files_beside_pages_that_are_alike_but_for_case_are_told(model_file: Path, tmp_path: Path) -> None:
    names = ("ch/p1.png", "ch/P1.PNG", "ch/p2.png", "CH/P2.webp", "ch/3.png", "ch/30.png")
    pages = [picture(lettered_page(), "WEBP" if name.endswith("webp") else "PNG") for name in names]
    path = write_zip(tmp_path / "book.cbz", dict(zip(names, pages, strict=True)))
    alike = "are one name where upper and lower case count the same: all are kept"
    beside = ("ch/p1, ch/P1, ch/p2, CH/P2: where upper and lower case count the same, what is written beside these "
              "pages has one name, and only the last of it is kept")  # fmt: skip
    result = run(model_file, path, "-o", tmp_path / "out", "--mask")
    assert result.exit_code == 0
    assert f"note: {path}: ch/p1.png, ch/P1.PNG {alike}" in result.output
    assert f"note: {path}: {beside}" in result.output
    assert {f"book/{name}.mask.png" for name in ("ch/p1", "ch/P1", "CH/P2")} < set(files(tmp_path / "out"))
    without = run(model_file, path, "-o", tmp_path / "other")
    assert alike in without.output
    assert "beside these pages" not in without.output


def test_pages_in_books_keep_their_format(model_file: Path, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "book.cbz", {"1.jpg": picture(lettered_page(), "JPEG", quality=90)})
    result = run(model_file, path, "-o", tmp_path / "out", "--format", "png")
    assert "note: pages in books keep their names and formats, whatever --format says" in result.output
    (content,) = members_of(tmp_path / "out" / "book.cbz").values()
    assert Image.open(io.BytesIO(content)).format == "JPEG"
    assert "done already" in run(model_file, path, "-o", tmp_path / "out").output


@pytest.mark.slow
def test_a_full_disk_leaves_no_half_book(model_file: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    noise[20:32, 16:24] = 0
    members = {f"{number}.bmp": picture(noise, "BMP") for number in range(4)}
    path, out = write_zip(tmp_path / "book.cbz", members), tmp_path / "out"
    process = start(model_file, path, "-o", out, "--fill", "white", "--jobs", 1, limit="ulimit -f 600; trap '' XFSZ;")
    _, errors = process.communicate()
    assert process.returncode == 1
    assert "File too large" in errors
    assert [name for name in files(out) if not name.startswith(".textrm-")] == []
    assert (
        "0 pages cleaned, 1 book written, 4 were done already"
        in run(model_file, path, "-o", out, "--fill", "white").output
    )

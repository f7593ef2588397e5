"""What goes wrong with a page or with a run is told in one line, and costs no more than it must."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from infer_command import check_interrupted, check_reasons, files, run, start
from PIL import Image
from standin_model import METADATA, lettered_page, write_model, write_times
from stopping import before_call

from textrm.page.planning import page_files
from textrm.pictures.read import read


def test_bad_pages_do_not_stop_the_others(model_file: Path, book: Path, tmp_path: Path) -> None:
    (book / "a-empty.png").touch()
    (book / "b-text.jpg").write_text("no picture")
    (book / "c-cut.png").write_bytes((book / "1.png").read_bytes()[:-40])
    Image.new("RGB", (300, 300)).save(book / "d-bomb.png")
    result = run(model_file, book, tmp_path / "nowhere.png", "-o", tmp_path / "out", "--max-pixels", 80_000)
    assert result.exit_code == 1
    assert "3 pages cleaned, 5 failed" in result.output
    assert files(tmp_path / "out") == ["1.png", "2.jpg", "two/3.png"]
    check_reasons(result.output.splitlines(), {
        "a-empty.png": "the file is empty", "b-text.jpg": "not a picture", "c-cut.png": "damaged",
        "d-bomb.png": "more than 80000 pixels", "nowhere.png": "no such file",
    })  # fmt: skip


def test_unreadable_and_unwritable_paths(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The refusal is staged: root, as whom tests run in containers, may read and write everything.
    really_open = io.open

    def guarded_open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        path = str(file)
        if path == str(book / "1.png") or ("x" in mode and str(tmp_path / "out" / "two") in path):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return really_open(file, mode, *args, **kwargs)

    monkeypatch.setattr("builtins.open", guarded_open)
    monkeypatch.setattr("io.open", guarded_open)
    result = run(model_file, book, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "1 page cleaned, 2 failed" in result.output
    assert result.output.count("Permission denied") == 2


def test_an_unwritable_folder_is_a_failure_of_the_page(model_file: Path, book: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "two").write_text("a file where a folder is wanted")
    result = run(model_file, book, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "2 pages cleaned, 1 failed" in result.output
    assert "cannot be written" in result.output


def test_a_fault_of_ours_costs_one_page_only(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(path: Path, limit: int) -> object:
        if path.name == "1.png":
            raise ZeroDivisionError("by zero")
        return read(path, limit)

    monkeypatch.setattr(page_files, "read", faulty)
    result = run(model_file, book, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "1.png: unexpected ZeroDivisionError: by zero" in result.output
    assert files(tmp_path / "out") == ["2.jpg", "two/3.png"]


def test_pages_that_collide_fail_and_the_others_are_done(model_file: Path, book: Path, tmp_path: Path) -> None:
    (book / "1.jpg").write_bytes((book / "2.jpg").read_bytes())
    for number, options in enumerate((["--mask"], ["--format", "png"])):
        out = tmp_path / str(number)
        result = run(model_file, book, "-o", out, *options)
        assert result.exit_code == 1
        assert result.output.splitlines()[-1] == "2 pages cleaned, 2 failed"
        assert f"failed: {book / '1.jpg'}: it and {book / '1.png'} would both be written to" in result.output
        assert f"failed: {book / '1.png'}: it and {book / '1.jpg'} would both be written to" in result.output
        assert len(files(out)) == (4 if options == ["--mask"] else 2)


def test_one_mistake_that_all_pages_share_is_told_once_with_its_remedy(
    model_file: Path, book: Path, tmp_path: Path
) -> None:
    (book / "0.png").touch()
    result = run(model_file, book, "-o", book)
    remedy = "its result would replace it; choose another folder with -o, or give --overwrite"
    assert result.output.splitlines() == [
        f"failed: {book / '0.png'}: {remedy} (the same of 3 more)",
        "0 pages cleaned, 4 failed",
    ]
    (tmp_path / "file").touch()
    lines = run(model_file, book, "-o", tmp_path / "file" / "out").output.splitlines()
    reason = "its result cannot be written: Not a directory"
    assert lines[:3] == [
        f"failed: {book / '0.png'}: the file is empty",
        f"failed: {book / '1.png'}: {reason} (the same of 1 more)",
        f"failed: {book / 'two' / '3.png'}: {reason}",
    ]
    assert lines[-1] == "0 pages cleaned, 4 failed"


def test_nets_that_give_no_numbers_cost_no_page(
    model_file: Path, inpainter_file: Path, cleaner_file: Path, tmp_path: Path
) -> None:
    lettered = lettered_page()
    lettered[..., 1] //= 2
    lettered[::2, ::2] //= 2  # nothing flat, so that the net fills it
    fill = write_times(tmp_path / "fill.onnx", inpainter_file, "filled", float("nan"))
    clean = write_times(tmp_path / "clean.onnx", cleaner_file, "clean", float("nan"))
    Image.fromarray(lettered).save(tmp_path / "page.png")
    before = (tmp_path / "page.png").read_bytes()
    for model, damaged, options in (
        (model_file, "fill.onnx gave no numbers for filled", ("--fill", "network", "--fill-model", fill)),
        (clean, "clean.onnx gave no numbers for clean", ("--method", "end-to-end")),
    ):
        result = run(model, tmp_path / "page.png", "-o", tmp_path, "--overwrite", *options)
        assert result.exit_code == 1
        told, ending = result.output.splitlines()
        assert told.startswith(f"failed: {tmp_path / 'page.png'}: ")
        assert damaged in told
        assert ending == "0 pages cleaned, 1 failed"
        assert (tmp_path / "page.png").read_bytes() == before


def test_an_empty_folder(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run(model_file, tmp_path / "empty", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "empty: the folder holds no picture" in result.output


@pytest.mark.parametrize("name", ["none.onnx", "corrupt.onnx", "tagger.onnx"])
def test_models_that_cannot_be_used(book: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "corrupt.onnx").write_bytes(b"\x08\x07 not a model")
    write_model(tmp_path / "tagger.onnx", {**METADATA, "textrm.task": "tagging"})
    result = run(tmp_path / name, book, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert result.output.count("\n") == 1
    assert name in result.output
    assert not (tmp_path / "out").exists()


def test_a_tile_without_room_for_its_margins_stops_the_run(model_file: Path, book: Path, tmp_path: Path) -> None:
    result = run(model_file, book, "-o", tmp_path / "out", "--tile", 135)
    assert result.exit_code == 1
    assert result.output == "error: tile is 135 pixels; expected at least 136 with this model\n"
    assert not (tmp_path / "out").exists()
    assert run(model_file, book, "-o", tmp_path / "out", "--tile", 136).exit_code == 0


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_run_that_stops_lists_what_failed_before(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    (book / "0.png").touch()

    def stop(source: Path, target: Path) -> None:
        raise error

    monkeypatch.setattr(os, "replace", stop)
    result = run(model_file, tmp_path / "none.png", book, "-o", tmp_path / "out")
    lines = result.output.splitlines()
    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert lines[0] == f"failed: {tmp_path / 'none.png'}: there is no such file or folder"
    assert lines[1] == f"failed: {book / '0.png'}: the file is empty"
    assert lines[2].startswith(("stopped; all files", "error: the disk is full"))
    assert len(lines) == 3
    assert files(tmp_path / "out") == []


@pytest.mark.parametrize("when", [1, 2])
def test_a_full_disk_leaves_no_half_file_and_stops_the_run(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: int
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", before_call(when, full, os.replace))
    result = run(model_file, book, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "the disk is full" in result.output
    assert files(tmp_path / "out") == ["1.png"][: when - 1]


@pytest.mark.slow
def test_a_write_that_breaks_off_leaves_no_half_file(model_file: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(110, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "1.png")  # 120 kB; no file may grow beyond 32 kB
    process = start(model_file, tmp_path / "1.png", "-o", tmp_path / "out", limit="ulimit -f 32;")
    _, errors = process.communicate()
    assert process.returncode == 1
    assert "cannot be written: File too large" in errors
    assert files(tmp_path / "out") == []


@pytest.mark.slow
def test_interruption_leaves_whole_files_only(model_file: Path, tmp_path: Path) -> None:
    page = np.random.default_rng(0).integers(0, 256, (700, 700, 3), dtype=np.uint8)
    (tmp_path / "in").mkdir()
    Image.fromarray(page).save(tmp_path / "in" / "0.bmp")
    for index in range(1, 1000):  # more than are cleaned before the signal comes, however busy the machine is
        os.link(tmp_path / "in" / "0.bmp", tmp_path / "in" / f"{index}.bmp")
    process = start(model_file, tmp_path / "in", "-o", tmp_path / "out", "--format", "png", "--fill", "white")
    check_interrupted(process, tmp_path / "out", 1000, lambda: process.send_signal(signal.SIGINT))


def test_what_cannot_be_written_beside_a_page_does_not_cost_it(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "1.mask.png").mkdir(parents=True)
    result = run(model_file, book / "1.png", "-o", out, "--mask", "--json")
    assert result.exit_code == 1
    assert f"failed: {book / '1.png'}: {out / '1.mask.png'} cannot be written: Is a directory" in result.output
    assert "1 page cleaned" in result.output
    assert (read(out / "1.png").image == 255).all()
    assert (out / "1.json").exists()
    (out / "1.mask.png").rmdir()
    assert run(model_file, book / "1.png", "-o", out, "--mask", "--json").exit_code == 0
    assert (out / "1.mask.png").is_file()


def test_a_name_that_is_no_text_goes_through_with_all_files_beside_it(model_file: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / "in").mkdir()
    Image.fromarray(lettered_page()).save(tmp_path / "in" / name)
    result = run(model_file, tmp_path / "in", "-o", tmp_path / "out", "--json", "--mask")
    assert result.exit_code == 0
    told = json.loads((tmp_path / "out" / os.fsdecode(b"caf\xe9.json")).read_text(encoding="utf-8"))
    assert told["page"] == name
    again = run(model_file, tmp_path / "in", "-o", tmp_path / "out", "--json", "--mask")
    assert "0 pages cleaned, 1 were done" in again.output

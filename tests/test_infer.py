from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from standin_model import METADATA, lettered_page, write_model

from textrm import infer
from textrm.page import batch
from textrm.page.model import Segmenter
from textrm.page.read import read

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "standin.onnx")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Three pages, one of them in a chapter of its own."""
    folder = tmp_path / "book"
    (folder / "two").mkdir(parents=True)
    for name in ("1.png", "2.jpg", "two/3.png"):
        Image.fromarray(lettered_page()).save(folder / name, **({"quality": 95} if name.endswith("jpg") else {}))
    return folder


def run(model: Path, *arguments: object) -> Result:
    command = [str(argument) for argument in (*arguments, "--model", model, "--threads", 1)]
    result = CliRunner().invoke(infer.main, command)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_folder_is_cleaned_and_keeps_its_tree(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(model_file, book, "-o", out)
    assert result.exit_code == 0
    assert "3 pages cleaned" in result.output
    assert files(out) == ["1.png", "2.jpg", "two/3.png"]
    assert (read(out / "1.png").image == 255).all()
    assert read(out / "2.jpg").image.min() > 240
    assert np.array_equal(read(book / "1.png").image, lettered_page())


def test_what_is_written_beside_a_page(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(model_file, book / "1.png", "-o", out, "--mask", "--prob", "--overlay", "--json").exit_code == 0
    assert files(out) == ["1.json", "1.mask.png", "1.overlay.png", "1.png", "1.prob.png"]
    mask, prob = (np.asarray(Image.open(out / f"1.{name}.png")) for name in ("mask", "prob"))
    assert mask.dtype == prob.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 255}
    assert np.array_equal(mask > 0, prob > 127)
    overlay = np.asarray(Image.open(out / "1.overlay.png"))
    assert overlay.shape == (96, 80, 3)
    assert overlay[26, 20].tolist() == [0, 0, 0]  # the letters are still to be seen
    assert (overlay != lettered_page()).any()
    page = json.loads((out / "1.json").read_text())
    assert (page["page"], page["width"], page["height"], page["run"]) == ("1.png", 80, 96, "stand-in")
    (region,) = page["regions"]
    assert region["area"] == (mask > 0).sum()
    assert 0.5 < region["score"] <= 1
    x, y = np.array(region["polygon"]).T
    assert region["box"] == [x.min(), y.min(), x.max() + 1, y.max() + 1]


def test_options_are_passed_on(model_file: Path, book: Path, tmp_path: Path) -> None:
    seen = {}

    def spy(job: object, model: Segmenter, as_png: bool, max_pixels: int, **options: object) -> list[str]:
        seen.update(options, as_png=as_png, max_pixels=max_pixels)
        return ["a note"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(infer, "clean_file", spy)
        result = run(model_file, book / "1.png", "-o", tmp_path / "out", "--threshold", 0.4, "--low", 0.2,
                     "--grow", 3, "--min-area", 5, "--fill", "telea", "--tile", 256, "--format", "png",
                     "--max-pixels", 99)  # fmt: skip
    assert seen == {"threshold": 0.4, "low": 0.2, "grow": 3, "min_area": 5, "fill": "telea", "tile": 256,
                    "as_png": True, "max_pixels": 99}  # fmt: skip
    assert "1.png: a note" in result.output


def test_png_gives_untouched_pixels_back(model_file: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    page = np.clip(lettered_page().astype(int) - rng.integers(0, 60, (96, 80, 3)), 0, 255).astype(np.uint8)
    Image.fromarray(page).save(tmp_path / "1.jpg", quality=70)
    out = tmp_path / "out"
    assert run(model_file, tmp_path / "1.jpg", "-o", out, "--format", "png", "--mask", "--grow", 0).exit_code == 0
    mask = np.asarray(Image.open(out / "1.mask.png")) > 0
    before, after = read(tmp_path / "1.jpg").image, read(out / "1.png").image
    assert np.array_equal(before[~mask], after[~mask])
    assert (before[mask] != after[mask]).any()


def test_bad_pages_do_not_stop_the_others(model_file: Path, book: Path, tmp_path: Path) -> None:
    (book / "a-empty.png").touch()
    (book / "b-text.jpg").write_text("no picture")
    (book / "c-cut.png").write_bytes((book / "1.png").read_bytes()[:-40])
    Image.new("RGB", (300, 300)).save(book / "d-bomb.png")
    result = run(model_file, book, tmp_path / "nowhere.png", "-o", tmp_path / "out", "--max-pixels", 80_000)
    assert result.exit_code == 1
    assert "3 pages cleaned, 5 failed" in result.output
    assert files(tmp_path / "out") == ["1.png", "2.jpg", "two/3.png"]
    failures = {line.split(": ")[1].rsplit("/")[-1]: line for line in result.output.splitlines() if "failed: " in line}
    for name, words in {
        "a-empty.png": "the file is empty",
        "b-text.jpg": "not a picture",
        "c-cut.png": "damaged",
        "d-bomb.png": "more than 80000 pixels",
        "nowhere.png": "no such file",
    }.items():
        assert words in failures[name]


def test_unreadable_and_unwritable_paths(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The refusal is staged: root, as whom tests run in containers, may read and write everything.
    really_open = io.open

    def guarded_open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        path = str(file)
        if path == str(book / "1.png") or ("w" in mode and str(tmp_path / "out" / "two") in path):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return really_open(file, mode, *args, **kwargs)

    monkeypatch.setattr("builtins.open", guarded_open)
    monkeypatch.setattr("io.open", guarded_open)
    result = run(model_file, book, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "1 pages cleaned, 2 failed" in result.output
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

    monkeypatch.setattr(batch, "read", faulty)
    result = run(model_file, book, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "1.png: unexpected ZeroDivisionError: by zero" in result.output
    assert files(tmp_path / "out") == ["2.jpg", "two/3.png"]


def test_the_next_run_goes_on(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(model_file, book / "1.png", "-o", out).exit_code == 0
    (out / "1.png").write_bytes(b"kept as it is")
    result = run(model_file, book, "-o", out)
    assert "2 pages cleaned, 1 were done already" in result.output
    assert (out / "1.png").read_bytes() == b"kept as it is"
    result = run(model_file, book, "-o", out, "--overwrite")
    assert "3 pages cleaned" in result.output
    assert (read(out / "1.png").image == 255).all()


def test_pages_are_replaced_only_when_it_is_wished(model_file: Path, book: Path) -> None:
    before = (book / "1.png").read_bytes()
    result = run(model_file, book, "-o", book)
    assert result.exit_code == 1
    assert "give --overwrite" in result.output
    assert (book / "1.png").read_bytes() == before
    assert run(model_file, book, "-o", book, "--overwrite").exit_code == 0
    assert (read(book / "1.png").image == 255).all()


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


@pytest.mark.parametrize("arguments", [["--threshold", "2"], ["--fill", "magic"], ["--tile", "9"], ["--colour"]])
def test_wrong_options_are_named(model_file: Path, book: Path, tmp_path: Path, arguments: list[str]) -> None:
    result = run(model_file, book, "-o", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert arguments[0] in result.output


@pytest.mark.parametrize("when", [1, 2])
def test_a_full_disk_leaves_no_half_file_and_stops_the_run(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: int
) -> None:
    count = 0
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        nonlocal count
        count += 1
        if count == when:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    result = run(model_file, book, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "the disk is full" in result.output
    assert files(tmp_path / "out") == ["1.png"][: when - 1]


def start(model: Path, *arguments: object, limit: str = "") -> subprocess.Popen[str]:
    command = " ".join(
        [limit, "exec", sys.executable, "-m", "textrm.infer", *map(str, arguments), "--model", str(model)]
    )
    return subprocess.Popen(["bash", "-c", command], cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_a_write_that_breaks_off_leaves_no_half_file(model_file: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(110, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "1.png")  # 120 kB; no file may grow beyond 32 kB
    process = start(model_file, tmp_path / "1.png", "-o", tmp_path / "out", limit="ulimit -f 32;")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot be written: File too large" in errors
    assert files(tmp_path / "out") == []


def test_interruption_leaves_whole_files_only(model_file: Path, tmp_path: Path) -> None:
    page = np.random.default_rng(0).integers(0, 256, (700, 700, 3), dtype=np.uint8)
    (tmp_path / "in").mkdir()
    for index in range(40):
        Image.fromarray(np.roll(page, index)).save(tmp_path / "in" / f"{index:02}.bmp")
    process = start(model_file, tmp_path / "in", "-o", tmp_path / "out", "--format", "png", "--fill", "white")
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out").glob("*.png")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.startswith("stopped")
    assert errors.count("\n") == 1
    written = files(tmp_path / "out")
    assert 0 < len(written) < 40
    assert all(name.endswith(".png") for name in written)
    for name in written:
        with Image.open(tmp_path / "out" / name) as picture:
            picture.load()

"""Pages are tagged, and told as it was wished."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import click
import infer_command
import numpy as np
import pytest
from PIL import Image
from standin_model import write_tagger

from textrm import tag
from textrm.page import TaggingModel
from textrm.page.looks import draw_looks
from textrm.pictures.read import read

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def tagger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tagger(tmp_path_factory.mktemp("model") / "tag.onnx")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A reddish square, a white tall page and a dark one in a folder of its own."""
    folder = tmp_path / "album"
    (folder / "two").mkdir(parents=True)
    red = np.zeros((64, 64, 3), np.uint8)
    red[:32, :32] = 204, 51, 153  # the top left quarter is look 1
    Image.fromarray(red).save(folder / "1.png")
    Image.new("RGB", (50, 100), "white").save(folder / "2.webp", lossless=True)
    Image.new("RGB", (30, 30)).save(folder / "two" / "3.png")
    return folder


run = partial(infer_command.run, main=tag.main)


def test_a_line_for_each_page(tagger_file: Path, album: Path) -> None:
    result = run(tagger_file, album, album / "1.png", "--threshold", 0.2)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{album / '1.png'}\tred:0.8000\tblue:0.6000",  # a page that is given twice counts once
        f"{album / '2.webp'}\tred:0.5000\tgreen:0.5000\tblue:0.5000",  # half of its square are bars
        f"{album / 'two' / '3.png'}",
    ]
    assert result.stderr == "3 pages tagged\n"
    page = album / "1.png"
    assert run(tagger_file, page).stdout == f"{page}\tred:0.8000\tblue:0.6000\n"  # above the model's own 0.5
    assert run(tagger_file, page, "--threshold", 0.7).stdout == f"{page}\tred:0.8000\n"
    assert run(tagger_file, page, "--threshold", 0, "--top", 1).stdout == f"{page}\tred:0.8000\n"
    assert run(tagger_file, page, "--threshold", 0).stdout == f"{page}\tred:0.8000\tblue:0.6000\tgreen:0.2000\n"


def test_json_has_the_looks_in_pixels_of_the_page(tagger_file: Path, album: Path) -> None:
    result = run(tagger_file, album, "--json", "--threshold", 0.2)
    pages = [json.loads(line) for line in result.stdout.splitlines()]
    assert [page["page"] for page in pages] == [str(album / name) for name in ("1.png", "2.webp", "two/3.png")]
    assert list(pages[0]["tags"].items()) == [("red", 0.8), ("blue", 0.6)]
    assert [look["tags"] for look in pages[0]["looks"]] == [{}, {"red": 0.8, "blue": 0.6}, {}, {}, {}]
    assert pages[1]["looks"][0] == {"box": [0, 0, 50, 100], "tags": {"red": 0.5, "green": 0.5, "blue": 0.5}}
    assert pages[1]["looks"][4]["box"] == [25, 50, 50, 100]
    assert pages[2]["tags"] == {}
    (top,) = [json.loads(line) for line in run(tagger_file, album / "1.png", "--json", "--top", 1).stdout.splitlines()]
    assert top["tags"] == top["looks"][1]["tags"] == {"red": 0.8}


def test_pages_are_tagged_upright(tagger_file: Path, tmp_path: Path) -> None:
    stored = np.zeros((40, 40, 3), np.uint8)
    stored[20:, :20] = 255  # the lower left quarter, which a turn to the right brings to the top left
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(stored).save(tmp_path / "1.png", exif=exif)
    (page,) = [json.loads(line) for line in run(tagger_file, tmp_path / "1.png", "--json").stdout.splitlines()]
    assert [len(look["tags"]) for look in page["looks"]] == [0, 3, 0, 0, 0]


def test_names_and_paths_of_other_scripts(tmp_path: Path) -> None:
    model = write_tagger(tmp_path / "a.onnx", ("空", "é", "c"))
    page = Path(os.fsdecode(os.fsencode(tmp_path) + "/頁".encode() + b"\xff.png"))
    try:
        Image.new("RGB", (8, 8), "white").save(tmp_path / "white.png")
        (tmp_path / "white.png").rename(page)
    except OSError:  # a file system that holds text only
        page = (tmp_path / "white.png").rename(tmp_path / "頁.png")
    assert run(model, page).stdout_bytes == os.fsencode(page) + "\t空:1.0000\té:1.0000\tc:1.0000\n".encode()
    assert json.loads(run(model, page, "--json").stdout_bytes) | {"looks": []} == {
        "page": str(page), "tags": {"空": 1, "é": 1, "c": 1}, "looks": []
    }  # fmt: skip


def test_looks_are_drawn_beside_no_page(tagger_file: Path, album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(tagger_file, album, "--looks", "-o", out)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 3
    written = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert written == ["1.looks.png", "2.looks.png", "two/3.looks.png"]
    image = read(album / "1.png").image
    boxes = TaggingModel(tagger_file)(image).boxes
    expected = draw_looks(image, boxes, [[], ["red 0.80", "blue 0.60"], [], [], []])
    assert np.array_equal(read(out / "1.looks.png").image, expected)
    # Beside the pages too: what was drawn is no page the next time.
    for _ in range(2):
        result = run(tagger_file, album, "--looks", "-o", album)
        assert (result.exit_code, result.stderr) == (0, "3 pages tagged\n")
    assert len(list(album.rglob("*.png"))) == 5


def test_no_page_is_overwritten(tagger_file: Path, album: Path) -> None:
    (album / "1.png").rename(album / "2.looks.png")
    before = (album / "2.looks.png").read_bytes()
    result = run(tagger_file, album / "2.looks.png", album / "2.webp", "--looks", "-o", album)
    assert result.exit_code == 1
    assert f"failed: {album / '2.webp'}: its result would replace the page {album / '2.looks.png'}" in result.stderr
    assert (album / "2.looks.png").read_bytes() == before


def test_pages_with_one_picture_for_both_are_told_of(tagger_file: Path, album: Path, tmp_path: Path) -> None:
    (album / "2.png").write_bytes((album / "1.png").read_bytes())
    result = run(tagger_file, album, "--looks", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.count("would both be written to") == 2
    assert len(run(tagger_file, album).stdout.splitlines()) == 4


@pytest.mark.parametrize(("arguments", "words"), [(["--looks"], "give -o OUT"), (["-o", "out"], "give --looks")])
def test_looks_and_their_folder_belong_together(
    tagger_file: Path, album: Path, arguments: list[str], words: str
) -> None:
    result = run(tagger_file, album, *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_bad_pages_do_not_stop_the_others(
    tagger_file: Path, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (album / "0.png").touch()
    (album / "1a.jpg").write_text("no picture")
    Image.new("RGB", (300, 300)).save(album / "bomb.png")
    (album / "scan.pdf").touch()

    def faulty(path: Path, limit: int) -> object:
        if path.name == "2.webp":
            raise ZeroDivisionError("by zero")
        return read(path, limit)

    monkeypatch.setattr(tag, "read", faulty)
    result = run(tagger_file, album, tmp_path / "nowhere.png", "--max-pixels", 80_000)
    assert result.exit_code == 1
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == [
        str(album / "1.png"), str(album / "two" / "3.png")
    ]  # fmt: skip
    lines = result.stderr.splitlines()
    assert lines[-1] == "2 pages tagged, 6 failed"
    infer_command.check_reasons(lines, {
        "0.png": "the file is empty", "1a.jpg": "not a picture", "bomb.png": "more than 80000 pixels",
        "2.webp": "unexpected ZeroDivisionError: by zero; please report it", "scan.pdf": ".pdf is not read",
        "nowhere.png": "no such file",
    })  # fmt: skip


def test_a_full_disk_stops_the_run_and_leaves_no_half_file(
    tagger_file: Path, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    result = run(tagger_file, album, "--looks", "-o", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: the disk is full: the result of {album / '1.png'} was not written")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_models_that_cannot_be_used(model_file: Path, album: Path, tmp_path: Path) -> None:
    for path, words in ((model_file, "expected textrm.task = tagging"), (tmp_path / "no.onnx", "no model file")):
        result = run(path, album)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("error: ")
        assert words in result.stderr
        assert result.stderr.count("\n") == 1


def test_on_a_terminal_each_page_is_a_block(album: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    labels = [f"tag number {number}" for number in range(12)]
    model = write_tagger(tmp_path / "a.onnx", labels)
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True, raising=False)
    result = run(model, album / "1.png", album / "two", "--threshold", 0.7)
    lines = click.unstyle(result.stdout).splitlines()
    assert lines[0] == str(album / "1.png")
    assert [line.split("  ")[1:] for line in lines[1:3]] == [
        ["tag number 0 0.80", "tag number 3 0.80"], ["tag number 6 0.80", "tag number 9 0.80"]
    ]  # fmt: skip
    assert lines[3:] == [str(album / "two" / "3.png"), "  no tag"]


def start(model: Path, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "textrm.tag", *map(str, arguments), "--model", str(model), "--threads", "1"]
    # A suite that a shell runs in the background ignores Ctrl-C, and so would all that it starts.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, cwd=ROOT, text=True, preexec_fn=heed, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("ends", ["interrupted", "unread"])
def test_a_run_that_is_ended_says_so_in_one_line_at_most(tagger_file: Path, tmp_path: Path, ends: str) -> None:
    (tmp_path / "in").mkdir()
    Image.new("RGB", (500, 500)).save(tmp_path / "in" / "0.bmp")
    for index in range(1, 3000):  # more than are tagged before the end comes, however busy the machine is
        os.link(tmp_path / "in" / "0.bmp", tmp_path / "in" / f"{index}.bmp")
    with start(tagger_file, tmp_path / "in") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(str(tmp_path))
        if ends == "interrupted":
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate()
        else:
            process.stdout.close()  # as head does
            errors = process.stderr.read()
            process.wait()
    assert (process.returncode, errors) == ((130, "stopped\n") if ends == "interrupted" else (1, ""))

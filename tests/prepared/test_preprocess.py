"""Trees and manifests of pictures become sets that a net can take."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from icc_profiles import wide_rgb
from infer_command import files
from PIL import Image
from prepared_set import make_tree, noise, prepare

from textrm.data.manifest import Row, load_sample, read_manifest, write_manifest
from textrm.pictures.colour import to_srgb
from textrm.pictures.read import read

ROOT = Path(__file__).resolve().parents[2]


def test_a_tree_becomes_a_set(tmp_path: Path) -> None:
    tree, out = make_tree(tmp_path / "in"), tmp_path / "out"
    Image.fromarray(noise(30, 20)).save(
        tree / "4.png", icc_profile=wide_rgb(), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    )
    result = prepare(tree, out, "--size", 48)
    assert (result.exit_code, result.output) == (0, "4 pictures prepared\n")
    names = ["1.png", "2.jpg", "4.png", "two/3.png"]
    assert files(out / "originals") == names
    assert all((out / "originals" / name).read_bytes() == (tree / name).read_bytes() for name in names)
    assert files(out / "image") == ["1.png", "2.png", "4.png", "two/3.png"]
    manifest = read_manifest(out / "manifest.csv")
    for row in manifest.rows:
        with Image.open(out / row.image) as picture:
            assert (picture.mode, picture.size, picture.format, picture.info) == ("RGB", (48, 48), "PNG", {})
        assert (row.width, row.height, row.split) == (48, 48, "test")
    first, second, fourth, third = manifest.rows
    assert (third.id, third.group, first.group) == ("two/3", "two", "in")
    kept = ("original", "format", "mode", "original_width", "original_height", "icc", "orientation", "box")
    assert [second.extra[name] for name in kept] == ["originals/2.jpg", "JPEG", "RGB", "60", "40", "", "1", "0,8,48,40"]
    assert [fourth.extra[name] for name in kept[3:]] == ["30", "20", "Wide of 1998", "6", "9,14,39,34"]
    assert fourth.extra["ignore_boxes"] == "0,0,48,14;0,34,48,48;0,14,9,34;39,14,48,34"
    original = read(tree / "4.png")
    assert np.array_equal(read(out / fourth.image).image[14:34, 9:39], to_srgb(original))
    assert not np.array_equal(to_srgb(original), original.image)


@pytest.mark.parametrize("pad", ["reflect", "letterbox"])
def test_pictures_of_their_own_size(tmp_path: Path, pad: str) -> None:
    assert (
        prepare(make_tree(tmp_path / "in"), tmp_path / "out", "--size", 0, "--multiple", 64, "--pad", pad).exit_code
        == 0
    )
    canvas, image = read(tmp_path / "out/image/1.png").image, noise(40, 60)
    assert canvas.shape == (64, 64, 3)
    assert np.array_equal(canvas[12:52, 2:62], image)
    assert np.array_equal(canvas[11, 2:62], image[1] if pad == "reflect" else image[1] * 0)


def make_pairs(folder: Path) -> Path:
    """A manifest with a clean picture and a mask of one row, and another row with neither."""
    folder.mkdir()
    image, clean, mask = noise(80, 120), noise(80, 120, seed=1), np.zeros((80, 120), np.uint8)
    mask[40, 60] = 255
    for name, pixels in (("raw.jpg", image), ("clean.png", clean), ("mask.png", mask)):
        Image.fromarray(pixels).save(folder / name)
    rows = [
        Row("book/1", "val", "book", "raw.jpg", "clean.png", "mask.png", "a b", 120, 80, "me", "CC0",
            {"ignore_boxes": "10,20,31,41", "words": "words/1.json", "language": "ja"}),
        Row("2", "train", "other", "raw.jpg"),
    ]  # fmt: skip
    write_manifest(folder / "manifest.csv", rows)
    return folder / "manifest.csv"


def test_a_manifest_keeps_its_truth(tmp_path: Path) -> None:
    pairs, out = make_pairs(tmp_path / "in"), tmp_path / "out"
    result = prepare(pairs, out, "--size", 60)
    assert (result.exit_code, result.output) == (0, "2 pictures prepared\n")
    manifest = read_manifest(out / "manifest.csv")
    other, row = manifest.rows
    assert (row.split, row.group, row.tags, row.source, row.licence) == ("val", "book", "a b", "me", "CC0")
    assert (row.image, row.clean, row.mask) == ("image/book/1.png", "clean/book/1.png", "mask/book/1.png")
    assert (other.clean, other.mask, other.extra["ignore_boxes"]) == ("", "", "0,0,60,10;0,50,60,60")
    assert (row.extra["language"], "words" in row.extra) == ("ja", False)
    sample = load_sample(manifest, row)
    assert np.argwhere(sample.mask).tolist() == [[10 + 20, 30]]
    ignored = np.ones((60, 60), np.uint8)
    ignored[10:50] = 0
    ignored[20:31, 5:16] = 1
    assert sample.ignore is not None
    assert np.array_equal(sample.ignore, ignored)
    assert sample.clean is not None
    halved = noise(80, 120, seed=1).reshape(40, 2, 60, 2, 3).mean((1, 3))
    assert np.abs(sample.clean[10:50] - halved).max() <= 1


def test_what_is_done_is_passed_over(tmp_path: Path) -> None:
    tree, out = make_tree(tmp_path / "in"), tmp_path / "out"
    prepare(tree, out)
    before = (out / "manifest.csv").read_bytes()
    assert prepare(tree, out).output == "0 pictures prepared, 3 were done already\n"
    assert (out / "manifest.csv").read_bytes() == before
    Image.fromarray(noise(9, 9)).save(tree / "1.png")
    (out / "image/2.png").write_bytes(b"damaged")
    (out / "originals/two/3.png").unlink()
    Image.fromarray(noise(9, 9)).save(tree / "new.png")
    assert prepare(tree, out).output == "4 pictures prepared\n"
    assert read_manifest(out / "manifest.csv").rows[0].extra["original_width"] == "9"
    assert prepare(tree, out, "--overwrite").output == "4 pictures prepared\n"


def test_a_changed_manifest_changes_rows_alone(tmp_path: Path) -> None:
    pairs, out = make_pairs(tmp_path / "in"), tmp_path / "out"
    prepare(pairs, out, "--size", 60)
    pairs.write_text(pairs.read_text().replace("a b", "c"))
    assert prepare(pairs, out, "--size", 60).output == "0 pictures prepared, 2 were done already\n"
    assert read_manifest(out / "manifest.csv").rows[1].tags == "c"
    os.utime(tmp_path / "in/mask.png", ns=(2**62, 2**62))
    assert prepare(pairs, out, "--size", 60).output == "1 pictures prepared, 1 were done already\n"


def test_bad_pictures_do_not_stop_the_others(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "in")
    (tree / "empty.png").touch()
    (tree / "text.jpg").write_text("no picture")
    (tree / "cut.png").write_bytes((tree / "1.png").read_bytes()[:-40])
    (tree / "page.pdf").touch()
    Image.new("RGB", (300, 300)).save(tree / "bomb.png")
    Image.new("RGB", (3, 3)).save(tree / "1.bmp")
    Image.new("RGB", (3, 3)).save(os.fsencode(tree) + b"/latin-\xe9.png")
    Image.new("RGB", (9, 9)).save(tree / "profile.png", icc_profile=b"none" * 99)
    result = prepare(tree, tmp_path / "nowhere", tmp_path / "out", "--max-pixels", 80_000)
    assert result.exit_code == 1
    assert "3 pictures prepared, 9 failed" in result.output
    for words in ("empty.png: the file is empty", "text.jpg: not a picture", "cut.png: the picture is damaged",
                  "page.pdf: .pdf is not read", "bomb.png: 300x300 are more than 80000 pixels",
                  "nowhere: there is no such file or folder", "1.bmp: it and", "1.png: it and",
                  "as 1.png; rename one of them, or prepare it into another folder", "not text in UTF-8",
                  "profile.png: its ICC profile is broken"):  # fmt: skip
        assert words in result.output
    assert files(tmp_path / "out/image") == ["2.png", "profile.png", "two/3.png"]
    assert [row.id for row in read_manifest(tmp_path / "out/manifest.csv").rows] == ["2", "profile", "two/3"]


def test_bad_rows_do_not_stop_the_others(tmp_path: Path) -> None:
    (good,) = (row for row in read_manifest(make_pairs(tmp_path / "in")).rows if row.id == "2")
    Image.new("L", (7, 5)).save(tmp_path / "in/small.png")
    bad = {
        "mask": {"mask": "small.png"}, "none": {"clean": "none.png"}, "../up": {}, "width": {"width": 5},
        "boxes": {"extra": {"ignore_boxes": "1,2"}}, "gone": {"image": "gone.png"},
    }  # fmt: skip
    values = {name: getattr(good, name) for name in ("split", "group", "image")}
    rows = [good, *(Row(**({"id": name} | values | changes)) for name, changes in bad.items())]
    write_manifest(tmp_path / "in/manifest.csv", rows)
    result = prepare(tmp_path / "in/manifest.csv", tmp_path / "out")
    assert "1 pictures prepared, 6 failed" in result.output
    for words in ("its mask is 7x5, the picture 120x80", "its clean, ", "none.png: cannot be read: No such file",
                  "its id '../up' cannot name a file", "it is 120x80, the manifest says 5x", "ignore_boxes has '1,2'",
                  "gone.png: cannot be read"):  # fmt: skip
        assert words in result.output
    assert files(tmp_path / "out/image") == ["2.png"]


def test_folders_that_cannot_take_the_set(tmp_path: Path) -> None:
    tree, out = make_tree(tmp_path / "in"), tmp_path / "out"
    prepare(tree, out)
    made, foreign = make_pairs(tmp_path / "made"), tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "file").touch()
    (tmp_path / "more").mkdir()
    Image.new("RGB", (3, 3)).save(tmp_path / "more/5.png")
    before = (out / "manifest.csv").read_bytes()
    for arguments, words in (
        ((tree, tree), "lies in"),
        ((tree / "two", tree), "lies in"),
        ((made, made.parent), "lies in"),
        ((tree, tree / "sub/out"), f"sub/out lies in {tree}, so that later runs would take the results for inputs"),
        ((made, tree, out), "a manifest is given beside other inputs"),
        ((tree, made.parent / "raw.jpg"), "raw.jpg is no folder"),
        ((tree, foreign), "holds files, but no manifest.csv"),
        ((tree, made.parent), "was not made by textrm.preprocess"),
        ((tree, out, "--size", 64), "holds a set made with size=512 pad=reflect, not size=64 pad=reflect"),
        ((tmp_path / "more", out), "holds another set: 1 is not among"),
        ((tmp_path / "none.csv", out), "no such manifest"),
        ((tree, out, "--multiple", 8), "--multiple 8 is given"),
        ((tree, out, "--enlarge", "--size", 0), "--enlarge is given"),
    ):
        result = prepare(*arguments)
        assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
        assert words in result.output
    assert (out / "manifest.csv").read_bytes() == before
    assert prepare(tree, out, "--size", 64, "--overwrite").exit_code == 0
    assert prepare(made, made.parent / "out").exit_code == 0
    result = prepare(tree, out, "--size", 31)
    assert (result.exit_code, "31 is not in the range x>=32" in result.output) == (2, True)
    assert "give " + str(made) in prepare(made.parent, tmp_path / "pictures").output


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_run_that_stops_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    tree, out = make_tree(tmp_path / "in"), tmp_path / "out"
    replace = os.replace

    def stop(source: Path, target: Path) -> None:
        if target == out / "image/2.png":
            raise error
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop)
        result = prepare(tree, out)
    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert result.output.startswith(("stopped; all files", "error: the disk is full"))
    assert [row.id for row in read_manifest(out / "manifest.csv").rows] == ["1"]
    assert prepare(tree, out).output == "2 pictures prepared, 1 were done already\n"
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop)
        prepare(tree, out, "--overwrite")
    # What the run did not come to is still known, so that another can take it away.
    assert [row.id for row in read_manifest(out / "manifest.csv").rows] == ["1", "two/3"]
    assert files(out / "image") == ["1.png", "two/3.png"]


@pytest.mark.slow
def test_an_interrupt_ends_the_program_with_130(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Image.fromarray(noise(700, 700)).save(tmp_path / "in/0.bmp")
    for index in range(1, 2000):  # more than are prepared before the signal comes
        os.link(tmp_path / "in/0.bmp", tmp_path / f"in/{index}.bmp")
    command = [sys.executable, "-m", "textrm.preprocess", str(tmp_path / "in"), str(tmp_path / "out")]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a suite in the background ignores Ctrl-C
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=heed)
    while len(list((tmp_path / "out/image").glob("*.png"))) < 2 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors.count("\n")) == (130, 1)
    rows = read_manifest(tmp_path / "out/manifest.csv").rows
    assert 0 < len(rows) < 2000
    assert all((tmp_path / "out" / row.image).is_file() for row in rows)

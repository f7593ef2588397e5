"""What cannot go back into the originals is said, and nothing is half done."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from infer_command import files
from PIL import Image
from prepared_set import clean, restore, whiten


def test_what_cannot_be_restored_is_listed(tree: Path, tmp_path: Path) -> None:
    prepared, cleaned = tmp_path / "set", clean(tmp_path / "set", tmp_path / "clean", whiten)
    (cleaned / "1.png").unlink()
    Image.new("RGB", (60, 40)).save(cleaned / "2.png")
    (cleaned / "two/3.jpg").touch()
    (cleaned / "other.pdf").touch()
    result = restore(prepared, cleaned, tmp_path / "out")
    assert result.exit_code == 1
    assert result.output.endswith("\n0 pictures restored, 4 failed\n")
    for words in (f"failed: 1.png: there is no cleaned picture; expected {cleaned / '1.png'}",
                  "2.png is 60x40, the prepared picture is 512x512", "both", "3.jpg", ".pdf is not read"):  # fmt: skip
        assert words in result.output
    Image.new("RGB", (512, 512)).save(cleaned / "1.png")
    (cleaned / "two/3.jpg").unlink()
    (prepared / "originals/1.png").unlink()
    (prepared / "originals/two/3.png").write_bytes(b"another")
    Image.new("RGB", (512, 512)).save(prepared / "image/2.png")
    result = restore(prepared, cleaned, tmp_path / "out")
    assert result.output.endswith("\n0 pictures restored, 4 failed\n")
    for words in ("originals/1.png is missing", "image/2.png is not the file that textrm.preprocess wrote",
                  "originals/two/3.png is not the file"):  # fmt: skip
        assert words in result.output
    assert not (tmp_path / "out").exists()


def test_bad_cleaned_pictures_do_not_stop_the_others(tree: Path, tmp_path: Path) -> None:
    cleaned = clean(tmp_path / "set", tmp_path / "clean", whiten)
    (cleaned / "1.png").write_bytes((cleaned / "1.png").read_bytes()[:-40])
    (cleaned / "2.png").write_bytes(b"")
    result = restore(tmp_path / "set", cleaned, tmp_path / "out")
    assert (result.exit_code, files(tmp_path / "out")) == (1, ["two/3.png"])
    assert f"failed: 1.png: its cleaned picture, {cleaned / '1.png'}: the picture is damaged" in result.output
    assert f"failed: 2.jpg: its cleaned picture, {cleaned / '2.png'}: the file is empty" in result.output


def test_folders_that_cannot_be_used(tree: Path, tmp_path: Path) -> None:
    prepared, out = tmp_path / "set", tmp_path / "out"
    cleaned = clean(prepared, tmp_path / "clean", whiten)
    manifest, empty = prepared / "manifest.csv", tmp_path / "empty"
    empty.mkdir()
    text = manifest.read_text()
    for arguments, words in (
        ((tree, cleaned, out), "in holds no manifest.csv"),
        ((prepared, tmp_path / "none", out), "none is no folder"),
        ((prepared, cleaned, tree / "1.png"), "1.png is no folder; expected one for the results"),
        ((prepared, empty, out), f"holds none of the 3 pictures of the set; expected the tree of {prepared}/image"),
        ((prepared, prepared, out), "holds none of the 3 pictures of the set"),
        ((prepared, cleaned, cleaned), "choose another folder for the results"),
        ((prepared, cleaned, prepared / "originals"), "choose another folder for the results"),
    ):
        result = restore(*arguments)
        assert (result.exit_code, result.output.count("\n")) == (1, 1)
        assert words in result.output
    for changed, words in (
        (text.replace(",box,", ",bax,"), "was not made by textrm.preprocess: it lacks box"),
        (text.splitlines()[0], "has no row"),
        (text.replace("originals/1.png", "originals/../../1.png"), "expected a path below originals/"),
        (text.replace('"226,236,286,276"', "1", 1), "the record of '1' was changed"),
        (text.replace('"226,236,286,276"', '"0,0,60,999"', 1), "box 0,0,60,999 of a canvas of 512x512"),
    ):
        assert changed != text
        manifest.write_text(changed)
        result = restore(prepared, cleaned, out, "--overwrite")
        assert result.exit_code == 1
        assert words in result.output


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_run_that_stops(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def stop(source: Path, target: Path) -> None:
        raise error

    cleaned = clean(tmp_path / "set", tmp_path / "clean", whiten)
    monkeypatch.setattr(os, "replace", stop)
    result = restore(tmp_path / "set", cleaned, tmp_path / "out")
    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert result.output.startswith(("stopped; all files", "error: the disk is full"))
    assert files(tmp_path / "out") == []

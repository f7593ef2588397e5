"""The manifest of a set outlives a killed run; a set that is made anew takes its old files away, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from infer_command import files
from PIL import Image
from prepared_set import make_tree, prepare

from textrm.data.manifest import Row, read_manifest, write_manifest
from textrm.prepared import rows
from textrm.prepared.prepare import Settings
from textrm.prepared.record import written_files
from textrm.prepared.rows import Rows


def test_the_manifest_is_written_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = Rows(tmp_path / "set", [], [], Settings(), overwrite=False)
    growing.put(Row("b", "test", "g", "image/b.png"))
    assert not (tmp_path / "set").exists()
    monkeypatch.setattr(rows, "_SECONDS", -1)
    growing.put(Row("a", "test", "g", "image/a.png"))
    assert [row.id for row in read_manifest(tmp_path / "set/manifest.csv").rows] == ["a", "b"]
    assert growing.pop("c") is None


@pytest.mark.parametrize(
    ("name", "paths", "original", "written"),
    [
        ("a", ("image/a.png", "", "mask/a.png"), "originals/a.jpg", ["image/a.png", "mask/a.png", "originals/a.jpg"]),
        ("b/a.1", ("image/b/a.1.png", "", ""), "originals/b/a.1", ["image/b/a.1.png", "originals/b/a.1"]),
        ("a", ("image/b.png", "clean/a.png", "../a.png"), "originals/b.jpg", ["clean/a.png"]),
        ("a", ("image/../a.png", "", "image/a.png"), "originals/../a.jpg", ["image/a.png"]),
        ("../a", ("image/../a.png", "clean/../a.png", ""), "originals/../a.jpg", []),
        ("/a", ("/a.png", "/clean//a.png", "a.png"), "/a.jpg", []),
    ],
)
def test_only_files_at_their_places_are_the_sets_own(
    name: str, paths: tuple[str, str, str], original: str, written: list[str]
) -> None:
    row = Row(name, "test", "g", *paths, extra={"original": original})
    assert sorted(written_files(row)) == written


def test_a_set_made_anew_keeps_nothing_of_pictures_that_are_gone(tmp_path: Path) -> None:
    tree, out = make_tree(tmp_path / "in"), tmp_path / "out"
    prepare(tree, out, "--size", 48)
    for name in ("notes.txt", "image/mine.png", "originals/mine.png"):
        (out / name).touch()
    (tree / "1.png").unlink()
    Image.new("RGB", (9, 9)).save(tree / "2.webp")
    (tree / "2.jpg").unlink()
    (tree / "two/3.png").write_bytes(b"")
    assert prepare(tree, out, "--size", 32, "--overwrite").output.endswith("1 pictures prepared, 1 failed\n")
    kept = ["image/2.png", "image/mine.png", "manifest.csv", "notes.txt", "originals/2.webp", "originals/mine.png"]
    assert files(out) == kept
    write_manifest(tree / "pairs.csv", [Row("book/1", "test", "g", "2.webp", "2.webp", "2.webp")])
    prepare(tree / "pairs.csv", tmp_path / "paired")
    assert files(tmp_path / "paired/mask") == files(tmp_path / "paired/clean") == ["book/1.png"]
    assert prepare(tree / "2.webp", tmp_path / "paired", "--overwrite").output == "1 pictures prepared\n"
    assert files(tmp_path / "paired") == ["image/2.png", "manifest.csv", "originals/2.webp"]


def test_no_input_is_removed(tmp_path: Path) -> None:
    tree, out = make_tree(tmp_path / "in"), tmp_path / "out"
    prepare(tree, out)
    before = files(out)
    assert prepare(tmp_path / "typo", out, "--overwrite").exit_code == 1
    assert files(out) == before
    (tmp_path / "links").mkdir()
    (tmp_path / "links/new.jpg").symlink_to(out / "originals/2.jpg")
    assert prepare(tmp_path / "links", out, "--overwrite").output == "1 pictures prepared\n"
    assert files(out) == ["image/new.png", "manifest.csv", "originals/2.jpg", "originals/new.jpg"]


def test_a_name_that_is_refused_makes_no_other_set(tmp_path: Path) -> None:
    tree, out = make_tree(tmp_path / "in"), tmp_path / "out"
    prepare(tree, out)
    Image.new("RGB", (9, 9)).save(tree / "1.bmp")
    result = prepare(tree, out)
    assert (result.exit_code, result.output.count("failed: ")) == (1, 2)
    assert result.output.endswith("\n0 pictures prepared, 2 were done already, 2 failed\n")
    assert [row.id for row in read_manifest(out / "manifest.csv").rows] == ["2", "two/3"]
    (tree / "1.bmp").unlink()
    assert prepare(tree, out).output == "1 pictures prepared, 2 were done already\n"
    (tree / "1.png").unlink()
    assert "holds another set: 1 is not among" in prepare(tree, out).output


def test_where_nothing_is_prepared_nothing_is_left(tmp_path: Path) -> None:
    text, out = tmp_path / "text.png", tmp_path / "out"
    text.write_text("no picture")
    assert prepare(text, out).output.endswith("\n0 pictures prepared, 1 failed\n")
    assert not out.exists()
    out.mkdir()
    assert prepare(text, out).exit_code == 1
    assert list(out.iterdir()) == []
    make_tree(tmp_path / "in")
    assert prepare(tmp_path / "in/1.png", out).exit_code == 0
    (tmp_path / "in/1.png").write_text("no picture")
    assert prepare(tmp_path / "in/1.png", out).exit_code == 1
    # The files of the run before stay, and with them a manifest, so that the folder is still taken for a set.
    assert files(out) == ["image/1.png", "manifest.csv", "originals/1.png"]
    assert read_manifest(out / "manifest.csv").rows == ()


def test_a_picture_whose_record_was_changed_is_prepared_again(tmp_path: Path) -> None:
    tree, out = make_tree(tmp_path / "in"), tmp_path / "out"
    prepare(tree, out, "--size", 48)
    manifest = out / "manifest.csv"
    before = manifest.read_text()
    manifest.write_text(before.replace('"0,8,48,40"', "here", 1).replace("originals/2.jpg", "/2.jpg"))
    assert prepare(tree, out, "--size", 48).output == "2 pictures prepared, 1 were done already\n"
    assert manifest.read_text() == before

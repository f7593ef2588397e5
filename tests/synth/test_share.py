"""Pages that several machines drew are, byte for byte, those that one would have drawn; so are their tars."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from textrm.data.manifest import Row, load_sample, read_manifest, write_manifest
from textrm.data.word_polygons import read_words
from textrm.errors import UserError
from textrm.synth.share import share_of
from textrm.synth.write import write_set

Write = Callable[..., Path]


def write(out: Path, **settings: Any) -> Path:
    return write_set(out, 11, **({"seed": 9, "size": 64, "workers": 1, "split": (0.5, 0.5, 0)} | settings))


def files_of(folder: Path) -> dict[str, bytes]:
    """All but what the machines told each other."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if not name.startswith("parts/")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[int | None, Path]:
    """The set that one machine draws, in files and in tars of two pages."""
    folders = {tar: tmp_path_factory.mktemp("whole") for tar in (None, 2)}
    for tar, folder in folders.items():
        write(folder, tar=tar)
    return folders


@pytest.mark.parametrize("tar", [None, 2])
@pytest.mark.parametrize("order", [(1,), (2, 1), (3, 1, 2), (1, 2, 3, 4, 5, 6, 7)], ids=len)
def test_any_number_of_machines_draws_the_same_set(
    whole: dict[int | None, Path], tmp_path: Path, tar: int | None, order: tuple[int, ...]
) -> None:
    for ended, number in enumerate(order, 1):
        written = write(tmp_path, tar=tar, shard=f"{number}/{len(order)}")
        assert (
            (written == tmp_path / "manifest.csv") == (ended == len(order)) == written.with_name("labels.txt").exists()
        )
    assert files_of(tmp_path) == files_of(whole[tar])


def test_shares_of_machines_that_share_no_folder_are_joined(whole: dict[int | None, Path], tmp_path: Path) -> None:
    for number in (1, 2):
        write(tmp_path / str(number), tar=2, shard=f"{number}/2", workers=2)
    assert not set(files_of(tmp_path / "1")) & set(files_of(tmp_path / "2"))
    with pytest.raises(UserError, match=r"1: of 2 parts 2 are not there yet, drawn with these settings; draw them, or"):
        write(tmp_path / "1", tar=2, shard="join/2")
    shutil.copytree(tmp_path / "2", tmp_path / "1", dirs_exist_ok=True)
    with pytest.raises(UserError, match="of 2 parts 1, 2 are not there yet, drawn with these settings"):
        write(tmp_path / "1", tar=2, shard="join/2", seed=8)
    assert write(tmp_path / "1", tar=2, shard="join/2") == tmp_path / "1" / "manifest.csv"
    assert files_of(tmp_path / "1") == files_of(whole[2])


def test_tars_hold_the_pages_that_files_hold(whole: dict[int | None, Path]) -> None:
    files, tars = (read_manifest(whole[tar] / "manifest.csv") for tar in (None, 2))
    assert [row.id for row in tars.rows] == [row.id for row in files.rows] == [f"synth-9-{n}" for n in range(11)]
    assert [row.extra["shard"] for row in tars.rows] == [f"pages-{n // 2:05d}.tar" for n in range(11)]
    for one, other in zip(files.rows, tars.rows, strict=True):
        assert (one.split, one.group, one.tags, one.extra["faces"]) == (
            other.split, other.group, other.tags, other.extra["faces"])  # fmt: skip
        expected, found = load_sample(files, one), load_sample(tars, other)
        for plane in ("image", "clean", "mask"):
            np.testing.assert_array_equal(getattr(expected, plane), getattr(found, plane))
        assert all(map(np.array_equal, read_words(files, one)[0], read_words(tars, other)[0]))
    names = {path.name for path in whole[2].iterdir()}
    assert names == {"manifest.csv", "shards.csv", "labels.txt", "sheet.png", *(f"pages-{n:05d}.tar" for n in range(6))}
    assert (whole[2] / "sheet.png").read_bytes() == (whole[None] / "sheet.png").read_bytes()


def test_art_may_lie_elsewhere_on_each_machine(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        cv2.imwrite(str(tmp_path / name / "clean.png"), np.full((120, 120, 3), 90, np.uint8))
        write_manifest(tmp_path / name / "m.csv", [Row("a", "train", "book", image="clean.png", clean="clean.png")])
        write(tmp_path / "out", art=tmp_path / name / "m.csv", shard=f"{1 + (name == 'b')}/2", sheet=False)
    write(tmp_path / "whole", art=tmp_path / "a" / "m.csv", sheet=False)
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1/0", "join/0", "1", "a/b", "-1/2", "1/2/3", 3])
def test_what_is_no_share_is_told(shard: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"^shard={shard}: expected i/n, with i from 1 to n, as 3/16, or join/n for"):
        write(tmp_path / "out", shard=shard)
    assert not (tmp_path / "out").exists()


def test_shares_and_tars_of_nothing(tmp_path: Path) -> None:
    assert share_of(None) is None
    with pytest.raises(UserError, match=r"^tar=0: expected at least 1 page in a tar, or null for files$"):
        write(tmp_path / "out", tar=0)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("textrm.synth.write.Tar.add", full)
    with pytest.raises(UserError, match=r"pages-00000\.tar: cannot be written \(No space left on device\); free some"):
        write(tmp_path, tar=4)
    assert [path.name for path in tmp_path.iterdir()] == []

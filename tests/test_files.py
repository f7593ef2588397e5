"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from time_limit import time_limit

from textrm.data.manifest import BadRow, Row, read_manifest, write_manifest
from textrm.data.word_polygons import read_words
from textrm.errors import UserError
from textrm.files import back_up, open_file, replacing, sweep, sweep_below, write_whole
from textrm.importers.backgrounds import read_background
from textrm.importers.drawings import read_drawing
from textrm.pictures.plain import read_grey, read_srgb


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_file_is_written_and_replaced_and_the_umask_counts(tmp_path: Path, umask: int, mode: int) -> None:
    path = tmp_path / "new" / "a.bin"
    before = os.umask(umask)
    try:
        assert write_whole(path, b"first") == path
        write_whole(path, memoryview(b"second"))
    finally:
        os.umask(before)
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == mode
    assert os.listdir(path.parent) == ["a.bin"]


@pytest.mark.parametrize("name", ["a" * 251 + ".png", "頁" * 83 + ".webp"])
def test_a_name_may_be_as_long_as_the_file_system_allows(tmp_path: Path, name: str) -> None:
    assert 253 <= len(name.encode()) <= 255
    assert write_whole(tmp_path / name, b"page").read_bytes() == b"page"
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_breaks_off_leaves_the_old_file_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = write_whole(tmp_path / "a.bin", b"old")

    def break_off(source: Path, target: Path) -> None:
        assert source.parent == target.parent  # on one file system
        raise error

    monkeypatch.setattr(os, "replace", break_off)
    with pytest.raises(type(error)):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_backups_are_numbered_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    assert back_up(path, b"new") is None  # nothing is there
    for content, name in ((b"one", "1.png.bak"), (b"two", "1.png.bak.2"), (b"three", "1.png.bak.3")):
        write_whole(path, content)
        assert back_up(path, content) is None
        assert back_up(path, memoryview(b"new")) == tmp_path / name
    assert (tmp_path / "1.png.bak").read_bytes() == b"one"
    assert (tmp_path / "1.png.bak.3").read_bytes() == b"three"


def test_a_backup_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_whole(tmp_path / "1.png", b"one")
    assert back_up(tmp_path / "1.png", b"new") == tmp_path / "1.png.bak"
    assert (tmp_path / "1.png.bak").read_bytes() == b"one"
    assert sorted(os.listdir(tmp_path)) == ["1.png", "1.png.bak"]


def test_only_what_is_a_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "fifo.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "fifo.png")
    monkeypatch.chdir(tmp_path)  # the name of a socket may be 107 bytes long
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("socket.png")
    try:
        for path in (tmp_path / "fifo.png", tmp_path / "link.png", tmp_path / "socket.png", Path("/dev/zero")):
            with time_limit(60), pytest.raises(UserError, match="it is a FIFO, socket or device; expected a file"):
                open_file(path)
            for reader in (read_srgb, read_grey, read_background, read_drawing):
                with time_limit(60), pytest.raises(UserError, match=f"^{path}: it is a FIFO, socket or device"):
                    reader(path)
    finally:
        listening.close()
    with pytest.raises(IsADirectoryError):
        open_file(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_file(tmp_path / "none.png")
    (tmp_path / "file.png").write_bytes(b"content")
    with open_file(tmp_path / "file.png") as file:
        assert file.read() == b"content"


def test_a_manifest_leads_to_files_only(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "a.png")
    os.mkfifo(tmp_path / "words.json")
    write_manifest(tmp_path / "manifest.csv", [Row("a", "train", "a", "a.png", extra={"words": "words.json"})])
    manifest = read_manifest(tmp_path / "manifest.csv")
    with time_limit(60), pytest.raises(BadRow, match="it is a FIFO"):
        read_words(manifest, manifest.rows[0])


def test_what_is_being_written_is_not_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stray = tmp_path / ".0123456789abcdef.part"
    replace, seen = os.replace, []

    def swept_meanwhile(source: Path, target: Path) -> None:
        stray.write_bytes(b"of a process that was killed")
        sweep([tmp_path, tmp_path / "none"])
        seen.append(sorted(path.name for path in tmp_path.iterdir()))
        replace(source, target)

    monkeypatch.setattr(os, "replace", swept_meanwhile)
    write_whole(tmp_path / "1.png", b"page", durable=True)
    assert (tmp_path / "1.png").read_bytes() == b"page"
    assert len(seen[0]) == 1
    assert stray.name not in seen[0]
    assert os.listdir(tmp_path) == ["1.png"]


def test_a_stream_is_not_swept_before_it_ends_and_one_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with replacing(tmp_path / "book.cbz", durable=True) as file:
        for part in (b"one", b"two"):
            file.write(part)
            file.flush()
            sweep([tmp_path])
            assert len(os.listdir(tmp_path)) == 1
        file.seek(0)
        assert file.read() == b"onetwo"
    assert (tmp_path / "book.cbz").read_bytes() == b"onetwo"
    with pytest.raises(TypeError), replacing(tmp_path / "book.cbz") as file:
        file.writelines([b"three", None])  # type: ignore[list-item]
    assert (tmp_path / "book.cbz").read_bytes() == b"onetwo"
    assert os.listdir(tmp_path) == ["book.cbz"]


def test_a_backup_for_a_large_content_that_is_a_file(tmp_path: Path) -> None:
    path = write_whole(tmp_path / "book.cbz", b"old")
    with replacing(path) as file:
        file.write(b"old")
        assert back_up(path, file) is None
        file.write(b"er")
        assert back_up(path, file) == tmp_path / "book.cbz.bak"
        assert back_up(path, file) is None  # kept already
    assert path.read_bytes() == b"older"
    assert (tmp_path / "book.cbz.bak").read_bytes() == b"old"


def test_folders_within_are_swept_too(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "a" / "b"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".fedcba9876543210.part").touch()
        (folder / "fedcba9876543210.part").touch()
    sweep_below(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*part")) == ["fedcba9876543210.part"] * 2


def test_a_backup_that_a_killed_run_made_is_not_made_twice(tmp_path: Path) -> None:
    write_whole(tmp_path / "1.png", b"page")
    assert back_up(tmp_path / "1.png", b"clean") == tmp_path / "1.png.bak"
    assert back_up(tmp_path / "1.png", b"clean") is None
    assert sorted(os.listdir(tmp_path)) == ["1.png", "1.png.bak"]

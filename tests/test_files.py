"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from textrm.files import back_up, write_whole


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

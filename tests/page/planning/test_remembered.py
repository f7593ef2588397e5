"""Results are known again by their content, with the options that they were made with."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from textrm.files import replacing
from textrm.page.planning import remembered as remembering
from textrm.page.planning.remembered import Remembered, state_folder


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "textrm" / "results"


def write(
    out: Path, name: str, how: str, content: bytes, extras: tuple[str, ...] = (), source: tuple[int, int] | None = None
) -> None:
    with replacing(out / name) as file:
        file.write(content)
        Remembered(out).note(out / name, how, extras, file, source)


def killed(out: Path, name: str, how: str, content: bytes) -> None:
    """As :func:`write`, stopped between the note and the file."""
    with suppress(KeyboardInterrupt), replacing(out / name) as file:
        file.write(content)
        Remembered(out).note(out / name, how, (), file)
        raise KeyboardInterrupt


def verdict(out: Path, name: str, how: str, extras: tuple[str, ...] = ()) -> bool | None:
    remembered = Remembered(out)
    remembered.load()
    return remembered.made_otherwise(out / name, how, extras)


def test_other_options_and_other_extras_are_told(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "a/1.png", "A", b"page", ("mask",))
    assert verdict(out, "a/1.png", "A") is False
    assert verdict(out, "a/1.png", "A", ("mask",)) is False
    assert verdict(out, "a/1.png", "A", ("json",)) is True
    assert verdict(out, "a/1.png", "B") is True
    assert verdict(out, "a/2.png", "B") is False  # nothing is known of it
    assert verdict(tmp_path / "elsewhere", "a/1.png", "B") is False
    assert [path.name for path in out.rglob("*")] == ["a", "1.png"]
    (out / "a/1.png").write_bytes(b"edited")
    assert verdict(out, "a/1.png", "A") is None


def test_a_kill_between_the_note_and_the_file(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "1.png", "A", b"first")
    killed(out, "1.png", "B", b"other")
    assert verdict(out, "1.png", "A") is False
    assert verdict(out, "1.png", "B") is True


def test_a_line_that_was_cut_short_costs_that_one_alone(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "1.png", "A", b"one")
    (file,) = state.iterdir()
    with file.open("ab") as lines:
        lines.write(b'\n["2.png", "A", [], 3, "no')
    write(out, "3.png", "A", b"three")
    assert [verdict(out, name, "B") for name in ("1.png", "2.png", "3.png")] == [True, False, True]


def test_what_no_longer_counts_is_thrown_away(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for number in range(600):
        write(out, "1.png", f"A{number}", f"{number}".encode())
    assert verdict(out, "1.png", "A599") is False
    (file,) = state.iterdir()
    assert [json.loads(line)[1] for line in file.read_text().split("\n")] == ["A598", "A599"]
    assert verdict(out, "1.png", "A599") is False


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    write(tmp_path / "out", "1.png", "A", b"page")
    assert verdict(tmp_path / "out", "1.png", "B") is False
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert state_folder() == tmp_path / "home" / ".local/state/textrm"


def test_killed_twice_between_the_note_and_the_file(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "1.png", "A", b"first")
    for _ in range(3):
        killed(out, "1.png", "B", b"other")
    assert verdict(out, "1.png", "A") is False
    assert verdict(out, "1.png", "B") is True


def test_another_source_is_told_and_earlier_notes_knew_none(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "1.png", "A", b"page", source=(5, 100))
    write(out, "2.png", "A", b"page")
    remembered = Remembered(out)
    remembered.load()
    assert remembered.made_otherwise(out / "1.png", "A", (), (5, 100)) is False
    assert remembered.made_otherwise(out / "1.png", "A", (), (5, 99)) is True
    assert remembered.made_otherwise(out / "2.png", "A", (), (5, 99)) is False
    (out / "1.png").write_bytes(b"by hand")
    assert remembered.made_otherwise(out / "1.png", "A", (), (5, 100)) is None
    assert remembered.made_otherwise(out / "1.png", "A", (), (5, 99)) is True


def test_what_nobody_has_touched_is_known_without_reading_it(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, read = tmp_path / "out", []
    for name in ("1.png", "2.png", "3.png", "4.png"):
        write(out, name, "A", b"page")
    one, two, three, four = (out / f"{number}.png" for number in (1, 2, 3, 4))
    own = two.stat()
    two.write_bytes(b"mine")  # as large, and as old
    os.utime(two, ns=(own.st_atime_ns, own.st_mtime_ns))
    monkeypatch.setattr(remembering, "_MOVED", 0)  # as if that had been more than a minute ago
    assert verdict(out, "2.png", "A") is None
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copy2(three, out / "copy")  # the same content in another file
    os.replace(out / "copy", three)
    four.write_bytes(b"mine")
    monkeypatch.setattr(
        remembering, "_hash", lambda file, whole=remembering._hash: read.append(Path(file.name).name) or whole(file)
    )
    assert [verdict(out, path.name, "A") for path in (one, three, four)] == [False, False, None]
    assert read == ["3.png", "4.png"]


def test_notes_of_earlier_versions_and_of_coarse_times_are_checked_by_content(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(remembering, "_COARSE", 1)  # of a file system that tells whole steps
    write(out, "1.png", "A", b"page", source=(5, 100))
    (file,) = state.iterdir()
    name, *note = json.loads(file.read_text())
    assert note[-2:] == [[5, 100], None]
    file.write_text(json.dumps([name, *note[:-1]]) + "\n" + json.dumps(["2.png", *note[:-2]]))
    shutil.copy(out / "1.png", out / "2.png")
    assert [verdict(out, name, "A") for name in ("1.png", "2.png")] == [False, False]
    (out / "1.png").write_bytes(b"mine")
    assert verdict(out, "1.png", "A") is None

"""Results are known again by their content, with the options that they were made with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from textrm.page.planning.remembered import Remembered, state_folder


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "textrm" / "results"


def write(out: Path, name: str, how: str, content: bytes, extras: tuple[str, ...] = ()) -> None:
    Remembered(out).note(out / name, how, extras, content)
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(content)


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
    Remembered(out).note(out / "1.png", "B", (), b"other")  # and nothing was written
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
        Remembered(out).note(out / "1.png", "B", (), b"other")
    assert verdict(out, "1.png", "A") is False
    assert verdict(out, "1.png", "B") is True


def test_another_source_is_told_and_earlier_notes_knew_none(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name, source in (("1.png", (5, 100)), ("2.png", None)):
        Remembered(out).note(out / name, "A", (), b"page", source)
        (out / name).write_bytes(b"page")
    remembered = Remembered(out)
    remembered.load()
    assert remembered.made_otherwise(out / "1.png", "A", (), (5, 100)) is False
    assert remembered.made_otherwise(out / "1.png", "A", (), (5, 99)) is True
    assert remembered.made_otherwise(out / "2.png", "A", (), (5, 99)) is False
    (out / "1.png").write_bytes(b"by hand")
    assert remembered.made_otherwise(out / "1.png", "A", (), (5, 100)) is None
    assert remembered.made_otherwise(out / "1.png", "A", (), (5, 99)) is True

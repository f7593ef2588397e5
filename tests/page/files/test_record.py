from __future__ import annotations

import errno
import os
from pathlib import Path

import pyarrow.parquet
import pytest

from textrm.errors import UserError
from textrm.page.files.attempt import Attempt
from textrm.page.files.clean_books import Written
from textrm.page.files.clean_file import Cleaned
from textrm.page.files.record import Record, read_rows, recorded


def test_rows_are_there_at_once_and_go_on_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "record.jsonl"
    cleaned = Cleaned([], 3, 1, "", ["no room"], [[1, 2, 3, 4, 0.25]])
    with recorded(path) as record:
        assert record is not None
        record.add(Attempt(Path("1.png"), cleaned, seconds=0.12345), Path("out/1.png"))
        record.add(Attempt(Path("2\udcff.png"), None, "not a picture", seconds=1), Path("out/2.png"))
        first, second = read_rows(path)
    assert first == {"page": "1.png", "result": "out/1.png", "outcome": "cleaned", "words": 3, "doubtful": 1,
                     "regions": "[[1, 2, 3, 4, 0.25]]", "seconds": 0.123, "error": "no room"}  # fmt: skip
    assert (second["page"], second["outcome"], second["result"]) == ("2\udcff.png", "failed", None)
    with path.open("ab") as file:
        file.write(b'{"page": "3.p')
    with recorded(path) as record:
        assert record is not None
        record.add(Attempt(Path("a.cbz"), Written()), Path("out/a.cbz"))
        record.add(Attempt(Path("1.png"), cleaned), Path("out/1.png"))
    assert [(row["page"], row["outcome"]) for row in read_rows(path)] == [
        ("2\udcff.png", "failed"), ("a.cbz", "written"), ("1.png", "cleaned")]  # fmt: skip


def test_parquet_is_made_of_the_rows_whatever_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "record.parquet"

    def stopped(number: int, seconds: float) -> None:
        with recorded(path) as record:
            assert record is not None
            record.add(Attempt(Path(f"{number}\udcff.png"), None, "bad", seconds=seconds), None)
            assert [file.suffix for file in tmp_path.iterdir() if file != path] == [".jsonl"]
            raise KeyboardInterrupt

    for number, seconds in ((1, 1.0), (2, 2.0), (1, 3.0)):
        with pytest.raises(KeyboardInterrupt):
            stopped(number, seconds)
        assert list(tmp_path.iterdir()) == [path]
    rows = {row["page"]: row["seconds"] for row in pyarrow.parquet.read_table(path).to_pylist()}
    assert rows == {"1\\udcff.png": 3.0, "2\\udcff.png": 2.0}


def test_a_full_disk_is_told_in_one_line_and_the_record_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "record.jsonl"
    said = rf"^--record {path} cannot be written: No space left on device; make room or give another file, and"

    def full(number: int) -> None:
        with recorded(path) as record:
            assert record is not None
            monkeypatch.setattr(Record, "_write", lambda self, line: write(self, line[:20]) or short())
            record.add(Attempt(Path(f"{number}.png"), None, "bad"), None)

    def short() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    write = Record._write
    with pytest.raises(UserError, match=said):
        full(1)
    assert path.stat().st_size == 20
    monkeypatch.undo()
    with recorded(path) as record:
        assert record is not None
        record.add(Attempt(Path("2.png"), None, "bad"), None)
    assert [row["page"] for row in read_rows(path)] == ["2.png"]


def test_a_table_that_does_not_fit_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.parquet"

    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def one(number: int) -> None:
        with recorded(path) as record:
            assert record is not None
            record.add(Attempt(Path(f"{number}.png"), None, "bad"), None)

    one(1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(UserError, match=f"^--record {path} cannot be written: No space left on device"):
            one(2)
    assert pyarrow.parquet.read_table(path).num_rows == 1
    one(3)
    assert pyarrow.parquet.read_table(path)["page"].to_pylist() == ["1.png", "2.png", "3.png"]


@pytest.mark.parametrize("content", [b"", b"no Parquet", None])
def test_something_else_at_its_place_is_told_before_anything_is_cleaned(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "record.parquet"
    if content is None:
        pyarrow.parquet.write_table(pyarrow.table({"id": [1]}), path)
    else:
        path.write_bytes(content)
    begun = False
    with pytest.raises(UserError, match=f"^--record {path} is no record that can be gone on with"), recorded(path):
        begun = True
    assert not begun


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected NAME"), recorded(tmp_path / "record.csv"):
        pass
    with recorded(None) as record:
        assert record is None

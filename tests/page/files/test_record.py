from __future__ import annotations

from pathlib import Path

import pyarrow.parquet
import pytest

from textrm.errors import UserError
from textrm.page.files.attempt import Attempt
from textrm.page.files.clean_books import Written
from textrm.page.files.clean_file import Cleaned
from textrm.page.files.record import read_rows, recorded


def test_rows_are_there_at_once_and_go_on_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "record.jsonl"
    cleaned = Cleaned([], 3, 1, False, ["no room"], [[1, 2, 3, 4, 0.25]])
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


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected NAME"), recorded(tmp_path / "record.csv"):
        pass
    with recorded(None) as record:
        assert record is None

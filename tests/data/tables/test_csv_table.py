"""Rows that are parsed when they are asked for are those of the whole file, whatever stands in it."""

from __future__ import annotations

import os
import pickle
import random
from pathlib import Path

import numpy as np
import pytest

import textrm.data.tables.csv_table as module
from textrm.data.manifest import SPLITS, Row, cells_of, numbers_of, read_manifest, write_manifest
from textrm.data.tables.csv_table import Irregular, Table
from textrm.errors import UserError

PIECES = ["a", "é", "漫画", "x y", '5" disc', "a,b", "\u3000", " ", "", "0", "£", "…", "b'", "\t"]


def some_rows(seed: int, count: int, pieces: list[str] = PIECES) -> list[Row]:
    draw = random.Random(seed)

    def text() -> str:
        return "".join(draw.choices(pieces, k=draw.randrange(4)))

    return [
        Row(f"{text()}{number}", draw.choice(SPLITS), text(), f"{text()}.png", text(), "", text(),
            draw.choice([None, 1, 1600]), draw.choice([None, 7]), text(), text(), {"language": text()})
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture(params=[90, 1000, 1 << 22])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "BLOCK", request.param)
    return request.param


@pytest.mark.parametrize("pieces", [PIECES, ["a", "b c", "漫画"]])
@pytest.mark.parametrize("seed", range(4))
def test_rows_are_those_of_the_whole_file(tmp_path: Path, seed: int, pieces: list[str], block: int) -> None:
    path = tmp_path / "m.csv"
    write_manifest(path, some_rows(seed, 40, pieces))
    if block < max(len(line) for line in path.read_bytes().split(b"\n")) + 1:
        with pytest.raises(Irregular):  # a row that is longer than what is read at once
            Table(path)
        return
    whole, table = read_manifest(path), Table(path)
    assert isinstance(whole.rows, tuple)
    assert tuple(table) == whole.rows
    assert [table[number] for number in range(len(table))] == list(whole.rows)
    assert (table[-1], table[3:9:2]) == (whole.rows[-1], whole.rows[3:9:2])
    with pytest.raises(IndexError):
        table[40]
    names = ("image", "clean", "tags")
    assert list(map(tuple, table.cells(*names))) == list(map(tuple, cells_of(whole, *names)))
    assert [SPLITS[number] for number in table.splits] == [row.split for row in whole.rows]


def test_a_large_manifest_is_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.csv"
    write_manifest(path, some_rows(0, 30))
    small = read_manifest(path)
    monkeypatch.setattr("textrm.data.manifest.LARGE", 0)
    large = read_manifest(path)
    assert isinstance(large.rows, Table)
    assert large.folder == small.folder
    for split in (*SPLITS, None, "none"):
        assert np.array_equal(numbers_of(large, split), numbers_of(small, split))


def test_it_goes_to_other_processes_without_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    write_manifest(path, some_rows(1, 2000))
    table = Table(path)
    sent = pickle.dumps(table)
    assert len(sent) < 2000 * 9 + 2000
    assert tuple(pickle.loads(sent)) == tuple(table)


def test_a_file_that_was_changed_is_refused_and_one_that_was_replaced_is_read_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    rows = some_rows(2, 30)
    write_manifest(path, rows)
    table = Table(path)
    last = table[29]
    write_manifest(path, rows[:3])  # another file of this name
    assert table[29] == last
    table = Table(path)
    with path.open("a") as file:
        file.write("more\n")
    os.utime(path, ns=(1, 1))
    with pytest.raises(UserError, match=r"m\.csv: was changed while it was in use; begin again"):
        table[0]


LINES = ["p,train,g,i.png,,,,,,,\r\n", 'p,train,g,"i\n.png",,,,,,,\n', "p,train,g,i.png,,,,,,,"]


@pytest.mark.parametrize("line", LINES)
def test_other_ends_of_lines(tmp_path: Path, line: str) -> None:
    path = tmp_path / "m.csv"
    write_manifest(path, [])
    path.write_bytes(path.read_bytes() + line.encode())
    expected = read_manifest(path).rows
    assert expected[0].id == "p"
    if line.endswith("\r\n"):
        assert tuple(Table(path)) == expected
    else:
        with pytest.raises(Irregular):
            Table(path)


def test_ids_that_differ_have_different_numbers() -> None:
    ids = [f"{a}/{b}" for a in range(300) for b in range(300)]
    read = np.frombuffer("".join(ids).encode(), np.uint8)
    edges = np.cumsum([0, *map(len, ids)])
    assert len(np.unique(module._hashes(read, edges[:-1], edges[1:]))) == len(ids)

"""A manifest in columns has the rows of the same manifest as CSV, and what is wrong in it is told in one line."""

from __future__ import annotations

import pickle
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from textrm.data.convert import main as convert
from textrm.data.dataset import ManifestDataset
from textrm.data.manifest import COLUMNS, SPLITS, Row, cells_of, numbers_of, read_manifest, write_manifest
from textrm.data.tables import arrow_table
from textrm.data.tables.arrow_table import SUFFIXES, ArrowTable
from textrm.data.tables.csv_table import Table
from textrm.data.transforms import EvalTransform
from textrm.errors import UserError

ROWS = [
    Row(f"p{n}", SPLITS[n % 3], f"work {n // 4}", f"x/{n}.png", "" if n % 2 else f"c/{n}.png", tags="1girl 漫画",
        width=None if n % 5 else n + 1, height=7, source='5" disc, old', extra={"language": "ja", "score": str(n)})
    for n in range(11)
]  # fmt: skip


def same(path: Path, columns: dict[str, Any]) -> Path:
    """A table as other programs write it; columns that are not given are empty."""
    count = len(columns["id"])
    table = pa.table({name: columns.get(name, [""] * count) for name in (*COLUMNS, *(set(columns) - set(COLUMNS)))})
    if path.suffix == ".parquet":
        pa.parquet.write_table(table, path)
    else:
        pa.feather.write_feather(table, path, compression="lz4")
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("block", [3, 1 << 16])
def test_rows_come_back_as_of_a_csv(tmp_path: Path, suffix: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_table, "BLOCK", block)
    write_manifest(tmp_path / "m.csv", ROWS)
    write_manifest(tmp_path / f"m{suffix}", ROWS)
    text, table = read_manifest(tmp_path / "m.csv"), read_manifest(tmp_path / f"m{suffix}")
    assert isinstance(table.rows, ArrowTable)
    assert table.folder == tmp_path
    assert tuple(table.rows) == text.rows == tuple(ROWS)
    assert [table.rows[number] for number in range(len(ROWS))] == ROWS
    assert (table.rows[-1], table.rows[3:9:2]) == (ROWS[-1], tuple(ROWS[3:9:2]))
    with pytest.raises(IndexError):
        table.rows[11]
    for names in (("image", "clean"), ("tags", "language")):
        assert list(map(tuple, cells_of(table, *names))) == list(map(tuple, cells_of(text, *names)))
    for split in (*SPLITS, None, "none"):
        assert np.array_equal(numbers_of(table, split), numbers_of(text, split))


@pytest.mark.parametrize("name", ["m.parquet", "m.arrow"])
def test_tables_of_other_programs_are_read(tmp_path: Path, name: str) -> None:
    columns = {"id": pa.array([7, 8]), "split": pa.array(["val", "train"]).dictionary_encode(),
               "image": pa.array([" a.png", "b.png"], pa.large_string()), "clean": pa.nulls(2),
               "width": pa.array([None, 9], pa.int64()), "height": pa.array(["", "12"]),
               "lettering_in_art": pa.array([True, None]), "score": pa.array([0.5, 2.0])}  # fmt: skip
    rows = read_manifest(same(tmp_path / name, columns)).rows
    assert tuple(rows) == (
        Row("7", "val", "", "a.png", extra=rows[0].extra), Row("8", "train", "", "b.png", width=9, height=12,
                                                              extra=rows[1].extra))  # fmt: skip
    assert rows[0].extra == {"lettering_in_art": "true", "score": "0.5"}
    assert rows[1].extra == {"lettering_in_art": "", "score": "2.0"}


GOOD = {"id": ["a", "b", "c"], "split": ["train"] * 3, "image": ["i.png"] * 3}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"id": ["a", "b ", " b"]}, "the id 'b' occurs twice; every row needs an id of its own"),
        ({"split": ["train", "val", "dev"]}, "row 3: split is 'dev'; expected train, val or test"),
        ({"image": ["a", None, "c"]}, "row 2: has no image; every row needs one"),
        ({"id": [" ", "b", "c"]}, "row 1: has no id; every row needs one"),
        ({"width": [1, 0, 2]}, "row 2: width is '0'; expected a number of pixels or nothing"),
        ({"height": ["1", "2", "x"]}, "row 3: height is 'x'; expected a number of pixels or nothing"),
        ({"width": [1.0, 2.0, None]}, "the column width is double; expected whole numbers"),
        ({"tags": [["a"], [], []]}, "the column tags is list<.*>; expected text"),
        ({"other": [b"a", b"", b""]}, "the column other is binary; expected text"),
    ],
)
@pytest.mark.parametrize("block", [2, 1 << 16])
@pytest.mark.parametrize("name", ["m.parquet", "m.arrow"])
def test_what_is_wrong_is_told_in_one_line(
    tmp_path: Path, name: str, columns: dict[str, Any], said: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow_table, "BLOCK", block)
    path = same(tmp_path / name, GOOD | columns)
    with pytest.raises(UserError, match=rf"^{re.escape(str(path))}(:|,) {said}$") as error:
        read_manifest(path)
    assert "\n" not in str(error.value)


def test_columns_that_lack_or_are_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    pa.parquet.write_table(pa.table(GOOD), path)
    with pytest.raises(UserError, match=r"lacks the columns group, clean, mask, tags, .*licence; expected id, split"):
        read_manifest(path)
    path = tmp_path / "m.arrow"
    names = [*COLUMNS, "x", "x"]
    pa.feather.write_feather(pa.Table.from_arrays([pa.array(["train"])] * len(names), names=names), path, "lz4")
    with pytest.raises(UserError, match="has the column x twice; give it once"):
        read_manifest(path)


@pytest.mark.parametrize("kept", [0, 5, 300, -8])
@pytest.mark.parametrize("name", ["m.parquet", "m.arrow"])
def test_a_file_that_was_cut_short_or_is_something_else(tmp_path: Path, name: str, kept: int) -> None:
    path = tmp_path / name
    write_manifest(path, ROWS)
    path.write_bytes(path.read_bytes()[:kept])
    kind = "Parquet" if name == "m.parquet" else "Arrow"
    with pytest.raises(UserError, match=rf"{name}: no {kind} file, or cut short \(.+\); write it again$") as error:
        read_manifest(path)
    assert "\n" not in str(error.value)
    with pytest.raises(UserError, match=r"none\.arrow: no such manifest"):
        read_manifest(tmp_path / "none.arrow")


@pytest.mark.parametrize("name", ["m.parquet", "m.arrow"])
def test_it_goes_to_other_processes_without_its_rows(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    rows = [replace(ROWS[0], id=str(number)) for number in range(3000)]
    write_manifest(path, rows)
    table = ArrowTable(path)
    sent = pickle.dumps(table)
    assert len(sent) < 3000 + 1000  # a byte each: its split
    assert tuple(pickle.loads(sent)) == tuple(rows)
    write_manifest(path, rows[:5])
    assert table[2999] == rows[2999]  # the file that was opened
    with pytest.raises(UserError, match="was changed while it was in use; begin again"):
        pickle.loads(sent)
    with path.open("ab") as file:
        table = ArrowTable(path)
        file.write(b"more")
    with pytest.raises(UserError, match="was changed while it was in use; begin again"):
        table[0]


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_manifest(tmp_path / "m.arrow", ROWS)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UserError, match=r"^this needs pyarrow, which is not installed: pip install 'textrm\[arrow\]'$"):
        read_manifest(tmp_path / "m.arrow")
    with pytest.raises(UserError, match="pip install"):
        write_manifest(tmp_path / "n.arrow", ROWS)
    assert [path.name for path in tmp_path.iterdir()] == ["m.arrow"]


def test_a_data_set_gives_the_items_of_the_csv(make_manifest: Callable[..., Path]) -> None:
    path = make_manifest(5)
    (path.parent / "3_mask.png").unlink()
    for name in ("manifest.arrow", "manifest.parquet"):
        assert CliRunner().invoke(convert, [str(path), str(path.with_name(name))]).exit_code == 0
        expected, found = (ManifestDataset(one, "train", EvalTransform()) for one in (path, path.with_name(name)))
        assert found.bad_rows == expected.bad_rows
        assert [found[n]["id"] for n in range(4)] == ["p0", "p1", "p2", "p4"]
        for number in range(4):
            assert found[number]["image"].equal(expected[number]["image"])


@pytest.mark.parametrize("large", [False, True])
def test_converting_there_and_back_gives_the_same_bytes(
    tmp_path: Path, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textrm.data.manifest.LARGE", 0 if large else 1 << 30)
    path = tmp_path / "m.csv"
    write_manifest(path, ROWS)
    assert isinstance(read_manifest(path).rows, Table) == large
    for source, target in (("m.csv", "m.parquet"), ("m.parquet", "m.arrow"), ("m.arrow", "n.csv")):
        told = CliRunner().invoke(convert, [str(tmp_path / source), str(tmp_path / target)])
        assert told.output == f"{tmp_path / target}: 11 rows\n"
    assert (tmp_path / "n.csv").read_bytes() == path.read_bytes()


def test_conversions_that_cannot_be(tmp_path: Path) -> None:
    write_manifest(tmp_path / "m.csv", ROWS)
    (tmp_path / "other").mkdir()
    for target, said in (
        ("m.txt", "the suffix tells no kind of table; expected one of .csv, .parquet, .pq, .arrow, .feather"),
        ("other/m.arrow", f"the paths of the manifest begin at its folder; give a file in {tmp_path}"),
    ):
        told = CliRunner().invoke(convert, [str(tmp_path / "m.csv"), str(tmp_path / target)])
        assert (told.exit_code, told.output) == (1, f"error: {tmp_path / target}: {said}\n")

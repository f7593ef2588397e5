"""Pages from a list, and a part of the pages in each of several runs."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner
from infer_command import files, run

from textrm import infer


def test_a_list_from_standard_input(model_file: Path, book: Path, tmp_path: Path) -> None:
    listed = "\n".join(str(book / name) for name in ("two/3.png", "gone.png", "1.png"))
    command = [str(book), "-o", str(tmp_path / "out"), "--from-list", "-", "--model", str(model_file)]
    result = CliRunner().invoke(infer.main, command, input=listed)
    assert result.exit_code == 1
    assert files(tmp_path / "out") == ["1.png", "two/3.png"]
    assert result.output.splitlines()[-2:] == [
        f"failed: {book / 'gone.png'}: there is no such file",
        "2 pages cleaned, 1 failed",
    ]
    (tmp_path / "list").write_text(listed.replace("\n", "\0"))
    again = run(model_file, book, "-o", tmp_path / "out", "--from-list", tmp_path / "list", "-0")
    assert "0 pages cleaned, 2 were done already (--overwrite makes them anew), 1 failed" in again.output


def test_a_table_as_the_list(model_file: Path, book: Path, tmp_path: Path) -> None:
    table, out = tmp_path / "list.parquet", tmp_path / "out"
    pages = [str(book / "two/3.png"), None, str(book / "gone.png"), str(book / "1.png")]
    pq.write_table(pa.table({"page": pages, "work": ["a", "b", "c", "d"]}), table)
    result = run(model_file, book, "-o", out, "--from-list", table, "--record", tmp_path / "record.parquet")
    assert result.exit_code == 1
    assert files(out) == ["1.png", "two/3.png"]
    assert result.output.splitlines()[-1] == "2 pages cleaned, 1 failed"
    again = run(model_file, book, "-o", out, "--from-list", tmp_path / "record.parquet")
    assert "0 pages cleaned, 2 were done already" in again.output
    pq.write_table(pa.table({"page": [1, 2]}), table)
    (tmp_path / "text.parquet").write_text("1.png")
    for arguments, words in (
        ((table,), "has the columns page (int64); expected page (string) with a path in each row"),
        ((tmp_path / "text.parquet",), "is no table of Parquet that can be read"),
        ((tmp_path / "none.parquet",), "cannot be read: No such file"),
        ((table, "-0"), "-0 is given with --from-list"),
    ):
        told = run(model_file, book, "-o", out, "--from-list", *arguments)
        assert told.exit_code == 1
        assert words in told.output.splitlines()[-1]


def test_shards_are_everything_once(model_file: Path, book: Path, tmp_path: Path) -> None:
    told = [run(model_file, book, "-o", tmp_path / "out", "--shard", f"{n}/3") for n in (1, 2, 3)]
    assert [result.exit_code for result in told] == [0, 0, 0]
    assert sum(int(result.output.splitlines()[-1].split()[0]) for result in told) == 3
    assert "3 were done already" in run(model_file, book, "-o", tmp_path / "out").output


def test_mistakes_are_told_in_a_line(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for arguments, words in (
        ((), "no page is given"),
        ((book / "1.png", "--from-list", "-"), "expected one folder"),
        (("--from-list", tmp_path / "none"), "cannot be read: No such file"),
        ((book, "-0"), "give --from-list"),
        ((book, "--shard", "4/3"), "expected i/n"),
        ((book, "--shard", "1/3", "--sheet"), "give --sheet without --shard"),
    ):
        result = run(model_file, *arguments, "-o", out)
        assert result.exit_code == 1
        assert words in result.output.splitlines()[-1]
        assert result.output.count("\n") == 1
    assert not out.exists()

"""Keeps a row for each page of a run: JSON lines, or a table of Parquet."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textrm.errors import UserError
from textrm.extras import import_extra
from textrm.files import replacing
from textrm.page.files.attempt import Attempt
from textrm.page.files.clean_books import Written
from textrm.page.files.clean_file import Cleaned

SUFFIXES = (".jsonl", ".parquet")
COLUMNS = {"page": "string", "result": "string", "outcome": "string", "words": "int32", "doubtful": "int32",
           "regions": "string", "seconds": "float32", "error": "string"}  # fmt: skip
"""What a row has, with its type in Parquet; ``regions`` is JSON: of each doubtful word x0, y0, x1, y1 and its score."""


class Record:
    """Takes rows, each of which is in the file at once; of a page that was in it before, the later row counts."""

    def __init__(self, lines: Path, path: Path) -> None:
        """``path`` is what the user calls it."""
        self._path = path
        with _writing(path):
            lines.parent.mkdir(parents=True, exist_ok=True)
            self._file = lines.open("a+b", buffering=0)  # or what did not fit would be tried again, on closing
            if self._file.seek(0, os.SEEK_END):
                self._file.seek(-1, os.SEEK_END)
                if self._file.read() != b"\n":  # cut short by a kill
                    self._write(b"\n")

    def add(self, one: Attempt[Cleaned | Written], result: Path | None) -> None:
        """What came of a page or a book, and where its result lies, if that is a file.

        Raises:
            UserError: when it cannot be written.
        """
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        row |= {
            "page": str(one.path),
            "outcome": "failed" if one.reason else "written",
            "seconds": round(one.seconds, 3),
        }
        row |= {"error": one.reason or None, "result": None if one.reason or result is None else str(result)}
        if isinstance(one.value, Cleaned):
            row |= {"outcome": "cleaned", "words": one.value.words, "doubtful": one.value.doubtful}
            row |= {"regions": json.dumps(one.value.regions), "error": "; ".join(one.value.lost) or None}
        with _writing(self._path):
            self._write(json.dumps(row).encode() + b"\n")

    def close(self) -> None:
        """No more rows come."""
        self._file.close()

    def _write(self, line: bytes) -> None:
        if self._file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def recorded(path: Path | None) -> Iterator[Record | None]:
    """The record at ``path``, which goes on where it is there; None without one.

    Parquet is made of the rows when the body has ended, in whatever way; until then they are in the hidden file
    NAME.jsonl beside it, which a killed run leaves to the next.

    Raises:
        UserError: when it has another suffix, the extra for Parquet is not installed, there is something else, or it
            cannot be written.
    """
    if path is None:
        yield None
        return
    if path.suffix not in SUFFIXES:
        raise UserError(f"--record {path}: expected NAME.jsonl or NAME.parquet")
    lines = path if path.suffix == ".jsonl" else path.with_name(f".{path.name}.jsonl")
    if lines != path:
        import_extra("ray", "pyarrow.parquet")
        _rows_of(path)  # or it would be known at the end that it is none
    record = Record(lines, path)
    try:
        yield record
    finally:
        record.close()
        if lines != path:
            with _writing(path):
                _as_parquet(path, lines)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of JSON lines, each page once; a line that a kill has cut short is none."""
    rows: dict[str, dict[str, Any]] = {}
    for line in path.read_bytes().splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        rows[row["page"]] = rows.pop(row["page"], {}) | row
    return list(rows.values())


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"--record {path} cannot be written: {error.strerror or error}; make room or give another "
                        "file, and the same command goes on") from error  # fmt: skip


def _rows_of(path: Path) -> dict[str, dict[str, Any]]:
    """The rows that are at ``path``, a table of Parquet, by their pages; none where there is nothing.

    Raises:
        UserError: when it is no table of such rows.
    """
    parquet = import_extra("ray", "pyarrow.parquet")
    try:
        return {row["page"]: row for row in parquet.read_table(path).to_pylist()} if path.exists() else {}
    except (ValueError, KeyError, OSError) as error:
        raise UserError(f"--record {path} is no record that can be gone on with: give another file") from error


def _as_parquet(path: Path, lines: Path) -> None:
    arrow, parquet = import_extra("ray", "pyarrow"), import_extra("ray", "pyarrow.parquet")
    rows = _rows_of(path)
    for row in read_rows(lines):
        text = {name: value.encode(errors="backslashreplace").decode() for name, value in row.items()
                if isinstance(value, str)}  # fmt: skip
        rows[text["page"]] = row | text
    schema = arrow.schema([(name, getattr(arrow, kind)()) for name, kind in COLUMNS.items()])
    with replacing(path) as file:
        parquet.write_table(arrow.Table.from_pylist(list(rows.values()), schema), file)
    os.unlink(lines)

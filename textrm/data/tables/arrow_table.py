"""The rows of a manifest in a Parquet or an Arrow file: held in columns, which processes share, and never as objects.

An Arrow file is mapped: it takes no memory but the system's cache of files. A Parquet file is compressed, so it is
decoded once, column by column, into memory that forked workers share.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from textrm.data.tables.row import COLUMNS, SPLITS, Row, Rows, to_row
from textrm.errors import UserError
from textrm.extras import import_extra
from textrm.files import replacing

PARQUET = (".parquet", ".pq")
SUFFIXES = (*PARQUET, ".arrow", ".feather")
BLOCK = 1 << 16  # rows that are looked at, read or written at once
SIZES = ("width", "height")
REPEATED = ("split", "group", "tags", "source", "licence")  # of Parquet: each text is held once


class ArrowTable(Rows):
    """Rows of a manifest in the file ``path``.

    ``splits`` holds the number of each row's split in SPLITS. It can be pickled: the file is opened anew.

    Raises:
        UserError: as of :func:`~textrm.data.manifest.read_manifest`, and where pyarrow is not installed.
        OSError: when the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()
        self._identity = self._now()
        self.columns = list(self._table.column_names)
        self.splits = self._check()
        import_extra("arrow", "pyarrow").default_memory_pool().release_unused()  # what the check took, for good

    def _one(self, number: int) -> Row:
        return self._rows(number, 1)[0]

    def __iter__(self) -> Iterator[Row]:
        for first in range(0, len(self), BLOCK):
            yield from self._rows(first, BLOCK)

    def cells(self, *names: str) -> Iterator[Sequence[str]]:
        """These cells of every row, in order."""
        for first in range(0, len(self), BLOCK):
            block = self._slice(first, BLOCK)
            yield from zip(
                *([_text(value).strip() for value in block[name].to_pylist()] for name in names), strict=True
            )

    def _open(self) -> None:
        arrow, ipc = import_extra("arrow", "pyarrow"), import_extra("arrow", "pyarrow.ipc")
        parquet = import_extra("arrow", "pyarrow.parquet")
        compressed = self.path.suffix.lower() in PARQUET
        self._file = self.path.open("rb")
        try:
            if compressed:
                _check_columns(self.path, parquet.read_schema(self.path))
                file = parquet.ParquetFile(self.path, memory_map=True, read_dictionary=list(REPEATED))
                self._table = file.read(use_threads=False)
            else:
                file = ipc.open_file(arrow.memory_map(str(self.path)))
                _check_columns(self.path, file.schema)
                self._table = file.read_all()
            self._table.validate(full=True)  # what is mapped is used as it is
        except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            kind = "Parquet" if compressed else "Arrow"
            raise UserError(f"{self.path}: no {kind} file, or cut short ({reason}); write it again") from error

    def _now(self) -> tuple[int, ...]:
        state = os.fstat(self._file.fileno())
        return state.st_ino, state.st_size, state.st_mtime_ns

    def _slice(self, first: int, count: int) -> Any:
        if self._now() != self._identity:
            raise UserError(f"{self.path}: was changed while it was in use; begin again")
        return self._table.slice(first, count)

    def _rows(self, first: int, count: int) -> list[Row]:
        found = self._slice(first, count).to_pylist()
        return [to_row(f"{self.path}, row {first + number + 1}", _texts(cells)) for number, cells in enumerate(found)]

    def _check(self) -> np.ndarray:
        """Look through the columns once, block by block; returns the splits."""
        arrow, compute = import_extra("arrow", "pyarrow"), import_extra("arrow", "pyarrow.compute")
        known, found, ids = arrow.array(SPLITS), [np.empty(0, np.uint8)], []

        def text(block: Any, name: str) -> Any:
            column = block.column(name)
            column = column.dictionary_decode() if arrow.types.is_dictionary(column.type) else column
            return compute.utf8_trim_whitespace(compute.fill_null(column.cast(arrow.string()), ""))

        for block in self._table.to_batches(max_chunksize=BLOCK):
            names = text(block, "id")
            splits = compute.index_in(text(block, "split"), value_set=known)
            wrong = compute.or_(compute.equal(names, ""), compute.equal(text(block, "image"), ""))
            wrong = compute.or_(wrong, compute.is_null(splits))
            for size in SIZES:
                right = compute.match_substring_regex(text(block, size), r"^(0*[1-9][0-9]*)?$")
                wrong = compute.or_(wrong, compute.invert(right))
            first = sum(map(len, found))
            for row in np.flatnonzero(wrong.to_numpy(zero_copy_only=False)).tolist():
                to_row(f"{self.path}, row {first + row + 1}", _texts(block.slice(row, 1).to_pylist()[0]))
            found.append(compute.fill_null(splits, 0).to_numpy(zero_copy_only=False).astype(np.uint8))
            ids.append(names)
        names = arrow.chunked_array(ids, arrow.string())
        if compute.count_distinct(names).as_py() < len(names):
            counted = compute.value_counts(names)  # in chunks: put together, text of 2 GiB would be refused
            twice = counted.filter(compute.greater(counted.field("counts"), 1))[0]["values"].as_py()
            raise UserError(f"{self.path}: the id {twice!r} occurs twice; every row needs an id of its own")
        return np.concatenate(found)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_file", "_table")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()
        if self._now()[1:] != self._identity[1:]:
            raise UserError(f"{self.path}: was changed while it was in use; begin again")


def write_arrow(path: Path, rows: Iterable[Row], extras: Sequence[str]) -> None:
    """Write rows whole or not at all, as a Parquet or an Arrow file by the suffix of ``path``, block by block.

    Sizes are whole numbers, all else is text; ``extras`` names the columns beside the fixed ones.

    Raises:
        UserError: where pyarrow is not installed.
        OSError: when it cannot be written.
    """
    arrow, ipc = import_extra("arrow", "pyarrow"), import_extra("arrow", "pyarrow.ipc")
    parquet = import_extra("arrow", "pyarrow.parquet")
    schema = arrow.schema([(name, arrow.int32() if name in SIZES else arrow.string()) for name in (*COLUMNS, *extras)])
    waiting = iter(rows)
    with replacing(path) as file:
        make = parquet.ParquetWriter if path.suffix.lower() in PARQUET else ipc.new_file
        with make(file, schema) as writer:
            while block := list(islice(waiting, BLOCK)):
                columns = [[getattr(row, name) for row in block] for name in COLUMNS]
                columns += [[row.extra.get(name, "") for row in block] for name in extras]
                writer.write_batch(arrow.record_batch([*map(arrow.array, columns, schema.types)], schema=schema))


def _check_columns(path: Path, schema: Any) -> None:
    types = import_extra("arrow", "pyarrow").types
    missing = [column for column in COLUMNS if column not in schema.names]
    if missing:
        raise UserError(f"{path}: lacks the columns {', '.join(missing)}; expected {', '.join(COLUMNS)}")
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise UserError(f"{path}: has the column {name} twice; give it once")
        kind = schema.field(name).type
        inner = kind.value_type if types.is_dictionary(kind) else kind
        text = types.is_string(inner) or types.is_large_string(inner) or types.is_string_view(inner)
        if not (text or types.is_integer(kind) or types.is_null(kind)
                or (name not in COLUMNS and (types.is_boolean(kind) or types.is_floating(kind)))):  # fmt: skip
            wanted = "whole numbers" if name in SIZES else "text"
            raise UserError(f"{path}: the column {name} is {kind}; expected {wanted}")


def _texts(cells: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in cells.items()}


def _text(value: Any) -> str:
    """As a CSV has it: nothing for what is absent, true and false in small letters."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

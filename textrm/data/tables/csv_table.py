"""The rows of a large manifest, parsed when they are asked for: nine bytes of memory a row, in any number of processes.

The file stays open; what it holds is read from the system's cache of files, which all processes share. A list of rows
would be copied into each worker by and by, since every look at one counts a reference.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from textrm.data.tables.row import COLUMNS, SPLITS, Row, Rows, to_row
from textrm.errors import UserError

BLOCK = 4 << 20  # bytes that are read at once
COMMA, NEWLINE = ord(","), ord("\n")
# Whitespace that only Unicode knows, as it begins in UTF-8, quotes and control characters: one row at a time then.
_RARE = (b'"', b"\r", b"\xc2", b"\xe1\x9a", b"\xe2\x80", b"\xe2\x81", b"\xe3\x80\x80", *(bytes([n]) for n in (
    0, 9, 11, 12, 28, 29, 30, 31)))  # fmt: skip
_LONGEST_SIZE = 9  # digits
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Irregular(Exception):
    """What is not as it is written ordinarily, or wrong: whoever asked reads row by row, and says what it is."""


class Table(Rows):
    """Rows of a manifest in CSV whose cells have no line breaks and whose ids are all different.

    ``splits`` holds the number of each row's split in SPLITS. It can be pickled: the file is opened anew.

    Raises:
        Irregular: for anything else.
        OSError: when the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open()
        self._identity = self._now()
        header = os.pread(self._file, 1 << 16, 0)
        line, found, _ = header.partition(b"\n")
        if not found or any(rare in line for rare in _RARE):
            raise Irregular
        self.columns = line.decode("utf-8-sig").split(",")
        if len(set(self.columns)) != len(self.columns) or not set(COLUMNS) <= set(self.columns):
            raise Irregular
        self.starts, self.splits = self._scan(len(line) + 1)

    def _one(self, number: int) -> Row:
        return self._parsed(self._read(number, number + 1))[0]

    def __iter__(self) -> Iterator[Row]:
        for first, last in self._blocks():
            yield from self._parsed(self._read(first, last))

    def cells(self, *names: str) -> Iterator[Sequence[str]]:
        """These cells of every row, in order."""
        places = [self.columns.index(name) for name in names]
        for first, last in self._blocks():
            text = self._read(first, last)
            quoted = '"' in text
            rows = csv.reader(io.StringIO(text, newline="")) if quoted else map(_split, text[:-1].split("\n"))
            for row in rows:
                yield [row[place].strip() for place in places]

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_RDONLY)

    def _now(self) -> tuple[int, ...]:
        state = os.fstat(self._file)
        return state.st_ino, state.st_size, state.st_mtime_ns

    def _read(self, first: int, last: int) -> str:
        begin, end = int(self.starts[first]), int(self.starts[last])
        text = os.pread(self._file, end - begin, begin)
        if self._now() != self._identity:
            raise UserError(f"{self.path}: was changed while it was in use; begin again")
        return text.decode()

    def _parsed(self, text: str) -> list[Row]:
        rows = csv.reader(io.StringIO(text, newline=""))
        return [to_row(str(self.path), dict(zip(self.columns, cells, strict=True))) for cells in rows]

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Ranges of rows, each of about BLOCK bytes."""
        if len(self):
            edges = np.arange(self.starts[0], self.starts[-1], BLOCK)
            yield from pairwise(np.unique([*np.searchsorted(self.starts, edges), len(self)]).tolist())

    def _scan(self, begin: int) -> tuple[np.ndarray, np.ndarray]:
        """Look through the file once: where rows begin, and their splits."""
        size, starts, splits, ids = self._identity[1], [], [], []
        while begin < size:
            block = os.pread(self._file, BLOCK, begin)
            if begin + len(block) < size:
                block = block[: block.rfind(b"\n") + 1]
            elif not block.endswith(b"\n"):
                raise Irregular
            if not block:
                raise Irregular
            rows = _look(block, self.columns)
            starts.append(rows[0] + begin)
            splits.append(rows[1])
            ids.append(rows[2])
            begin += len(block)
        found = np.sort(np.concatenate([np.empty(0, np.uint64), *ids]))
        if (found[1:] == found[:-1]).any():
            raise Irregular
        return np.concatenate([*starts, [size]]), np.concatenate([np.empty(0, np.uint8), *splits])

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_file"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def __del__(self) -> None:
        if (file := self.__dict__.pop("_file", None)) is not None:
            os.close(file)


def _look(block: bytes, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the rows of a block begin, their splits, and numbers that stand for their ids."""
    try:
        block.decode()
    except UnicodeDecodeError as error:
        raise Irregular from error
    read = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(read == NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    if any(rare in block for rare in _RARE):
        return starts, *_look_closely(block, columns)
    commas = np.flatnonzero(read == COMMA)
    if len(commas) != len(starts) * (len(columns) - 1):
        raise Irregular
    between = commas.reshape(len(starts), -1)
    if (between[:, 0] < starts).any() or (between[:, -1] > ends).any():
        raise Irregular

    def cell(name: str) -> tuple[np.ndarray, np.ndarray]:
        place = columns.index(name)
        begin = between[:, place - 1] + 1 if place else starts
        return begin, between[:, place] if place < len(columns) - 1 else ends

    for name in ("id", "image"):
        begin, end = cell(name)
        if (begin == end).any() or (read[begin] == 32).any() or (read[end - 1] == 32).any():
            raise Irregular
    for name in ("width", "height"):
        _check_sizes(read, *cell(name))
    return starts, _splits(read, *cell("split")), _hashes(read, *cell("id"))


def _look_closely(block: bytes, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The splits and the numbers of the ids, row by row."""
    splits, ids = [], []
    try:
        rows = list(csv.reader(io.StringIO(block.decode(), newline=""), strict=True))
        if len(rows) != block.count(b"\n"):  # a cell with a line break
            raise Irregular
        for cells in rows:
            row = to_row("", dict(zip(columns, cells, strict=True)))
            splits.append(SPLITS.index(row.split))
            ids.append(row.id.encode())
    except (csv.Error, ValueError, UserError) as error:
        raise Irregular from error
    read = np.frombuffer(b"".join(ids), np.uint8)
    edges = np.cumsum([0, *map(len, ids)])
    return np.array(splits, np.uint8), _hashes(read, edges[:-1], edges[1:])


def _check_sizes(read: np.ndarray, begin: np.ndarray, end: np.ndarray) -> None:
    length = end - begin
    if length.max() > _LONGEST_SIZE:
        raise Irregular
    value = np.zeros(len(begin), np.int64)
    for place in range(int(length.max())):
        here = place < length
        digit = read[begin[here] + place].astype(np.int64) - ord("0")
        if ((digit < 0) | (digit > 9)).any():
            raise Irregular
        value[here] = value[here] * 10 + digit
    if (value[length > 0] == 0).any():
        raise Irregular


def _splits(read: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    found = np.full(len(begin), len(SPLITS), np.uint8)
    for number, name in enumerate(SPLITS):
        at = np.flatnonzero(end - begin == len(name))
        for place, letter in enumerate(name.encode()):
            at = at[read[begin[at] + place] == letter]
        found[at] = number
    if (found == len(SPLITS)).any():
        raise Irregular
    return found


def _hashes(read: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """64 bits for each text; two that are alike have the same ones, two that differ all but never."""
    length = end - begin
    found = length.astype(np.uint64)
    for place in range(int(length.max(initial=0))):
        here = slice(None) if (length > place).all() else np.flatnonzero(length > place)
        mixed = (found[here] ^ read[begin[here] + place]) * _MIX
        found[here] = mixed ^ (mixed >> np.uint64(29))
    return found


def _split(line: str) -> list[str]:
    return line.split(",")

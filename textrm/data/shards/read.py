"""Reads files out of the tars of a set, each by its place: no tar is listed, none is read from its beginning.

A set is a folder with a manifest whose cells ``image``, ``clean``, ``mask`` and ``words`` are places, and whose column
``shard`` names the tar; beside it ``shards.csv`` lists the tars, their sizes and SHA-256 sums.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from textrm.errors import UserError

SHARD = "shard"  # the column that says so
ROLES = ("image", "clean", "mask", "words")
LIST = "shards.csv"
OPEN = 64  # tars that a process holds open
BUFFER = 1 << 18  # bytes; a picture of stored pixels is read by many small steps
RECORD = 512  # bytes of a tar's header, and what its files are padded to
_PLACE = re.compile(r"(.+)@(\d+)\+(\d+)-([0-9a-f]{8})")


class Place(NamedTuple):
    """Where a file lies in a tar: its name there, first byte, length, and the CRC-32 of its bytes in 8 hex digits."""

    name: str
    begin: int
    length: int
    crc: str

    def __str__(self) -> str:
        return f"{self.name}@{self.begin}+{self.length}-{self.crc}"


class Listed(NamedTuple):
    """A line of ``shards.csv``: the tar, how many samples and bytes it has, and the sum of all its bytes."""

    shard: str
    samples: int
    bytes: int
    sha256: str


class Shards:
    """The tars of the set in ``folder``, for any number of processes; each opens what it reads.

    Raises:
        UserError: where ``shards.csv`` is missing or no such list, and for a tar that is missing or of another size.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listed = {line.shard: line for line in read_list(folder / LIST)}
        self._opened: OrderedDict[str, io.FileIO] = OrderedDict()
        missing = [name for name in self.listed if not (folder / name).is_file()]
        if missing:
            more = f", nor are {len(missing) - 1} others of {len(self.listed)}" if len(missing) > 1 else ""
            raise UserError(f"{folder / missing[0]}: is not there{more}, but {LIST} lists it; copy it here")
        for name in self.listed:
            self._check_size(name, (folder / name).stat().st_size)

    def open(self, shard: str, cell: str) -> BinaryIO:
        """The file at the place ``cell`` of a tar, to be read before others are opened.

        Raises:
            UserError: for a cell that is no place, and where the tar does not hold there what the manifest says.
        """
        place = place_of(cell)
        if place is None or shard not in self.listed:
            raise UserError(f"{self.folder / shard}: {cell!r} is no place in a tar of {LIST}; write the set again")
        file = self._tar(shard).fileno()
        self._check_size(shard, os.fstat(file).st_size)
        header = os.pread(file, RECORD, place.begin - RECORD) if place.begin >= RECORD else b""
        if _named(header) != (place.name, place.length, place.crc):
            raise UserError(f"{self.folder / shard}: does not hold {place.name} where it should: it was changed; "
                            "copy the whole set again")  # fmt: skip
        return io.BufferedReader(_Window(file, place.begin, place.length), BUFFER)

    def check(self) -> Iterator[str]:
        """Read all tars; a line about each whose bytes are not those that were written."""
        for line in self.listed.values():
            with (self.folder / line.shard).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != line.sha256:
                yield f"{self.folder / line.shard}: its bytes are not those that were written; copy it again"

    def _tar(self, shard: str) -> io.FileIO:
        if shard in self._opened:
            self._opened.move_to_end(shard)
            return self._opened[shard]
        try:
            file = (self.folder / shard).open("rb", buffering=0)
        except OSError as error:
            raise UserError(f"{self.folder / shard}: cannot be opened ({error.strerror}); copy it here") from error
        self._opened[shard] = file
        if len(self._opened) > OPEN:
            self._opened.popitem(last=False)[1].close()
        return self._opened[shard]

    def _check_size(self, shard: str, found: int) -> None:
        if found != (wanted := self.listed[shard].bytes):
            how = "was cut short" if found < wanted else "was changed"
            raise UserError(f"{self.folder / shard}: has {found} bytes, {LIST} says {wanted}: it {how}; copy it again")

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_opened": OrderedDict()}


class _Window(io.RawIOBase):
    """Some bytes of an open file, as a file: a picture's bytes are never all in memory."""

    def __init__(self, file: int, begin: int, length: int) -> None:
        self._file, self._begin, self._length, self._at = file, begin, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        room = max(0, min(len(buffer), self._length - self._at))
        count = os.preadv(self._file, [memoryview(buffer)[:room]], self._begin + self._at)
        self._at += count
        return count

    def readall(self) -> bytes:
        """All that is left at once; Python's own way is 8 kB at a time."""
        rest = bytearray(max(0, self._length - self._at))
        done = 0
        while done < len(rest) and (count := self.readinto(memoryview(rest)[done:])):
            done += count
        return bytes(rest[:done])

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._length)[whence])
        return self._at

    def tell(self) -> int:
        return self._at


def place_of(cell: str) -> Place | None:
    """What a cell says; None where it is none."""
    found = _PLACE.fullmatch(cell)
    return None if found is None else Place(found[1], int(found[2]), int(found[3]), found[4])


def crc_of(content: bytes) -> str:
    """The CRC-32 in 8 hex digits."""
    return f"{zlib.crc32(content):08x}"


def read_list(path: Path) -> list[Listed]:
    """The lines of a ``shards.csv``.

    Raises:
        UserError: when it is missing, or no such list.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            head, *lines = csv.reader(file)
        if tuple(head) != Listed._fields:
            raise ValueError(f"its columns are {','.join(head)}")
        return [Listed(name, int(samples), int(size), sum) for name, samples, size, sum in lines]
    except FileNotFoundError as error:
        raise UserError(f"{path}: is missing, which lists the tars of this set; copy it here") from error
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path}: is no list of tars ({error}); expected {','.join(Listed._fields)}") from error


def list_bytes(lines: Iterable[Sequence[Any]]) -> bytes:
    """What a ``shards.csv`` of these lines holds."""
    return "".join(f"{','.join(map(str, line))}\n" for line in (Listed._fields, *lines)).encode()


def _named(header: bytes) -> tuple[str, int, str]:
    """Name, length and CRC as a header of a tar has them, the last as the owner's name; nothing where it is none."""
    try:
        return header[:100].rstrip(b"\0").decode(), int(header[124:135], 8), header[265:273].decode()
    except ValueError:
        return "", 0, ""

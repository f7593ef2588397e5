"""A tar as the sets of textrm have them, written front to back."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO

from textrm.data.shards.read import RECORD, SHARD, Listed, Place, crc_of
from textrm.data.tables.row import Row


class Tar:
    """A tar that is written into ``file``."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sum, self._size = file, hashlib.sha256(), 0

    def add(self, name: str, content: bytes) -> Place:
        """Append a file. The owner's name is the CRC of its bytes, which readers compare with the manifest's."""
        member = tarfile.TarInfo(name)
        member.size, member.uname = len(content), crc_of(content)
        self._write(member.tobuf(tarfile.USTAR_FORMAT))
        begin = self._size
        self._write(content)
        self._write(bytes(-len(content) % RECORD))
        return Place(name, begin, len(content), member.uname)

    def end(self, shard: str, samples: int) -> Listed:
        """Write the end; returns the line of ``shards.csv`` about the tar ``shard`` of so many samples."""
        self._write(bytes(2 * RECORD + -(self._size + 2 * RECORD) % tarfile.RECORDSIZE))
        return Listed(shard, samples, self._size, self._sum.hexdigest())

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._sum.update(content)
        self._size += len(content)


def placed(row: Row, cells: Mapping[str, str], shard: str | None = None) -> Row:
    """``row`` with the names or places of its files by role, those in the tar ``shard`` where that is not None."""
    words = {"words": cells["words"]} if "words" in row.extra or cells.get("words") else {}
    held = {} if shard is None else {SHARD: shard}
    extra = dict(row.extra) | words | held
    return replace(row, image=cells["image"], clean=cells.get("clean", ""), mask=cells.get("mask", ""), extra=extra)

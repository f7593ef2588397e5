"""The share of a set that one of several machines draws, and how the shares become one set: ``shard=i/n``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from textrm.data.manifest import Row, extra_columns, read_rows, write_rows
from textrm.data.shards.read import Listed, list_bytes, read_list
from textrm.errors import UserError
from textrm.files import write_whole

PARTS = "parts"  # folder of what each machine found


class Share(NamedTuple):
    """Part ``number`` of ``of``, from 1; number 0 draws nothing and joins what the others drew."""

    number: int
    of: int

    def units(self, units: Sequence[range]) -> Sequence[range]:
        """The units of work of this share: every n-th."""
        return units[self.number - 1 :: self.of] if self.number else ()


class Parts:
    """The parts of a set in the folder ``out``: two small tables each, named after all that the pages follow from."""

    def __init__(self, out: Path, of: int, recipe: Any) -> None:
        self.folder, self.of = out / PARTS, of
        self.code = hashlib.sha256(repr(recipe).encode()).hexdigest()[:8]

    def rows(self, number: int) -> Path:
        """The manifest of a part, written when it is done."""
        return self.folder / f"{number}-of-{self.of}-{self.code}.csv"

    def lines(self, number: int) -> Path:
        """The list of its tars."""
        return self.folder / f"{number}-of-{self.of}-{self.code}.tars.csv"

    def write(self, number: int, rows: Sequence[Row], lines: Sequence[Listed]) -> None:
        """Keep what a machine drew."""
        write_whole(self.lines(number), list_bytes(lines))
        write_rows(self.rows(number), rows, extra_columns(rows))

    def missing(self) -> list[int]:
        """The numbers of the parts that are not there."""
        return [number for number in range(1, self.of + 1) if not self.rows(number).is_file()]

    def joined(self, units: Sequence[range]) -> tuple[list[Row], list[Listed]]:
        """The rows of all pages in their order, and the lines of all tars."""
        rows = [iter(read_rows(self.rows(number))) for number in range(1, self.of + 1)]
        lines = [iter(read_list(self.lines(number))) for number in range(1, self.of + 1)]
        found: list[Row] = []
        listed: list[Listed] = []
        for place, unit in enumerate(units):
            found += islice(rows[place % self.of], len(unit))
            listed += islice(lines[place % self.of], 1)  # none where pages are files
        return found, listed


def share_of(shard: Any) -> Share | None:
    """What ``shard`` says: i/n, or join/n; None for None.

    Raises:
        UserError: for anything else.
    """
    if shard is None:
        return None
    found = re.fullmatch(r"(\d{1,6}|join)/(\d{1,6})", str(shard))
    if found and (found[1] == "join" or 1 <= int(found[1]) <= int(found[2])) and int(found[2]):
        return Share(0 if found[1] == "join" else int(found[1]), int(found[2]))
    raise UserError(f"shard={shard}: expected i/n, with i from 1 to n, as 3/16, or join/n for what n machines drew")

"""Parts the pages among runs that know nothing of each other, by their paths alone."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textrm.errors import UserError
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Shard:
    """The part ``number``, from 1, of ``of``; all parts together have each page and each book once.

    Which part has a page depends on its path below the input, and neither on where that lies, nor on what lies beside.
    """

    number: int
    of: int

    @classmethod
    def of_text(cls, text: str) -> Shard:
        """Part i of n from ``i/n``.

        Raises:
            UserError: when it is none.
        """
        found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise UserError(f"--shard {text}: expected i/n, with i from 1 to n, as 3/16")
        return cls(int(found[1]), int(found[2]))

    def has(self, name: str) -> bool:
        """Whether what has this path is in this part."""
        return zlib.crc32(name.encode(errors="surrogateescape")) % self.of == self.number - 1

    def only(self, plan: Plan, out: Path, inputs: Sequence[Path]) -> Plan:
        """What this part has of a plan; that an input itself cannot be read is told in all parts."""

        def mine(page: PageFiles) -> bool:
            return self.has((page.target.parent.relative_to(out) / page.source.name).as_posix())

        def is_told(path: Path) -> bool:
            above = next((folder for folder in inputs if path.is_relative_to(folder)), path.parent)
            return path in inputs or self.has(path.relative_to(above).as_posix())

        failures = [(path, reason) for path, reason in plan.failures if is_told(path)]
        return Plan(list(filter(mine, plan.pages)), list(filter(mine, plan.books)), failures)

"""What is given to be cleaned, and what part of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click

from textrm.errors import UserError
from textrm.page.planning.from_list import plan_list, read_list, read_table
from textrm.page.planning.plan import Plan, Planning
from textrm.page.planning.shard import Shard


@dataclass(frozen=True, slots=True)
class Inputs:
    """Pages, books and folders at ``paths``; or what the list ``from_list`` has of one folder.

    That is a file, of lines or of Parquet, or ``-`` for standard input. ``null``: NUL ends the paths of the list.
    ``shard``: only this part.

    Raises:
        UserError: when these contradict each other.
    """

    paths: tuple[Path, ...]
    from_list: str | None = None
    null: bool = False
    shard: Shard | None = None

    def __post_init__(self) -> None:
        if self.from_list is None and not self.paths:
            raise UserError("no page is given; expected PAGE_OR_BOOK_OR_DIR, or --from-list FILE")
        if self.from_list is not None and (len(self.paths) > 1 or not all(path.is_dir() for path in self.paths)):
            raise UserError(f"--from-list is given with {', '.join(map(str, self.paths))}; expected one folder, in "
                            "which its pages lie, or none")  # fmt: skip
        if self.null and self.from_list is None:
            raise UserError("-0 is given, but no list: give --from-list FILE")
        if self.null and self._is_table():
            raise UserError(f"-0 is given with --from-list {self.from_list}, a table, whose rows nothing ends")

    def parts(self, planning: Planning, whole: bool) -> Iterator[Plan]:
        """What is to be cleaned, part by part; in one where it has to be known as a ``whole``."""
        parts = self._listed(planning) if self.from_list is not None else planning.parts(self.paths)
        if self.shard is not None:
            shard = self.shard
            parts = (shard.only(part, planning.out, self.paths) for part in parts)
        if not whole:
            yield from parts
            return
        plan = Plan()
        for part in parts:
            plan.add(part)
        yield plan

    def _listed(self, planning: Planning) -> Iterator[Plan]:
        listing, folder = str(self.from_list), self.paths[0] if self.paths else Path()
        try:
            if self._is_table():
                yield from plan_list(planning, read_table(Path(listing)), folder)
                return
            with click.open_file(listing, "rb") as file:
                paths = read_list(cast(io.BufferedIOBase, file), listing, self.null)
                yield from plan_list(planning, paths, folder)
        except OSError as error:
            raise UserError(f"--from-list {listing} cannot be read: {error.strerror}") from error

    def _is_table(self) -> bool:
        return str(self.from_list).endswith(".parquet")

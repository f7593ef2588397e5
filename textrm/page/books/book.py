"""What a format of books can do, and what a book holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Member:
    """A picture in a book: its ``number`` there, and its ``name``, with / between folders, which is safe to write to.

    ``orientation`` is the EXIF value that leads from the picture as it is stored to the upright page, where the book
    decides about it; None where the picture does.
    """

    number: int
    name: str
    orientation: int | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a book holds: ``pages`` in its order; ``unread`` are names of pages that stay as they are, with the reason.

    ``notes`` say what the user should know of the whole book.
    """

    pages: list[Member]
    unread: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Book(Protocol):
    """A book of one format. It holds no open file: it is sent to other processes, and is hashed.

    A book is never in memory as a whole: one page is at a time.
    """

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def keeps_formats(self) -> bool:
        """Whether each page stays a picture of the format that it has, whatever is wished."""
        ...

    def contents(self) -> Contents:
        """Find the pages.

        Raises:
            UserError: when it cannot be read, or is refused.
        """
        ...

    def prepare(self) -> None:
        """Make ready what ``read`` and ``write`` need; called once before them, in one process.

        Raises:
            UserError: when it cannot be read, or is refused.
            OSError: when it cannot be written.
        """
        ...

    def read(self, member: Member) -> bytes:
        """A page as a picture file.

        Raises:
            UserError: when it is damaged or too large.
        """
        ...

    def write(self, target: BinaryIO, results: Mapping[int, Path]) -> list[str]:
        """Write the book with other pictures, and all else as it is; returns what the user should know.

        Args:
            target: an empty file to write to and read from.
            results: picture files by the numbers of the pages whose place they take, of the formats that ``read`` gave.

        Raises:
            UserError: when the book cannot be read any more.
            OSError: when it cannot be written.
        """
        ...

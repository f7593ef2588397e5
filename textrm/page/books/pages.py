"""Says which members of an archive are pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from textrm.errors import UserError
from textrm.page.books.book import Contents, Member
from textrm.page.books.limits import Entry
from textrm.pictures.read import SUFFIXES

UNREAD = frozenset((".heic", ".heif"))
"""Suffixes of pictures in formats that are not read."""

_LISTED = 4  # names


def pages_among(entries: Sequence[Entry]) -> Contents:
    """The pages among the members of an archive, numbered by their place; hidden files are none.

    Raises:
        UserError: when there is none.
    """
    contents = Contents([])
    for number, entry in enumerate(entries):
        name = "/".join(entry.parts)
        if any(part.startswith(".") or part == "__MACOSX" for part in entry.parts):
            continue
        if entry.suffix in SUFFIXES:
            contents.pages.append(Member(number, name))
        elif entry.suffix in UNREAD:
            contents.unread.append((name, f"{entry.suffix} is not read: it stays as it is"))
    if not contents.pages and not contents.unread:
        raise UserError(f"it holds no picture ({', '.join(sorted(SUFFIXES))})")
    count = Counter(page.name.casefold() for page in contents.pages)
    if twice := [page.name for page in contents.pages if count[page.name.casefold()] > 1]:
        told = ", ".join(twice[:_LISTED]) + f" and {len(twice) - _LISTED} more" * (len(twice) > _LISTED)
        contents.notes.append(f"{told} are one name where upper and lower case count the same: all are kept")
    return contents

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
    if told := alike_but_for_case([page.name for page in contents.pages]):
        contents.notes.append(f"{told} are one name where upper and lower case count the same: all are kept")
    return contents


def alike_but_for_case(names: Sequence[str]) -> str:
    """Those that others are, but for upper and lower case; the first of them where they are many, empty for none."""
    count = Counter(name.casefold() for name in names)
    found = [name for name in names if count[name.casefold()] > 1]
    return ", ".join(found[:_LISTED]) + f" and {len(found) - _LISTED} more" * (len(found) > _LISTED)

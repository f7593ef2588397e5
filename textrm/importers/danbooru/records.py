"""Turns lines of metadata into compact arrays: which records pass the filters, and with which tags."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from textrm.importers.danbooru.shards import Block

CATEGORIES = {"general": 0, "artist": 1, "copyright": 3, "character": 4, "meta": 5}
PASSED, DELETED, NO_PICTURE, RATING, BLACKLISTED, FEW_TAGS = range(6)
REASONS = ("passed", "deleted or banned", "not a picture", "other rating", "tag of the blacklist", "too few tags")
FORMATS = ("", "jpg", "jpeg", "png", "gif", "webp", "bmp", "avif", "tif", "tiff")
LARGEST_ID = 100_000_000  # ten times what Danbooru has reached; the bitmap of the ids seen has this many bits
NO_SCORE = -(2**31)
RECORD = np.dtype(
    [("id", "<u4"), ("tags", "<u4"), ("score", "<i4"), ("why", "u1"), ("format", "u1"), ("rating", "S1")]
)  # tags is their number, 0 where the record is left out; format counts in FORMATS
_IGNORED, _NO_NAME = -1, -2
_YES = (True, 1, "true", "True", "1", "t")


class BadLine(ValueError):
    """A line that is no usable record; ``str`` is the reason."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a record needs; names of categories are those of ``CATEGORIES``, ratings single letters."""

    categories: tuple[str, ...] = ("general",)
    ratings: tuple[str, ...] = ("s",)
    min_tags: int = 20
    blacklist: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """The records of a block.

    ``records`` has the dtype ``RECORD``; ``tags`` holds, one record after the other, numbers into ``names``; ``lines``
    counts all lines, ``bad`` has (line from 1, reason), ``nameless`` counts records with a tag without name or
    category.
    """

    records: np.ndarray
    tags: np.ndarray
    names: list[str]
    lines: int
    bad: list[tuple[int, str]]
    nameless: int


def parse_block(filters: Filters, block: Block) -> Parsed:
    """Parse the lines of ``block``; none is fatal."""
    names = _Names(filters.ignored)
    wanted: set[object] = {form for name in filters.categories for form in (CATEGORIES[name], str(CATEGORIES[name]))}
    records: list[tuple[Any, ...]] = []
    tags, bad, nameless = array("I"), [], 0
    lines = block.content.removesuffix(b"\n").split(b"\n")
    for line_number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record, found, odd = _read(json.loads(line), filters, wanted, names)
        except (BadLine, RecursionError) as error:
            bad.append((line_number, "nested too deeply" if isinstance(error, RecursionError) else str(error)))
        except ValueError as error:  # also bytes that are no UTF-8
            bad.append((line_number, f"not JSON ({error})"))
        else:
            records.append(record)
            tags.extend(found)
            nameless += odd
    numbers = np.frombuffer(tags, np.uint32) if tags else np.zeros(0, np.uint32)
    return Parsed(np.array(records, RECORD), numbers, list(names.numbers), len(lines), bad, nameless)


@lru_cache(1 << 17)  # every block meets the same names again
def tag_name(name: object) -> str | None:
    """``name`` without white space, which separates tags in a manifest; None if nothing that UTF-8 can hold is left."""
    if not isinstance(name, str):
        return None
    name = "_".join(name.split())
    return name if name and (name.isascii() or name.encode("utf-8", "ignore").decode() == name) else None


class _Names(dict[object, int]):
    """The number of a tag in its block by the name as written; asking for a new one gives it a number."""

    def __init__(self, ignored: Collection[str]) -> None:
        self.ignored = ignored
        self.numbers: dict[str, int] = {}

    def __missing__(self, written: object) -> int:
        name = tag_name(written)
        if name is None:
            number = _NO_NAME
        elif name in self.ignored:
            number = _IGNORED
        else:
            number = self.numbers.setdefault(name, len(self.numbers))
        self[written] = number
        return number


def _read(
    record: Any, filters: Filters, wanted: set[object], names: _Names
) -> tuple[tuple[Any, ...], Collection[int], bool]:
    """The fields of RECORD, the numbers of its tags if it passes, and whether a tag has no name or category."""
    if not isinstance(record, dict):
        raise BadLine("not a JSON object")
    id = _whole(record.get("id"))
    if id is None or not 1 <= id <= LARGEST_ID:
        raise BadLine(f"id is {record.get('id')!r:.40}; expected 1 to {LARGEST_ID}")
    tags = record.get("tags")
    if not isinstance(tags, list):
        raise BadLine("no list of tags")
    suffix, rating = str(record.get("file_ext") or "").lower(), str(record.get("rating") or "")[:1].lower()
    found: dict[int, None] = {}
    odd = False
    if not filters.deleted and (record.get("is_deleted") in _YES or record.get("is_banned") in _YES):
        why = DELETED
    elif suffix not in FORMATS:
        why = NO_PICTURE
    elif rating not in filters.ratings:
        why = RATING
    elif filters.blacklist and _has_one_of(filters.blacklist, tags):
        why = BLACKLISTED
    else:
        found = _numbers(tags, wanted, names)
        odd = found.pop(_NO_NAME, 0) is None
        found.pop(_IGNORED, None)
        why = PASSED if len(found) >= filters.min_tags else FEW_TAGS
        found = found if why == PASSED else {}
    score = _whole(record.get("score"))
    number = NO_SCORE if score is None else max(min(score, 2**31 - 1), NO_SCORE + 1)
    format = FORMATS.index(suffix) if suffix in FORMATS else 0
    return (id, len(found), number, why, format, rating.encode("ascii", "replace")), found, odd


def _numbers(tags: list[Any], wanted: set[object], names: _Names) -> dict[int, None]:
    """The numbers of the tags of the wanted categories, each once."""
    try:
        return dict.fromkeys(map(names.__getitem__, [tag["name"] for tag in tags if tag["category"] in wanted]))
    except (KeyError, TypeError):  # rare, so that the way above need not look at each tag
        return {names[name]: None for tag in tags for name in _odd_name(tag, wanted)}


def _odd_name(tag: Any, wanted: set[object]) -> list[str | None]:
    """The name of one tag where its category is wanted; None if it has no name or no category."""
    if not isinstance(tag, dict) or not isinstance(tag.get("category"), str | int):
        return [None]
    if tag["category"] not in wanted:
        return []
    return [tag["name"] if isinstance(tag.get("name"), str) else None]


def _has_one_of(blacklist: frozenset[str], tags: list[Any]) -> bool:
    names = [tag.get("name") for tag in tags if isinstance(tag, dict)]
    return any(isinstance(name, str) and tag_name(name) in blacklist for name in names)


def _whole(value: object) -> int | None:
    """The whole number that ``value`` is or spells."""
    if type(value) is int:
        return value
    try:
        return int(value) if isinstance(value, str) else None
    except ValueError:
        return None

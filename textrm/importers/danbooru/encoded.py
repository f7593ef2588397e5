"""The encoded form: a JSON map from picture id to label numbers, and the list of labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from textrm.errors import UserError
from textrm.files import open_file
from textrm.importers.danbooru.records import FEW_TAGS, LARGEST_ID, REASONS, tag_name
from textrm.importers.danbooru.selection import NOT_AMONG_TOP, Cut, Selection, least_tags
from textrm.importers.danbooru.shards import unpacked


def read_encoded(
    path: Path, labels_path: Path, min_tags: int, top_pictures: int
) -> tuple[Selection, int, list[tuple[str, str]]]:
    """The selection that the files hold, the number of ids that came up again, and entries left out with reasons.

    Label number n is line n of the list, from 0. The file may be packed as .gz or .xz.

    Raises:
        UserError: a file is missing or of another form, a label is empty or occurs twice, or a label number is beyond
            the end of the list, so that the two files do not belong together.
    """
    labels = _read_labels(labels_path)
    found: dict[int, list[int]] = {}
    bad: list[tuple[str, str]] = []
    entries = _read_json(path)
    for key, numbers in entries:
        id = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else 0
        if not 1 <= id <= LARGEST_ID:
            bad.append((key[:40], f"id is {key!r:.40}; expected 1 to {LARGEST_ID}"))
        elif not isinstance(numbers, list) or not all(type(number) is int and number >= 0 for number in numbers):
            bad.append((key, "not a list of label numbers"))
        elif numbers and max(numbers) >= len(labels):
            raise UserError(
                f"{path}: picture {key} has label number {max(numbers)}, but {labels_path} has {len(labels)} labels, "
                f"0 to {len(labels) - 1}: give the list that belongs to this file"
            )
        else:
            found.setdefault(id, numbers)
    duplicates = len(entries) - len(bad) - len(found)
    ids = np.array(sorted(found), np.int64)
    lists = [sorted(set(found[id])) for id in ids.tolist()]
    counts = np.array([len(numbers) for numbers in lists], np.int64)
    all_numbers = np.array([number for numbers in lists for number in numbers], np.uint32)
    starts = np.cumsum(counts) - counts

    passes = counts >= max(min_tags, 1)
    histogram = np.bincount(counts[passes], minlength=1)
    least, ties = least_tags(histogram, top_pictures)
    last = int(ids[passes & (counts == least)][ties - 1]) if ties else 0
    taken = passes & Cut(least, last).takes(ids, counts)
    uses = np.bincount(all_numbers[np.repeat(passes, counts)], minlength=len(labels)).tolist()
    left_out = {REASONS[FEW_TAGS]: int((~passes).sum()), NOT_AMONG_TOP: int(passes.sum() - taken.sum())}
    tags = sorted(zip(labels, uses, strict=True), key=lambda tag: (-tag[1], tag[0]))
    selection = Selection(labels, ids[taken], starts[taken], counts[taken], all_numbers, tags, histogram, left_out)
    return selection, duplicates, bad


def _read_labels(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error}); expected a text file with one label a line") from error
    labels: dict[str, int] = {}
    for line_number, line in enumerate(lines, 1):
        label = tag_name(line)
        if label is None:
            raise UserError(f"{path}, line {line_number}: empty; every line is a label, since its place is its number")
        if label in labels:
            raise UserError(f"{path}, line {line_number}: {label!r} is line {labels[label]} already; labels occur once")
        labels[label] = line_number
    if not labels:
        raise UserError(f"{path}: has no labels; expected one a line")
    return list(labels)


def _read_json(path: Path) -> list[tuple[str, Any]]:
    """The pairs of the map as they come: a dict would hide ids that occur twice."""
    try:
        with open_file(path) as raw:
            text = unpacked(raw).read()
        entries = json.loads(text, object_pairs_hook=list)
    except (UserError, OSError, EOFError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read ({error}); expected JSON, a map from id to label numbers") from error
    # With the hook a map is a list of pairs; a list of lists would look alike, hence the first byte.
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise UserError(f"{path}: expected a JSON map from id to label numbers, got {text[:20]!r}")
    return entries

"""Keeps parsed metadata on disk, with a journal, so that an import that was stopped goes on where it was."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from textrm.errors import UserError
from textrm.importers.danbooru.records import LARGEST_ID, RECORD, Filters, Parsed, parse_block
from textrm.importers.danbooru.shards import Block, Position, read_blocks
from textrm.importers.workers import in_order, progress_bar

LISTED = 100_000  # bad lines that are told one by one; the others are only counted
_FILES = ("records", "tags", "names", "bad.csv")


@dataclass(slots=True)
class State:
    """How far the metadata is read, ``line`` in the shard of ``place``, and what was counted on the way."""

    place: Position = field(default_factory=Position)
    line: int = 0
    done: bool = False
    lines: int = 0
    bad: int = 0
    duplicates: int = 0
    nameless: int = 0
    sizes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_FILES, 0))


class Spool:
    """What is kept of the metadata: ``records`` (dtype RECORD), ``tags`` (uint32 numbers of lines in ``names``)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = State()

    def fill(self, files: Sequence[Path], filters: Filters, workers: int) -> None:
        """Read the metadata, from where a stopped import of the same files and filters left off.

        Raises:
            UserError: the folder holds a half-done import of other files or with other filters, a packed file is
                damaged, or a worker was killed.
        """
        header = _header(files, filters)
        journal = self._resume(header)
        if self.state.done:
            return
        names = {name: number for number, name in enumerate(self.names())}
        seen = np.zeros(LARGEST_ID // 8 + 1, np.uint8)
        for records, _ in self.chunks(with_tags=False):
            _first_ones(records["id"], seen)
        before = np.cumsum([0, *(file["size"] for file in header["files"])])
        total = int(before[-1])
        parse = partial(parse_block, filters)
        out = {name: (self.folder / name).open("ab") for name in _FILES}
        try:
            with journal.open("a") as entries, progress_bar("metadata", total) as show:
                for block, parsed in in_order(parse, read_blocks(files, self.state.place), workers):
                    for name, content in self._take(block, parsed, names, seen).items():
                        out[name].write(content)
                        out[name].flush()
                        self.state.sizes[name] = out[name].tell()
                    # Last, so that an entry never tells of more than is there.
                    print(json.dumps(asdict(self.state)), file=entries, flush=True)
                    show(int(before[block.end.file]) + block.read)
                self.state.done = True
                print(json.dumps(asdict(self.state)), file=entries, flush=True)
        finally:
            for file in out.values():
                file.close()

    def names(self) -> list[str]:
        """The tags; their numbers are their places here."""
        path = self.folder / "names"
        return path.read_text("utf-8").split("\n")[:-1] if path.exists() else []

    def chunks(self, with_tags: bool = True) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Some records at a time, with the numbers of their tags one record after the other."""
        with (self.folder / "records").open("rb") as records, (self.folder / "tags").open("rb") as tags:
            while (some := np.fromfile(records, RECORD, 1 << 15)).size:
                yield some, np.fromfile(tags, np.uint32, int(some["tags"].sum()) if with_tags else 0)

    def _take(self, block: Block, parsed: Parsed, names: dict[str, int], seen: np.ndarray) -> dict[str, bytes]:
        """What the block adds to each file; counts it in ``state``."""
        first_line = self.state.line if block.start.offset else 0
        fresh = _first_ones(parsed.records["id"], seen)
        known = len(names)
        numbers = np.fromiter((names.setdefault(name, len(names)) for name in parsed.names), np.uint32)
        new = [name for name, number in zip(parsed.names, numbers, strict=True) if number >= known]
        tags = numbers[parsed.tags[np.repeat(fresh, parsed.records["tags"])]]
        listed = parsed.bad[: max(LISTED - self.state.bad, 0)]
        bad = StringIO(newline="")
        csv.writer(bad, lineterminator="\n").writerows(
            (f"{block.name}:{first_line + line}", reason) for line, reason in listed
        )
        self.state.place, self.state.line = block.end, first_line + parsed.lines
        self.state.lines += parsed.lines
        self.state.bad += len(parsed.bad)
        self.state.duplicates += int((~fresh).sum())
        self.state.nameless += parsed.nameless
        return {
            "records": parsed.records[fresh].tobytes(),
            "tags": tags.tobytes(),
            "names": "".join(f"{name}\n" for name in new).encode(),
            "bad.csv": bad.getvalue().encode("utf-8", "backslashreplace"),
        }

    def _resume(self, header: dict[str, Any]) -> Path:
        """Make the files what the journal's last entry says; the journal itself is returned."""
        journal = self.folder / "journal.jsonl"
        entries = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
        if entries and not entries[-1].endswith(b"\n"):
            entries.pop()  # cut off while it was written
        if entries:
            _compare(self.folder, json.loads(entries[0]), header)
        if len(entries) > 1:
            told = json.loads(entries[-1])
            self.state = State(**told | {"place": Position(**told["place"])})
        kept = {path.name: path.stat().st_size for path in self.folder.glob("*")}
        # Files shorter than the journal tells are left by a power cut, or by a stop while they were removed.
        if not entries or any(kept.get(name, 0) < size for name, size in self.state.sizes.items()):
            self.state = State()
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            entries = [json.dumps(header).encode() + b"\n"]
            journal.write_bytes(entries[0])
        with journal.open("r+b") as file:
            file.truncate(sum(len(entry) for entry in entries))
        for name in _FILES:
            with (self.folder / name).open("ab") as file:
                file.truncate(self.state.sizes[name])
        return journal


def _header(files: Sequence[Path], filters: Filters) -> dict[str, Any]:
    """What two commands must have in common for the second to go on with the work of the first."""
    settings = {
        "--category": list(filters.categories),
        "--rating": list(filters.ratings),
        "--min-tags": filters.min_tags,
        "--blacklist": sorted(filters.blacklist),
        "--ignore-tags": sorted(filters.ignored),
        "--deleted": filters.deleted,
    }
    stats = [(str(file), file.stat()) for file in files]
    described = [{"path": path, "size": stat.st_size, "mtime": stat.st_mtime_ns} for path, stat in stats]
    return {"settings": settings, "files": described}


def _compare(folder: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    advice = "give the same as then, or --restart to begin anew"
    for name, value in new["settings"].items():
        if old["settings"][name] != value:
            was, now = (f"{setting!s:.60}" for setting in (old["settings"][name], value))
            raise UserError(f"{folder} holds an import that was stopped, with {name} {was}, not {now}: {advice}")
    if [file["path"] for file in old["files"]] != [file["path"] for file in new["files"]]:
        raise UserError(f"{folder} holds an import of other metadata files that was stopped: {advice}")
    for was, now in zip(old["files"], new["files"], strict=True):
        if was != now:
            raise UserError(f"{now['path']} has changed since the import in {folder} was stopped: give --restart")


def _first_ones(ids: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """For each id whether it comes up for the first time; ``seen``, one bit an id, learns of them."""
    fresh = np.zeros(len(ids), bool)
    fresh[np.unique(ids, return_index=True)[1]] = True
    bits = np.left_shift(1, ids & 7).astype(np.uint8)
    fresh &= seen[ids >> 3] & bits == 0
    np.bitwise_or.at(seen, ids >> 3, bits)
    return fresh

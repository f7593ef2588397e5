"""Remembers with which options results were made, outside of the folder that they lie in.

The content of a result is noted before it is written: whenever a run is killed, what lies there is known, and a result
that somebody has changed since is told from our own.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from textrm.files import write_whole

_KEPT = 2  # notes of each file: the one before counts where a run was killed between the note and the file
_ENOUGH = 500  # notes beyond those that count, before they are thrown away
_PART = 1 << 20  # bytes that are in memory at a time
_OLD = 400 * 24 * 3600  # seconds after which nobody goes on with a folder


def state_folder() -> Path | None:
    """Where programs of this user keep what they remember; None where there is no such place."""
    given = os.environ.get("XDG_STATE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None)
    if given:
        return Path(given) / "textrm"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Application Support" if sys.platform == "darwin" else ".local/state") / "textrm"


class Remembered:
    """What is remembered of the results in the folder ``out``; where that cannot be kept, nothing is.

    It can be sent to other processes, which write into the same file.
    """

    def __init__(self, out: Path) -> None:
        folder = state_folder()
        name = hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()[:32]
        self._out = out
        self._file = folder / "results" / f"{name}.jsonl" if folder else None
        self._notes: dict[str, list[tuple[str, list[str], int, str]]] = {}

    def load(self) -> None:
        """Read what earlier runs have noted."""
        if self._file is None:
            return
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        for line in lines:
            try:
                name, how, extras, size, content = json.loads(line)
                self._notes.setdefault(name, []).append((how, extras, size, content))
            except (ValueError, TypeError):  # cut short by a kill
                continue
        self._notes = {name: notes[-_KEPT:] for name, notes in self._notes.items()}
        if len(lines) > _KEPT * len(self._notes) + _ENOUGH:
            self._shorten()

    def note(self, target: Path, how: str, extras: Collection[str], content: bytes | memoryview | BinaryIO) -> None:
        """Say with which options ``content``, or that of a file, was made, before it is written to ``target``."""
        if self._file is None:
            return
        file = io.BytesIO(content) if isinstance(content, (bytes, memoryview)) else content
        size = file.seek(0, io.SEEK_END)
        # A line that was cut short ends where the next one begins.
        line = "\n" + json.dumps([self._name(target), how, sorted(extras), size, _hash(file)])
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as notes:
                notes.write(line.encode())
        except OSError:
            self._file = None  # a home that cannot be written to: as if this were the first run every time

    def made_otherwise(self, target: Path, how: str, extras: Collection[str]) -> bool | None:
        """Whether ``target`` is a result of ours with other options, or without the extras; None where it is not ours.

        A file that nothing was ever noted of is as it should be.
        """
        notes = self._notes.get(self._name(target))
        if not notes:
            return False
        try:
            size = target.stat().st_size
            content = ""
            if any(note[2] == size for note in notes):
                with target.open("rb") as file:
                    content = _hash(file)
        except OSError:
            return False
        for made, beside, length, noted in reversed(notes):
            if (length, noted) == (size, content):
                return made != how or not set(extras) <= set(beside)
        return None

    def _name(self, target: Path) -> str:
        return target.relative_to(self._out).as_posix()

    def _shorten(self) -> None:
        assert self._file is not None
        lines = [json.dumps([name, *note]) for name, notes in self._notes.items() for note in notes]
        try:
            write_whole(self._file, "\n".join(lines).encode())
            for other in self._file.parent.glob("*.jsonl"):
                if time.time() - other.stat().st_mtime > _OLD:
                    other.unlink()
        except OSError:
            pass


def _hash(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.blake2b(digest_size=16)
    while part := file.read(_PART):
        digest.update(part)
    return digest.hexdigest()

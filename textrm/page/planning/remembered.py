"""Remembers with which options results were made, and of what, outside of the folder that they lie in.

The content of a result is noted before it takes its place: whenever a run is killed, what lies there is known, and a
result that somebody has changed since is told from our own. So is a page that was replaced by its clean version from
one that is still to be cleaned, and what was written beside a page from a page. A file that nobody has touched since is
known without reading it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from textrm.files import sweep, write_whole

_KEPT = 2  # notes of each file: the one before counts where a run was killed between the note and the file
_ENOUGH = 500  # notes beyond those that count, before they are thrown away
_OLD = 400 * 24 * 3600  # seconds after which nobody goes on with a folder
_COARSE = 10_000_000  # ns: file systems that tell times in such steps miss what was changed right after
_MOVED = 60_000_000_000  # ns within which a file that was written has taken its place, if nobody has touched it since


BESIDE = "beside a page"
"""How a file was made that is no page."""


class Note(NamedTuple):
    """What was to be written: ``how`` it was made, with which ``extras`` beside it, and what it holds.

    ``source`` is :func:`stamp` of what it was made from, ``written`` the time of the file in ns and its number on the
    disk; None where they are not known.
    """

    how: str
    extras: tuple[str, ...]
    size: int
    content: str
    source: tuple[int, int] | None = None
    written: tuple[int, int] | None = None

    def is_untouched(self, facts: os.stat_result) -> bool:
        """Whether it tells of just this file, which has been left alone since: False where only its content can say."""
        return (facts.st_size, (facts.st_mtime_ns, facts.st_ino)) == (self.size, self.written) and (
            facts.st_ctime_ns - facts.st_mtime_ns < _MOVED  # whoever sets a time back cannot set back this one
        )


def stamp(path: Path) -> tuple[int, int]:
    """The size and the time of a file, by which it is known that another one has taken its place, older or newer."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


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

    It can be sent to other processes, which write into the same file. Runs that do a ``part`` each have a file each:
    they may be on several machines.
    """

    def __init__(self, out: Path, part: str = "") -> None:
        folder = state_folder()
        name = hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()[:32]
        self._out = out
        self._all = folder / "results" / f"{name}.jsonl" if folder else None
        self._file = self._all.with_suffix(f".{part}.jsonl") if self._all and part else self._all
        self._notes: dict[str, list[Note]] = {}

    def load(self) -> None:
        """Read what earlier runs have noted."""
        if self._all is None:
            return
        files = [path for path in self._all.parent.glob(f"{self._all.stem}*.jsonl") if path.is_file()]
        lines = []
        for file in sorted(files, key=lambda path: path.stat().st_mtime):
            with suppress(OSError, UnicodeDecodeError):
                lines += file.read_text(encoding="utf-8").splitlines()
        for line in lines:
            try:
                name, how, extras, size, content, *rest = json.loads(line)
                # Earlier versions noted less.
                note = Note(sys.intern(how), tuple(extras), size, content, *(one and tuple(one) for one in rest))
                notes = self._notes.get(name, [])
            except (ValueError, TypeError):  # cut short by a kill
                continue
            # A run that was killed before the file was there was given again.
            self._notes[name] = [*(one for one in notes if one[:-1] != note[:-1]), note]
        self._notes = {name: notes[-_KEPT:] for name, notes in self._notes.items()}
        if files == [self._file] and len(lines) > _KEPT * len(self._notes) + _ENOUGH:
            self._shorten()

    def note(
        self,
        path: Path,
        how: str,
        extras: Collection[str],
        file: BinaryIO,
        source: tuple[int, int] | None = None,
    ) -> bool:
        """Say how the content of ``file`` was made, before that takes the place of ``path``; on the disk then.

        Nothing may be written into it afterwards. Returns False where it cannot be kept.
        """
        if self._file is None:
            return False
        file.flush()
        facts, content = os.fstat(file.fileno()), _hash(file)
        written = (facts.st_mtime_ns, facts.st_ino) if facts.st_mtime_ns % _COARSE else None
        note = Note(how, tuple(sorted(extras)), facts.st_size, content, source, written)
        return self.keep(json.dumps([self._name(path), *note]))

    def keep(self, line: str) -> bool:
        """Write down what :class:`Gathered` has gathered; returns False where it cannot be kept."""
        if self._file is None:
            return False
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as notes:
                # A line that was cut short ends where the next one begins.
                notes.write(f"\n{line}".encode())
                notes.flush()
                os.fsync(notes.fileno())
        except OSError:
            self._file = None  # a home that cannot be written to: as if this were the first run every time
        return self._file is not None

    def found(self, path: Path) -> Note | None:
        """What was noted of the content that lies at ``path``; None where it is none of ours, or was changed."""
        notes = self._notes.get(self._name(path), [])
        try:
            facts = path.stat()
            if untouched := [note for note in notes if note.is_untouched(facts)]:
                return untouched[-1]
            if not any(note.size == facts.st_size for note in notes):
                return None
            with path.open("rb") as file:
                content = _hash(file)
        except OSError:
            return None
        return next((note for note in reversed(notes) if (note.size, note.content) == (facts.st_size, content)), None)

    def made_otherwise(
        self, target: Path, how: str, extras: Collection[str], source: tuple[int, int] | None = None
    ) -> bool | None:
        """Whether ``target`` is a result of ours with other options, without the extras, or of another ``source``.

        None where it is not ours, of the same source. A file that nothing was ever noted of is as it should be.
        """
        notes = self._notes.get(self._name(target))
        if not notes or not os.path.exists(target):
            return False
        note = self.found(target)
        if source is not None and (note or notes[-1]).source not in (None, source):
            return True
        return None if note is None else note.how != how or not set(extras) <= set(note.extras)

    def is_beside(self, path: Path) -> bool:
        """Whether what lies at ``path`` was written beside a page."""
        noted = self._notes.get(self._name(path), [])
        if not any(note.how == BESIDE for note in noted):
            return False
        note = self.found(path)
        return note is not None and note.how == BESIDE

    def _name(self, path: Path) -> str:
        """The path below the folder; empty where it is not there."""
        if path.is_relative_to(self._out):
            return path.relative_to(self._out).as_posix()
        real, out = Path(os.path.realpath(path.parent), path.name), Path(os.path.realpath(self._out))
        return real.relative_to(out).as_posix() if real.is_relative_to(out) else ""

    def _shorten(self) -> None:
        assert self._file is not None
        sweep([self._file.parent])
        lines = [json.dumps([name, *note]) for name, notes in self._notes.items() for note in notes]
        try:
            write_whole(self._file, "\n".join(lines).encode(), durable=True)
            for other in self._file.parent.glob("*.jsonl"):
                if time.time() - other.stat().st_mtime > _OLD:
                    other.unlink()
        except OSError:
            pass


class Gathered(Remembered):
    """What is remembered on another machine: ``lines`` for :meth:`Remembered.keep` at home."""

    def __init__(self, out: Path) -> None:
        super().__init__(out)
        self._file = self._file or Path(os.devnull)
        self.lines: list[str] = []

    def keep(self, line: str) -> bool:
        """Take a line."""
        self.lines.append(line)
        return True


def _hash(file: BinaryIO) -> str:
    readable: Any = file  # whose type does not tell of readinto
    readable.seek(0)
    return hashlib.file_digest(readable, partial(hashlib.blake2b, digest_size=16)).hexdigest()

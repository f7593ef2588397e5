"""Opens only what is a file; writes one whole or not at all, and keeps what was there before."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, Any, BinaryIO

from textrm.errors import UserError

try:
    import fcntl
except ImportError:  # Windows, which takes away no file that is open
    fcntl = None  # type: ignore[assignment]

FULL = (errno.ENOSPC, errno.EDQUOT)
"""Numbers of errors that mean that no other file can be written either, before there is room."""

_PART = 1 << 20  # bytes of a large file that are in memory at a time
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.part")


def open_file(path: Path) -> BinaryIO:
    """Open a file to read. A FIFO, a socket or a device might never end, or never begin: it is refused.

    Raises:
        UserError: it is none of the files that lie on a disk; the message lacks the path.
        OSError: it cannot be opened.
    """
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise UserError("it is a FIFO, socket or device; expected a file")
    return path.open("rb")


def write_whole(path: Path, content: bytes | memoryview, durable: bool = False) -> Path:
    """Make or replace a file in one step, as :func:`replacing` does. Returns ``path``.

    Raises:
        OSError: when it cannot be written; nothing is left behind.
    """
    with replacing(path, durable) as file:
        file.write(content)
    return path


@contextmanager
def replacing(path: Path, durable: bool = False) -> Iterator[BinaryIO]:
    """A file to write and read, which takes the place of ``path`` once the body has ended; folders are made.

    A body that fails, a killed process or a full disk leaves what was there before. The content is in a hidden file of
    the same folder until then, so that the last step is a rename on one file system; with ``durable`` it is on the disk
    before that.

    Raises:
        OSError: when it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Its length does not depend on the name: that one may be as long as the file system allows.
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    with temporary.open("xb") as held:
        try:
            if fcntl is None:
                held.close()
            else:
                with suppress(OSError):  # a file system without locks, on which nothing is swept either
                    fcntl.flock(held, fcntl.LOCK_EX)
            # Closed before the rename: some file systems tell only then what failed.
            with temporary.open("w+b") as file:
                yield file
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def lock(file: IO[Any]) -> None:
    """Hold an open file until it is closed; where the system has no such locks nothing is held.

    Raises:
        BlockingIOError: another process holds it.
    """
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sweep(folders: Iterable[Path | str]) -> None:
    """Take away what writers have left in ``folders`` that were killed; what is being written now stays."""
    for folder in folders:
        with suppress(OSError):
            for name in [name for name in os.listdir(folder) if _UNFINISHED.fullmatch(name)]:
                path = Path(folder, name)
                with suppress(OSError), path.open("rb") as file:
                    lock(file)
                    path.unlink()


def sweep_below(folder: Path) -> None:
    """:func:`sweep` the folder and all folders in it."""
    sweep(where for where, _, _ in os.walk(folder))


def back_up(path: Path, content: bytes | memoryview | BinaryIO) -> Path | None:
    """Keep what ``content`` is about to replace as NAME.bak, or NAME.bak.2 and so on: no backup is ever replaced.

    A large content can be a file, which is read from its beginning. Returns the backup, or None where there is nothing
    at ``path``, or just this content, or it is kept already, by a run that was killed before it replaced it.

    Raises:
        OSError: when it cannot be kept.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        if _equal(file, io.BytesIO(content) if isinstance(content, (bytes, memoryview)) else content):
            return None
        for number in count(1):
            backup = path.with_name(f"{path.name}.bak" + f".{number}" * (number > 1))
            if os.path.lexists(backup):
                if _holds(backup, file):
                    return None
                continue
            try:
                os.link(path, backup)
            except FileExistsError:
                continue
            except OSError:  # a file system without links, for one
                file.seek(0)
                with replacing(backup) as copy:
                    shutil.copyfileobj(file, copy)
            return backup
    raise AssertionError("numbers do not end")


def _holds(path: Path, file: BinaryIO) -> bool:
    """Whether it is a file with the same content."""
    if not path.is_file():
        return False
    with path.open("rb") as other:
        return _equal(other, file)


def _equal(file: BinaryIO, other: BinaryIO) -> bool:
    if file.seek(0, io.SEEK_END) != other.seek(0, io.SEEK_END):
        return False
    file.seek(0)
    other.seek(0)
    while (part := file.read(_PART)) == other.read(_PART):
        if not part:
            return True
    return False

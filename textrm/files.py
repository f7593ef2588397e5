"""Opens only what is a file; writes one whole or not at all, and keeps what was there before."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO

from textrm.errors import UserError

_PART = 1 << 20  # bytes of a large file that are in memory at a time


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


def write_whole(path: Path, content: bytes | memoryview) -> Path:
    """Make or replace a file in one step, as :func:`replacing` does. Returns ``path``.

    Raises:
        OSError: when it cannot be written; nothing is left behind.
    """
    with replacing(path) as file:
        file.write(content)
    return path


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write and read, which takes the place of ``path`` once the body has ended; folders are made.

    A body that fails, a killed process or a full disk leaves what was there before. The content is in a hidden file of
    the same folder until then, so that the last step is a rename on one file system.

    Raises:
        OSError: when it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Its length does not depend on the name: that one may be as long as the file system allows.
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("x+b") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def back_up(path: Path, content: bytes | memoryview | BinaryIO) -> Path | None:
    """Keep what ``content`` is about to replace as NAME.bak, or NAME.bak.2 and so on: no backup is ever replaced.

    A large content can be a file, which is read from its beginning. Returns the backup, or None where there is nothing
    at ``path``, or just this content.

    Raises:
        OSError: when it cannot be kept.
    """
    try:
        with path.open("rb") as file:
            if _equal(file, io.BytesIO(content) if isinstance(content, (bytes, memoryview)) else content):
                return None
    except FileNotFoundError:
        return None
    for number in count(1):
        backup = path.with_name(f"{path.name}.bak" + f".{number}" * (number > 1))
        if os.path.lexists(backup):
            continue
        try:
            os.link(path, backup)
        except FileExistsError:
            continue
        except OSError:  # a file system without links, for one
            with path.open("rb") as file, replacing(backup) as copy:
                shutil.copyfileobj(file, copy)
        return backup
    raise AssertionError("numbers do not end")


def _equal(file: BinaryIO, other: BinaryIO) -> bool:
    other.seek(0)
    while (part := file.read(_PART)) == other.read(_PART):
        if not part:
            return True
    return False

"""Opens only what is a file; writes one whole or not at all, and keeps what was there before."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from textrm.errors import UserError

try:
    import fcntl
except ImportError:  # Windows, which takes away no file that is open
    fcntl = None  # type: ignore[assignment]

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
    """Make or replace a file in one step; folders are made. Returns ``path``.

    A killed process or a full disk leaves what was there before. The content goes to a hidden file in the same folder
    first, so that the last step is a rename on one file system; with ``durable`` it is on the disk before that.

    Raises:
        OSError: when it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Its length does not depend on the name: that one may be as long as the file system allows.
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    held = temporary.open("xb")
    try:
        if fcntl is None:
            held.close()
        else:
            with suppress(OSError):  # a file system without locks, on which nothing is swept either
                fcntl.flock(held, fcntl.LOCK_EX)
        with temporary.open("wb") as file:  # closed before the rename: some file systems tell only then what failed
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        held.close()
        temporary.unlink(missing_ok=True)
        raise
    held.close()
    return path


def sweep(folders: Iterable[Path | str]) -> None:
    """Take away what writers have left in ``folders`` that were killed; what is being written now stays."""
    for folder in folders:
        with suppress(OSError):
            for name in [name for name in os.listdir(folder) if _UNFINISHED.fullmatch(name)]:
                path = Path(folder, name)
                with suppress(OSError), path.open("rb") as file:
                    if fcntl is not None:
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def sweep_below(folder: Path) -> None:
    """:func:`sweep` the folder and all folders in it."""
    sweep(where for where, _, _ in os.walk(folder))


def back_up(path: Path, content: bytes | memoryview) -> Path | None:
    """Keep what ``content`` is about to replace as NAME.bak, or NAME.bak.2 and so on: no backup is ever replaced.

    Returns the backup, or None where there is nothing at ``path``, or just this content, or it is kept already, by a
    run that was killed before it replaced it.

    Raises:
        OSError: when it cannot be kept.
    """
    try:
        replaced = path.read_bytes()
    except FileNotFoundError:
        return None
    if replaced == content:
        return None
    for number in count(1):
        backup = path.with_name(f"{path.name}.bak" + f".{number}" * (number > 1))
        if os.path.lexists(backup):
            if backup.is_file() and backup.stat().st_size == len(replaced) and backup.read_bytes() == replaced:
                return None
            continue
        try:
            os.link(path, backup)
        except FileExistsError:
            continue
        except OSError:  # a file system without links, for one
            write_whole(backup, replaced)
        return backup
    raise AssertionError("numbers do not end")

"""Writes a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes | memoryview) -> Path:
    """Make or replace a file in one step; folders are made. Returns ``path``.

    A killed process or a full disk leaves what was there before. The content goes to a hidden file in the same folder
    first, so that the last step is a rename on one file system.

    Raises:
        OSError: when it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Its length does not depend on the name: that one may be as long as the file system allows.
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path

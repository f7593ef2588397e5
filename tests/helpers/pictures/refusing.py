"""Files of pictures that are refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from textrm.errors import UserError
from textrm.pictures.read import read


def refuses(path: Path, content: bytes, words: str) -> None:
    """A file of this content at ``path`` cannot be read, and the one line that is told has the words, a pattern."""
    path.write_bytes(content)
    with pytest.raises(UserError, match=words) as raised:
        read(path)
    assert "\n" not in str(raised.value)

"""Several processes tell a mistake at once, and their lines stay apart."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from textrm import train


def test_a_line_is_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several processes each says it: in two writes, the lines of two ran into one now and then."""
    writes: list[bytes] = []

    class Buffer(io.BytesIO):
        def write(self, given: Any) -> int:
            writes.append(bytes(given))
            return super().write(given)

    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(Buffer(), write_through=True))
    monkeypatch.setattr(sys, "argv", ["command", "--frobnicate"])
    with pytest.raises(SystemExit):
        train.main()
    (line,) = filter(None, writes)
    assert line.startswith(b"error: --frobnicate: no such option")
    assert line.endswith(b"\n")

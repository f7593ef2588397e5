"""The manifest of a set outlives a killed run."""

from __future__ import annotations

from pathlib import Path

import pytest

from textrm.data.manifest import Row, read_manifest
from textrm.prepared import rows
from textrm.prepared.prepare import Settings
from textrm.prepared.rows import Rows


def test_the_manifest_is_written_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = Rows(tmp_path / "set", set(), Settings(), overwrite=False)
    growing.put(Row("b", "test", "g", "image/b.png"))
    assert not (tmp_path / "set").exists()
    monkeypatch.setattr(rows, "_SECONDS", -1)
    growing.put(Row("a", "test", "g", "image/a.png"))
    assert [row.id for row in read_manifest(tmp_path / "set/manifest.csv").rows] == ["a", "b"]
    assert growing.pop("c") is None

from collections.abc import Callable
from pathlib import Path

import pytest

from textrm.data.shards.write import pack


@pytest.fixture
def make_shards(make_manifest: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Write ``count`` fake pages, p0 first, into tars of ``samples``. Returns the path of the manifest."""

    def make(count: int, samples: int = 3, seed: int | None = 0) -> Path:
        out = tmp_path / f"shards{count}"
        pack(make_manifest(count), out, samples, seed, workers=1)
        return out / "manifest.csv"

    return make

"""A tiny data set on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from textrm.data.manifest import Row, write_manifest

Fake = Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]
Save = Callable[[Path, np.ndarray], None]
LETTERING = (200, 30, 90)  # RGB of every lettering pixel of the fake pages, and of no other


def _fake_page(seed: int, height: int = 60, width: int = 80) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lettered picture, clean picture, mask in {0, 1}: blocks of one colour on smooth grey art."""
    rng = np.random.default_rng(seed)
    art = cv2.resize(rng.integers(120, 250, (8, 8), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    clean = cv2.cvtColor(art, cv2.COLOR_GRAY2RGB)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(3):
        y, x = rng.integers(4, height - 12), rng.integers(4, width - 16)
        mask[y : y + 8, x : x + 12] = 1
    return np.where(mask[..., None] == 1, np.uint8(LETTERING), clean), clean, mask


def _save(path: Path, picture: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture[..., ::-1] if picture.ndim == 3 else picture)


@pytest.fixture
def fake_page() -> Fake:
    """``fake_page(seed, height=60, width=80)``; lettering pixels, and no others, have the colour of ``lettering``."""
    return _fake_page


@pytest.fixture
def lettering() -> tuple[int, int, int]:
    return LETTERING


@pytest.fixture
def save() -> Save:
    """Write an RGB or grey picture."""
    return _save


@pytest.fixture
def make_manifest(tmp_path: Path) -> Callable[..., Path]:
    """Write ``count`` fake pages, p0 first, and their manifest; two pages per group. Returns the manifest's path."""

    def make(count: int = 6, split: str = "train", name: str = "set") -> Path:
        folder = tmp_path / name
        rows = []
        for i in range(count):
            image, clean, mask = _fake_page(i)
            for role, picture in (("image", image), ("clean", clean), ("mask", mask * 255)):
                _save(folder / f"{i}_{role}.png", picture)
            files = (f"{i}_image.png", f"{i}_clean.png", f"{i}_mask.png")
            rows.append(Row(f"p{i}", split, f"g{i // 2}", *files, width=80, height=60))
        write_manifest(folder / "manifest.csv", rows)
        return folder / "manifest.csv"

    return make

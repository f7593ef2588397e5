from pathlib import Path

import pytest
from tiny_sets import Fake, Save, fake_page, lettering, make_manifest, save

__all__ = ["fake_page", "lettering", "make_manifest", "save"]


@pytest.fixture
def folders(tmp_path: Path, fake_page: Fake, save: Save) -> Path:
    """``raw`` and ``clean`` with four pages of two works."""
    for i in range(4):
        image, clean, _ = fake_page(i, 96, 96)
        save(tmp_path / "raw" / f"work{i // 2}" / f"{i}.png", image)
        save(tmp_path / "clean" / f"work{i // 2}" / f"{i}.bmp", clean)
    return tmp_path

from __future__ import annotations

from pathlib import Path

import pytest

from textrm.page import Cleaner, Inpainter, Segmenter


@pytest.fixture(scope="session")
def model(model_file: Path) -> Segmenter:
    return Segmenter(model_file, threads=1)


@pytest.fixture(scope="session")
def inpainter(inpainter_file: Path) -> Inpainter:
    return Inpainter(inpainter_file, threads=1)


@pytest.fixture(scope="session")
def cleaner(cleaner_file: Path) -> Cleaner:
    return Cleaner(cleaner_file, threads=1)

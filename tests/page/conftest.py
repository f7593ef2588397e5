from __future__ import annotations

from pathlib import Path

import pytest

from textrm.page import CleaningModel, InpaintingModel, SegmentationModel


@pytest.fixture(scope="session")
def model(model_file: Path) -> SegmentationModel:
    return SegmentationModel(model_file, threads=1)


@pytest.fixture(scope="session")
def inpainter(inpainter_file: Path) -> InpaintingModel:
    return InpaintingModel(inpainter_file, threads=1)


@pytest.fixture(scope="session")
def cleaner(cleaner_file: Path) -> CleaningModel:
    return CleaningModel(cleaner_file, threads=1)

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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


@pytest.fixture
def picture() -> Image.Image:
    """Smooth colours and a black bar, 48 x 40."""
    y, x = np.mgrid[:40, :48]
    pixels = np.stack([100 + 2 * x, 200 - 2 * y, 90 + x + y], 2).astype(np.uint8)
    pixels[8:14, 10:30] = 0
    return Image.fromarray(pixels)

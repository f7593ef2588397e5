from __future__ import annotations

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def picture() -> Image.Image:
    """Smooth colours and a black bar, 48 x 40."""
    y, x = np.mgrid[:40, :48]
    pixels = np.stack([100 + 2 * x, 200 - 2 * y, 90 + x + y], 2).astype(np.uint8)
    pixels[8:14, 10:30] = 0
    return Image.fromarray(pixels)

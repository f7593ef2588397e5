"""The faces of the font packages, and a picture to write on."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.synth.faces.library import find_fonts
from textrm.synth.memes.faces import CaptionFaces


@pytest.fixture(scope="session")
def faces() -> CaptionFaces:
    """What the system has besides is left out."""
    return CaptionFaces(find_fonts())


@pytest.fixture(scope="session")
def scene() -> np.ndarray:
    """240 x 320 px of smooth colours of middle brightness."""
    small = np.random.default_rng(5).integers(40, 150, (6, 8, 3), np.uint8)
    return cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC)

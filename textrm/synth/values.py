"""What drawing passes around: a source of chance, boxes and colours."""

from __future__ import annotations

import numpy as np

Rng = np.random.Generator

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels, with y downwards."""

Color = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

BLACK: Color = (0, 0, 0)
WHITE: Color = (255, 255, 255)

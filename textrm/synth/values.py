"""What drawing passes around: a source of chance, boxes and colours."""

from __future__ import annotations

import numpy as np

Rng = np.random.Generator

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels, with y downwards."""

Background = np.ndarray | None
"""The mean colour (3,) of what lies under lettering, 0 to 255; None = unknown, or too uneven to count on."""

Color = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

BLACK: Color = (0, 0, 0)
WHITE: Color = (255, 255, 255)


def rgb(levels: np.ndarray, color: bool = True) -> Color:
    """Levels (3,) as a colour, cut to whole numbers; without ``color`` the grey of the first."""
    red, green, blue = (int(level) for level in (levels if color else levels[[0, 0, 0]]))
    return red, green, blue

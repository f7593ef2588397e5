"""What a box is in drawing: the one order of its sides."""

from __future__ import annotations

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels, with y downwards."""

"""A page taken apart, of noise: whatever is off by one shows."""

from __future__ import annotations

import numpy as np

from textrm.page.layers.parts import Parts, Word

HEIGHT, WIDTH = 60, 80


def noise_parts(channels: int = 3, kind: type = np.uint8, profile: bytes | None = None) -> Parts:
    """Two words side by side in one hole, and one with a gap in it below."""
    rng = np.random.default_rng(0)
    shape = (HEIGHT, WIDTH, channels)
    page, other = (rng.integers(0, np.iinfo(kind).max, shape, kind, endpoint=True) for _ in range(2))
    hole = np.zeros((HEIGHT, WIDTH), np.uint8)
    hole[10:30, 20:50] = 1
    hole[40:50, 5:75] = 1
    hole[43:46, 30:40] = 0
    words = [Word("1 dialogue", 20, 10, np.ones((20, 17), np.uint8)),
             Word("2 sound effect", 37, 10, np.ones((20, 13), np.uint8)),
             Word("without number", 5, 40, hole[40:50, 5:75].copy())]  # fmt: skip
    return Parts(page, np.where(hole[..., None] != 0, other, page), hole, words, profile)

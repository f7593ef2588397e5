"""What the tests of lettering share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from textrm.synth.faces.library import FontLibrary
from textrm.synth.pieces.patch import Lettering

WHITE = np.full(3, 255.0)


def drawn(kind: Callable[..., Lettering | None], fonts: FontLibrary, count: int, **options: object) -> list[Lettering]:
    """What comes of ``count`` asked for in a box of 200 x 160 px, each in another script unless one is given."""
    made = []
    for i in range(count):
        asked = {"script": fonts.scripts[i % len(fonts.scripts)], **options}
        made.append(kind(np.random.default_rng([7, i]), fonts, 200, 160, **asked))
    kept = [patch for patch in made if patch is not None]
    assert len(kept) > 0.7 * count
    return kept


def size_of(polygon: np.ndarray) -> tuple[float, float]:
    width, height = polygon.max(0) - polygon.min(0)
    return float(width), float(height)

"""What the tests of lettering share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from textrm.synth.faces.library import FontLibrary
from textrm.synth.pieces.lettering import Lettering

WHITE = np.full(3, 255.0)


def drawn(kind: Callable[..., Lettering | None], fonts: FontLibrary, count: int, **options: object) -> list[Lettering]:
    made = [kind(np.random.default_rng([7, i]), fonts, 200, 160, **options) for i in range(count)]
    kept = [patch for patch in made if patch is not None]
    assert len(kept) > 0.7 * count
    return kept


def size_of(polygon: np.ndarray) -> tuple[float, float]:
    width, height = polygon.max(0) - polygon.min(0)
    return float(width), float(height)

"""Captions without a box: lines that tell the story on bare paper, or along the edge of a panel."""

from __future__ import annotations

import numpy as np

from textrm.synth.composing.letterer import Letterer
from textrm.synth.pieces.dialogue import dialogue
from textrm.synth.pieces.patch import Lettering
from textrm.synth.values import Box

_TRIES = 8  # spots, of which the evenest is taken
_EDGE = 0.4  # of an em, between the text and the edge of its panel


def narrate(letterer: Letterer, area: Box) -> bool:
    """A paragraph of long lines on the evenest ground that ``area`` has left: picture books, web comics."""
    rng = letterer.rng
    text = _paragraph(letterer, area, int(rng.integers(1, 7)))
    if text is None:
        return False
    height, width = text.alpha.shape
    spots = [letterer.room.find(width, height, area, keep=False) for _ in range(_TRIES)]
    free = [spot for spot in spots if spot is not None]
    if not free:
        return False
    x, y = min(free, key=lambda spot: _unevenness(letterer.clean, (*spot, spot[0] + width, spot[1] + height)))
    letterer.room.taken.append(letterer.stamp(text, x, y, "caption"))
    letterer.tags.add("free_text")
    return True


def narrate_panel(letterer: Letterer, area: Box) -> bool:
    """One to three long lines straight on the art, along the upper or the lower edge of a panel."""
    rng, pad = letterer.rng, _EDGE * letterer.em + 2
    band = area[0] + pad, area[1] + pad, area[2] - pad, area[3] - pad
    text = _paragraph(letterer, band, int(rng.integers(1, 4)))
    if text is None:
        return False
    height, width = text.alpha.shape
    x = band[0] + float(rng.choice([0.0, 0.5, 1.0], p=[0.5, 0.35, 0.15])) * (band[2] - band[0] - width)
    y = band[1] if rng.random() < 0.65 else band[3] - height
    if not letterer.room.take((x, y, x + width, y + height)):
        return False
    letterer.place(text, x, y, "caption")
    letterer.tags.add("free_text")
    return True


def _paragraph(letterer: Letterer, area: Box, lines: int) -> Lettering | None:
    """Lines of 10 to 30 em; columns of as many where the page runs downwards."""
    rng, em = letterer.rng, letterer.em * float(letterer.rng.uniform(0.85, 1.15))
    along, across = em * float(rng.uniform(10, 30)), em * 1.45 * lines + 0.5 * em
    wide, high = (across, along) if letterer.vertical else (along, across)
    width, height = min(wide, 0.96 * (area[2] - area[0])), min(high, 0.96 * (area[3] - area[1]))
    if min(width, height) < max(em, 9.0):
        return None
    fonts = letterer.voice if rng.random() < letterer.fidelity else letterer.fonts
    return dialogue(
        rng, fonts, int(width), int(height), script=letterer.script, size=em, vertical=letterer.vertical,
        background=letterer.under(area),
    )  # fmt: skip


def _unevenness(clean: np.ndarray, box: Box) -> float:
    x0, y0, x1, y1 = (max(int(edge), 0) for edge in box)
    return float(clean[y0 : y1 + 1 : 2, x0 : x1 + 1 : 2].reshape(-1, 3).std(0).max())

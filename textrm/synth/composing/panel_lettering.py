"""What a panel of a comic says: effects, captions, balloons, free text, signs and notes, each at its share."""

from __future__ import annotations

import numpy as np

from textrm.synth.composing.additions import add_effect, add_faint, add_jotting, add_large, add_screen, add_sign
from textrm.synth.composing.letterer import Letterer
from textrm.synth.composing.narration import narrate_panel
from textrm.synth.values import Box, Rng

LARGE, SCREEN = 0.16, 0.1  # share of panels with a very large effect, and with text on a screen


def letter_panel(rng: Rng, letterer: Letterer, area: Box, region: np.ndarray | None, talk: float) -> None:
    """Letter ``area``: sound effects first (balloons lie over them), then captions, balloons and free text."""
    letterer.panels.append(area)
    size = (area[2] - area[0]) * (area[3] - area[1])
    draw = rng.random()
    if draw < LARGE:
        add_large(letterer, area, region)
    elif draw < LARGE + SCREEN:
        add_screen(letterer, _part(rng, area), region)
    if rng.random() < 0.3:
        for _ in range(rng.integers(1, 4)):
            add_effect(letterer, area)
    if rng.random() < 0.15:
        letterer.caption(area)
    if rng.random() < 0.06:
        narrate_panel(letterer, area)
    # About one balloon on every 150 x 150 px of type that is 17 px high.
    count = rng.poisson(talk * min(6.0, 0.4 + size / (150 * letterer.em / 17) ** 2 * 0.8))
    for _ in range(min(count, 9)):
        letterer.speak(area, region if rng.random() < 0.5 else None)
    if rng.random() < 0.18:
        letterer.write(area)
    if rng.random() < 0.12:
        add_sign(letterer, area)
    if rng.random() < 0.1:
        add_jotting(letterer, area)
    if rng.random() < 0.06:
        add_faint(letterer, area)
    if rng.random() < 0.2:
        letterer.note(area)


def _part(rng: Rng, area: Box) -> Box:
    """All of a box, or as often a part of it."""
    if rng.random() < 0.5:
        return area
    x0, x1 = np.sort(rng.uniform(area[0], area[2], 2))
    y0, y1 = np.sort(rng.uniform(area[1], area[3], 2))
    return (float(x0), float(y0), float(x1), float(y1)) if min(x1 - x0, y1 - y0) > 80 else area

"""Sets large sound effects behind the things of a drawing: their shape alone tells which of the two is lettering."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from textrm.synth.composing.additions import add_large
from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer
from textrm.synth.faces.library import FontLibrary
from textrm.synth.inks.effects import Dress
from textrm.synth.letter_art import is_colored
from textrm.synth.values import Color, Rng, rgb

SEEN = 0.35  # share of an effect that must stay to be seen, or it is left out
BORROWED = 0.45  # share of effects in a colour of the things before them, with a black line as they have
ATTEMPTS = 6  # at setting them: not every letter is large enough
SECOND = 0.3  # share of panels with one more


def letter_behind(rng: Rng, ground: np.ndarray, fonts: FontLibrary, things: Sequence[np.ndarray]) -> np.ndarray:
    """``ground`` (H W 3 uint8 RGB, not changed) with one or two large effects, for ``things`` to be laid on it.

    things: what comes to lie before them, each H W 4 uint8 RGBA; an effect may take its colour from them.
    """
    height, width = ground.shape[:2]
    colored = is_colored(ground) or any(is_colored(thing[..., :3]) for thing in things)
    letterer = Letterer(rng, ground.copy(), fonts, random_balloon_style(rng, colored, (0, 0, 0)), colored)
    left = 2 if rng.random() < SECOND else 1
    for _ in range(ATTEMPTS):
        ink = _color_of(rng, things) if rng.random() < BORROWED else None
        line = max(1.2, min(height, width) * float(rng.uniform(0.002, 0.012)))
        dress = None if ink is None else Dress(ink, outlines=((line, (0, 0, 0)),))
        left -= add_large(letterer, (0.0, 0.0, float(width), float(height)), ground=0.0, spill=0.0, dress=dress)
        if not left:
            break
    return letterer.image


def still_read(whole: np.ndarray, left: np.ndarray) -> bool:
    """Whether enough of an effect is seen once things lie before it; both masks H W."""
    return bool(left.sum() >= SEEN * whole.sum())


def _color_of(rng: Rng, things: Sequence[np.ndarray]) -> Color | None:
    """A colour of one pixel of the things that is neither nearly transparent nor nearly black."""
    shown = [thing[(thing[..., 3] > 200) & (thing[..., :3].max(2) > 60)][:, :3] for thing in things]
    shown = [pixels for pixels in shown if len(pixels)]
    if not shown:
        return None
    pixels = shown[rng.integers(len(shown))]
    return rgb(pixels[rng.integers(len(pixels))])

"""Signs: lettering on things in the picture, such as posters, banners, stamps and labels."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from textrm.synth.faces.library import FontLibrary
from textrm.synth.inks.dresses import FAINT, contrast
from textrm.synth.pieces.dialogue import dialogue
from textrm.synth.pieces.patch import Lettering, faded, scaled, stacked, turned
from textrm.synth.setting.bends import along_arc, in_perspective
from textrm.synth.values import Background, Color, Rng, rgb


def sign(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, script: str, background: Background = None
) -> Lettering | None:
    """One to three blocks of lines below each other that lie askew, bent or in perspective with what bears them.

    A painter letters a poster in the poster's own colours: the ink is a darker or lighter tone of ``background`` (mean
    RGB, None = unknown), now and then a stamp's red or blue, its edges are soft and the paper shows through. Other
    arguments as for ``dialogue``.
    """
    angle = float(np.clip(rng.normal(0, 18), -55, 55)) if rng.random() < 0.75 else 0.0
    cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(abs(angle)))
    fits = min(width / (width * cosine + height * sine + 4), height / (width * sine + height * cosine + 4))
    wide, high = int(width * fits), int(height * fits)
    ink = _tone(rng, background)
    shares = rng.dirichlet(np.full(rng.integers(1, 4), 4.0))
    blocks = []
    for share in shares:
        room = int(high * share)
        em = max(room * float(np.exp(rng.uniform(np.log(0.12), np.log(0.8)))), 8.0)
        block = dialogue(
            rng, fonts, wide, room, script=script, ink=ink, background=background, size=em,
            plain=rng.random() < 0.85,
        ) if room > 8 else None  # fmt: skip
        if block is not None:
            blocks.append(block)
    if not blocks:
        return None
    text = stacked(blocks)
    draw = rng.random()
    if draw < 0.25:
        text = along_arc(text, float(rng.uniform(20, 150)) * (1 if rng.random() < 0.65 else -1))
    elif draw < 0.6:
        text = in_perspective(text, _aside(rng))
    text = turned(text, angle) if angle else text
    fit = min(width / text.alpha.shape[1], height / text.alpha.shape[0])
    if fit < 1:
        text = scaled(text, 0.99 * fit)
    if rng.random() < 0.5:  # painted, or out of focus
        text = replace(text, alpha=cv2.GaussianBlur(text.alpha, (0, 0), rng.uniform(0.4, 1.4)))
    text = faded(text, rng.uniform(0.6, 0.95)) if rng.random() < 0.5 else text
    return replace(text, tags=text.tags - {"dialogue"} | {"sign"})


def _aside(rng: Rng) -> np.ndarray:
    """How the corners of a sheet move that is seen from one side or from below: 4 2, shares of its sides."""
    near = float(rng.uniform(0.05, 0.3))
    slope = float(rng.normal(0, 0.08))
    side = np.array([(0, near + slope), (0, slope), (0, slope), (0, -near + slope)])  # the left side is further away
    moved = side if rng.random() < 0.65 else side[[1, 2, 3, 0]][:, ::-1] * (1, 0.3)
    moved = moved + rng.normal(0, 0.02, (4, 2))
    return moved if rng.random() < 0.5 else moved[[1, 0, 3, 2]] * (-1, 1)


def _tone(rng: Rng, background: Background) -> Color:
    """A tone of the background that is FAINT grey levels away from it or more."""
    paper = rng.integers(0, 256, 3).astype(np.float64) if background is None else background.astype(np.float64)
    dark, light = paper * rng.uniform(0.1, 0.65), 255 - (255 - paper) * rng.uniform(0.1, 0.65)
    further, other = (dark, light) if paper.mean() > 127 else (light, dark)
    stamp = np.array([(190, 40, 40), (50, 60, 160), (60, 40, 20)][rng.integers(3)]) + rng.normal(0, 20, 3)
    tone = [further, other, stamp][rng.choice(3, p=[0.65, 0.2, 0.15])]
    inks = [rgb(np.clip(color, 0, 255)) for color in (tone, further, dark, light)]
    return next((ink for ink in inks if contrast(ink, paper) >= FAINT), inks[-1])

"""Pages of drawn things that are taken for lettering: charts of signs, printed cloth, sheets of sketches."""

from __future__ import annotations

from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer, Page
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.look_alikes import cells, lay_ground, look_alikes
from textrm.synth.drawing.panel_art import random_style
from textrm.synth.faces.library import FontLibrary
from textrm.synth.values import Rng


def pictograms(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """Several arrangements of such things on plain ground; a lettered one has writing between them."""
    style = random_style(rng, color)
    canvas = Canvas(height, width, (255, 255, 255), style.palette.ink, style.pen)
    if rng.random() < 0.4:
        cells(canvas, rng, style.palette)
    else:
        lay_ground(canvas, rng, style.palette)
        for _ in range(rng.integers(2, 7)):
            look_alikes(canvas, rng, style.palette)
    balloon_style = random_balloon_style(rng, color, style.palette.ink)
    letterer = Letterer(rng, style.finish(canvas, rng), fonts, balloon_style, color)
    everywhere = (4.0, 4.0, width - 4.0, height - 4.0)
    for _ in range(rng.integers(1, 6) if lettered else 0):
        (letterer.speak if rng.random() < 0.3 else letterer.write)(everywhere)
    return letterer, canvas.tags | {"pictograms"}

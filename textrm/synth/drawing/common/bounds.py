"""Where a thing is drawn and how: a box with a unit square in it, and the colours and the pen of the hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Palette
from textrm.synth.drawing.common.strokes import Curve, bezier, ellipse
from textrm.synth.values import BLACK, WHITE, Box, Color, Rng


@dataclass(frozen=True, slots=True)
class Hand:
    """What draws on a ``canvas``, in pixels of it. ``ink`` and ``pen`` (pixels) draw the lines, ``paper`` fills what
    they enclose (None = open), ``accent`` some of it: hair, a roof, an iris. ``bare`` is what the ink stands out from:
    the white of an eye, teeth, a lit window.
    """

    canvas: Canvas
    ink: Color
    pen: float
    paper: Color | None
    accent: Color
    bare: Color

    def finer(self, widest: float) -> Hand:
        """The same hand with a pen no wider than ``widest`` pixels, so that lines near one another stay apart."""
        return replace(self, pen=max(0.8, min(self.pen, widest)))

    @property
    def tags(self) -> set[str]:
        """What has been drawn on the canvas."""
        return self.canvas.tags

    def shape(self, outline: Curve, fill: Color | None, pen: float | None = None, ink: Color | None = None) -> None:
        """Paint a closed outline (N x 2); ``pen`` 0 leaves out its contour, None uses the hand's."""
        self.canvas.shape(outline, fill, self.pen if pen is None else pen, ink or self.ink)

    def strokes(self, curves: Sequence[Curve] | np.ndarray, pen: float | None = None, ink: Color | None = None) -> None:
        """Draw open curves with an even pen, None = the hand's."""
        self.canvas.strokes(curves, self.pen if pen is None else pen, ink or self.ink)

    def brush(self, curve: Curve, width: float, ends: tuple[float, float] = (0.1, 0.1)) -> None:
        """One inked stroke that swells in its middle; ``ends`` are the relative widths at start and end."""
        self.canvas.brush(curve, width, self.ink, ends)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A unit square laid into a picture: (0, 0) is its top left and (1, 1) its bottom right corner."""

    origin: np.ndarray
    across: np.ndarray
    down: np.ndarray

    def __call__(self, points: Sequence[Sequence[float]] | np.ndarray) -> Curve:
        """Points of the unit square (... x 2) as pixels."""
        p = np.asarray(points, np.float64)
        return self.origin + p[..., :1] * self.across + p[..., 1:] * self.down

    @property
    def size(self) -> float:
        """The shorter side in pixels."""
        return float(min(np.hypot(*self.across), np.hypot(*self.down)))

    @property
    def stretch(self) -> float:
        """Width over height."""
        return float(np.hypot(*self.across) / max(np.hypot(*self.down), 1e-6))

    def part(self, x0: float, y0: float, x1: float, y1: float) -> Bounds:
        """The unit square of a part of this one; x1 < x0 mirrors it."""
        return Bounds(self([(x0, y0)])[0], self.across * (x1 - x0), self.down * (y1 - y0))

    def round(self, x: float, y: float, rx: float, ry: float, count: int = 20) -> Curve:
        """A closed ellipse around (x, y), all in units of the square."""
        return self(ellipse(x, y, rx, ry, count=count))

    def arc(self, *controls: tuple[float, float], count: int = 16) -> Curve:
        """A Bézier curve through 3 or 4 control points of the square."""
        return self(bezier(controls, count))


Motif = Callable[[Rng, Hand, Bounds], None]
"""Draws one thing that fills its place and adds its tags."""


def in_box(box: Box, pen: float, turn: float = 0.0) -> Bounds:
    """The place of a box, drawn in by half a pen so that lines stay inside; turned about its middle by radians."""
    x0, y0, x1, y1 = box
    inset = min(pen / 2 + 1, (x1 - x0) / 4, (y1 - y0) / 4)
    width, height = x1 - x0 - 2 * inset, y1 - y0 - 2 * inset
    across, down = np.array([np.cos(turn), np.sin(turn)]) * width, np.array([-np.sin(turn), np.cos(turn)]) * height
    return Bounds(np.array([(x0 + x1) / 2, (y0 + y1) / 2]) - across / 2 - down / 2, across, down)


def random_hand(canvas: Canvas, rng: Rng, palette: Palette, size: float, ground: Color | None = None) -> Hand:
    """A hand for things ``size`` pixels high: pens of 1 to 14 px, dark on light, light on dark, or coloured.

    ``ground`` is the colour beneath, None where it is unknown.
    """
    pen = float(np.clip(np.exp(rng.uniform(0, np.log(15))), 1, max(1.0, min(14.0, size * rng.uniform(0.06, 0.15)))))
    dark = rng.random() < 0.2 if ground is None else sum(ground) < 330
    choice = rng.random()
    if choice < 0.6:
        ink = WHITE if dark else palette.ink
    elif choice < 0.75:
        ink = palette.pick(rng, 200, 255) if dark else BLACK
    else:
        ink = palette.pick(rng, 170, 255) if dark else palette.pick(rng, 0, 150)
    bare = BLACK if dark else WHITE
    if rng.random() < 0.4:
        bare = ground or (palette.pick(rng, 0, 70) if dark else palette.pick(rng, 200, 255))
    inside = rng.random()
    paper = None if inside < 0.3 else bare if inside < 0.65 else palette.pick(rng, *((0, 110) if dark else (120, 255)))
    accent = ink if rng.random() < 0.4 else palette.pick(rng, 0, 255)
    return Hand(canvas, ink, pen, paper, accent, bare)

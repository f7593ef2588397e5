"""A block of set type: the coverage of its ink and the outlines of its words, before any colour."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image, ImageDraw

from textrm.synth.faces.glyphs import Font
from textrm.synth.faces.library import FontFace
from textrm.synth.values import Box


@dataclass(frozen=True, slots=True)
class Setting:
    """How a block is set. Lengths are in em unless they say px."""

    face: FontFace
    size: float  # px per em
    kanji_face: FontFace | None = None  # Japanese comics often set kanji in a second face
    leading: float = 1.2
    tracking: float = 0.0
    align: float = 0.5  # 0 = lines begin together, 1 = they end together, between = shifted so
    justify: bool = False
    jitter: float = 0.0  # standard deviation of each glyph's offset; its size varies as much
    bold: float = 0.0  # extra stroke
    emphasis: float = 0.0  # share of words set bold and slanted, sometimes larger
    right_to_left: bool = False
    shaped: bool = False  # words must be drawn whole
    ruby_size: float = 0.45


@dataclass(frozen=True, slots=True)
class Block:
    """``coverage`` h w uint8; ``words`` N x 2 float32 polygons (x, y) in its pixels that enclose the ink."""

    coverage: np.ndarray
    words: tuple[np.ndarray, ...]
    ruby: bool = False  # whether small readings were set

    def cropped(self) -> Block | None:
        """The block without empty margins, or None where no pixel is even half inked."""
        if self.coverage.max() < 128:
            return None
        left, top, width, height = cv2.boundingRect(self.coverage)
        shift = np.array([left, top], np.float32)
        return Block(
            np.ascontiguousarray(self.coverage[top : top + height, left : left + width]),
            tuple(word - shift for word in self.words),
            self.ruby,
        )

    def within(self, width: float, height: float) -> Block | None:
        """The block without empty margins, or None where it has no ink or is larger than ``width`` x ``height`` px."""
        whole = self.cropped()
        fits = whole is not None and whole.coverage.shape[1] <= width and whole.coverage.shape[0] <= height
        return whole if fits else None


@dataclass(slots=True)
class GlyphCanvas:
    """A canvas to draw glyphs on at sub-pixel positions, with a margin for strokes that reach out of their box."""

    width: float
    height: float
    margin: int
    image: Image.Image = field(init=False)
    draw: ImageDraw.ImageDraw = field(init=False)
    stamps: list[tuple[np.ndarray, int, int]] = field(default_factory=list)
    words: list[Box] = field(default_factory=list)
    ruby: bool = False

    def __post_init__(self) -> None:
        size = (int(np.ceil(self.width)) + 2 * self.margin, int(np.ceil(self.height)) + 2 * self.margin)
        self.image = Image.new("L", size)
        self.draw = ImageDraw.Draw(self.image)

    def text(self, x: float, baseline: float, text: str, font: Font, bold: float = 0.0, vertical: bool = False) -> Box:
        """Draw left-aligned on the baseline; gives the box of the ink. bold: stroke in px."""
        features = ["vert"] if vertical else None
        origin = (x + self.margin, baseline + self.margin)
        self.draw.text(origin, text, 255, font, anchor="ls", stroke_width=bold, features=features)
        left, top, right, bottom = font.getbbox(text, anchor="ls", stroke_width=bold, features=features)
        return (x + left, baseline + top, x + right, baseline + bottom)

    def stamp(self, patch: np.ndarray, x: float, y: float) -> Box:
        """Lay a coverage patch (h w uint8) with its top left at (x, y), to the nearest pixel; gives the ink's box."""
        at_x, at_y = round(x), round(y)
        self.stamps.append((patch, at_x, at_y))
        left, top, width, height = cv2.boundingRect(patch)
        return (at_x + left, at_y + top, at_x + left + width, at_y + top + height)

    def finish(self) -> Block:
        """The drawn block; each word box grows by a pixel for anti-aliasing."""
        coverage = np.array(self.image)
        height, width = coverage.shape
        for patch, x, y in self.stamps:
            x, y = x + self.margin, y + self.margin
            x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + patch.shape[1], width), min(y + patch.shape[0], height)
            if x0 < x1 and y0 < y1:
                part = coverage[y0:y1, x0:x1]
                np.maximum(part, patch[y0 - y : y1 - y, x0 - x : x1 - x], out=part)
        return Block(coverage, tuple(rectangle(box, self.margin, 1.0) for box in self.words), self.ruby)


def rectangle(box: Box, shift: float = 0.0, grow: float = 0.0) -> np.ndarray:
    """The four corners of a box, clockwise from the top left, as float32."""
    left, top, right, bottom = box
    x0, y0, x1, y1 = left - grow, top - grow, right + grow, bottom + grow
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32) + np.float32(shift)


def marks_of(face: FontFace, bold: float, vertical: bool, degrees: float) -> frozenset[str]:
    """The tags of how type is set, as a reader would name it."""
    marks = {
        "vertical": vertical,
        "rotated": abs(degrees) > 2,
        "hand": face.style in ("hand", "brush"),
        "bold": bold > 0 or face.weight >= 650,
    }
    return frozenset(name for name, present in marks.items() if present)


def union(boxes: list[Box]) -> Box:
    """The smallest box around all."""
    edges = np.array(boxes)
    low, high = edges.min(0), edges.max(0)
    return (float(low[0]), float(low[1]), float(high[2]), float(high[3]))

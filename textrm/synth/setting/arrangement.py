"""Single glyphs placed along a path and seen in perspective: how the letters of an effect stand to each other."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from textrm.synth.faces.glyphs import has_vertical_form, load_font
from textrm.synth.faces.library import FontFace
from textrm.synth.faces.scripts import RIGHT_TO_LEFT, SHAPED
from textrm.synth.setting.block import marks_of
from textrm.synth.setting.warp import grown
from textrm.synth.values import Rng

EM = 100.0  # px per em at which an arrangement is planned
SHARPEST = 400.0  # px per em at which a glyph is drawn at most; larger ones are enlarged from it


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Glyphs of one face and where each goes. ``matrices`` and ``quads`` (K 4 2, the corners of each glyph's box) lead
    to a plane on which an em is EM long.
    """

    face: FontFace
    glyphs: tuple[str, ...]
    boxes: np.ndarray  # K 4: left, top, right, bottom of the ink, px at EM
    matrices: tuple[np.ndarray, ...]
    quads: np.ndarray
    bold: float  # extra stroke, em
    vertical: bool
    tilt: float  # degrees

    @property
    def span(self) -> np.ndarray:
        """Width and height of everything on the plane, at least 1."""
        points = self.quads.reshape(-1, 2)
        return np.maximum(points.max(0) - points.min(0), 1.0)

    def draw(self, scale: float) -> list[np.ndarray]:
        """Coverage of each glyph (h w uint8, all on sheets of one size) where the plane is ``scale`` px per unit."""
        low = self.quads.reshape(-1, 2).min(0)
        width, height = (int(length * scale) + 4 for length in self.span)
        fit = np.array([[scale, 0, 2 - low[0] * scale], [0, scale, 2 - low[1] * scale], [0, 0, 1]])
        glyphs_drawn = []
        for glyph, matrix, quad in zip(self.glyphs, self.matrices, self.quads, strict=True):
            glyph_drawn = np.zeros((height, width), np.uint8)
            _stamp(glyph_drawn, self, glyph, fit @ matrix, _project(fit, quad), scale)
            glyphs_drawn.append(glyph_drawn)
        return glyphs_drawn

    def marks(self) -> frozenset[str]:
        """The tags of how it is set."""
        return marks_of(self.face, self.bold, self.vertical, self.tilt)


def arranged(
    rng: Rng, face: FontFace, text: str, script: str, vertical: bool, heaviest: float = 0.1
) -> Arrangement | None:
    """``text`` along a random path, or None where nothing of it can be seen; ``heaviest`` is the
    widest extra stroke, em.
    """
    glyphs = [text] if script in SHAPED or script in RIGHT_TO_LEFT else list(text)
    glyphs = [glyph for glyph in glyphs if glyph.strip()]
    if not glyphs:
        return None
    bold = float(rng.uniform(0.02, heaviest)) if face.weight < 650 and rng.random() < 0.6 else 0.0
    boxes = np.array([load_font(face, EM).getbbox(glyph, anchor="ls", stroke_width=bold * EM) for glyph in glyphs])
    tilt = float(rng.normal(0, 14)) if rng.random() < 0.75 else float(rng.uniform(-50, 50))
    tilt = 0.0 if rng.random() < 0.15 else tilt
    matrices = tuple(_turn(tilt) @ matrix for matrix in _arrange(rng, face, glyphs, boxes, vertical))
    quads = np.array([_project(matrix, _corners(box)) for matrix, box in zip(matrices, boxes, strict=True)])
    return Arrangement(face, tuple(glyphs), boxes, matrices, quads, bold, vertical, tilt)


def frame(coverage: np.ndarray) -> np.ndarray:
    """The smallest rectangle, at any angle, around all inked pixels, a pixel wider on every side."""
    hull = cv2.convexHull(cv2.findNonZero(coverage)).reshape(-1, 1, 2).astype(np.float32)
    corners = hull + np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    return grown(cv2.boxPoints(cv2.minAreaRect(corners.reshape(-1, 2))).astype(np.float32), 1.0)


def _arrange(rng: Rng, face: FontFace, glyphs: list[str], boxes: np.ndarray, vertical: bool) -> list[np.ndarray]:
    """A 3 x 3 matrix for each glyph, from its own coordinates (baseline at 0, 0) to the plane of the whole effect."""
    count = len(glyphs)
    tightness = rng.uniform(0.72, 1.15)
    bend = float(rng.normal(0, 0.7)) if count > 1 and rng.random() < 0.45 else 0.0
    wave = float(rng.uniform(0.05, 0.3)) * EM if rng.random() < 0.3 else 0.0
    growth = float(rng.uniform(-0.12, 0.12)) if rng.random() < 0.45 else 0.0
    sizes, angles, drift = rng.choice([0.0, 0.08, 0.18]), rng.choice([0.0, 5.0, 14.0]), rng.choice([0.0, 0.04, 0.12])
    shear = float(rng.normal(0.1, 0.22)) if rng.random() < 0.6 else 0.0
    stretch = float(np.exp(rng.normal(0, 0.2)))
    advances = [
        tightness
        * (max(box[3] - box[1], 0.45 * EM) + 0.08 * EM if vertical else max(load_font(face, EM).getlength(glyph), 1.0))
        for glyph, box in zip(glyphs, boxes, strict=True)
    ]
    whole = sum(advances)
    at, matrices = 0.0, []
    for i, box in enumerate(boxes):
        middle = at + advances[i] / 2
        at += advances[i]
        from_middle = middle / whole - 0.5
        turn = bend * from_middle * 2
        # along the path, and to its side: an arc of a circle with a sine wave on it
        along = whole * (np.sin(turn) / (2 * bend) if bend else from_middle)
        aside = whole * ((1 - np.cos(turn)) / (2 * bend) if bend else 0.0) + wave * np.sin(2.5 * i)
        size = float(np.clip((1 + growth) ** (i - count / 2) * np.exp(rng.normal(0, sizes)), 0.4, 2.5))
        degrees = np.rad2deg(-turn if vertical else turn) + rng.normal(0, angles)
        x, y = (aside, along) if vertical else (along, aside)
        x, y = x + rng.normal(0, drift) * EM, y + rng.normal(0, drift) * EM
        centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2 if vertical else -0.36 * EM)
        placed = _shift(x, y) @ _turn(degrees) @ _scale(size * stretch, size, shear)
        matrices.append(placed @ _shift(-centre[0], -centre[1]))
    view = np.eye(3)
    if rng.random() < 0.4:
        view[2, :2] = rng.normal(0, 0.25, 2) / max(whole, 2 * EM)
    return [view @ matrix for matrix in matrices]


def _stamp(
    glyph_drawn: np.ndarray, whole: Arrangement, glyph: str, matrix: np.ndarray, quad: np.ndarray, scale: float
) -> None:
    """Draw one glyph at about its final size and lay it through ``matrix`` onto the sheet."""
    face, size = whole.face, float(np.clip(scale * EM, 12.0, SHARPEST))
    ratio = size / EM
    font, stroke = load_font(face, size), whole.bold * size
    features = ["vert"] if whole.vertical and len(glyph) == 1 and has_vertical_form(face, glyph) else None
    left, top, right, bottom = font.getbbox(glyph, anchor="ls", stroke_width=stroke, features=features)
    cell = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(cell).text(
        (2 - left, 2 - top), glyph, 255, font, anchor="ls", stroke_width=stroke, features=features
    )
    x0, y0 = np.maximum(np.floor(quad.min(0)).astype(int) - 3, 0)
    x1, y1 = np.minimum(np.ceil(quad.max(0)).astype(int) + 3, glyph_drawn.shape[::-1])
    if x0 >= x1 or y0 >= y1:
        return
    # cell pixels to planned glyph coordinates to the sheet; pixel centres lie at whole numbers for cv2
    planned = _shift(-0.5 - x0, -0.5 - y0) @ matrix @ _scale(1 / ratio, 1 / ratio, 0)
    to_part, extent = planned @ _shift(left - 2 + 0.5, top - 2 + 0.5), (int(x1 - x0), int(y1 - y0))
    glyph_drawn[y0:y1, x0:x1] = cv2.warpPerspective(np.asarray(cell), to_part, extent, flags=cv2.INTER_LINEAR)


def _corners(box: np.ndarray) -> np.ndarray:
    left, top, right, bottom = box
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def _project(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return mapped[:, :2] / np.maximum(mapped[:, 2:], 0.2)


def _shift(x: float, y: float) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def _scale(x: float, y: float, shear: float) -> np.ndarray:
    return np.array([[x, -shear * x, 0], [0, y, 0], [0, 0, 1]], np.float64)


def _turn(degrees: float) -> np.ndarray:
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])

"""Sound effects: large letters, each placed on its own along a path, then seen in perspective."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from PIL import Image, ImageDraw

from textrm.data.synth.block import Block
from textrm.data.synth.effects import Color
from textrm.data.synth.fonts import FontFace, FontLibrary
from textrm.data.synth.glyphs import has_vertical_form, load_font
from textrm.data.synth.looks import effect_look
from textrm.data.synth.patch import Lettering, colored
from textrm.data.synth.scripts import RIGHT_TO_LEFT, SHAPED, SPACELESS
from textrm.data.synth.text import effect_text, fit_to
from textrm.data.synth.warp import dry_brush, grown, rough_cut, wobble

LARGEST = 300.0  # px per em
SMALLEST = 9.0
SCRIPT_SHARES = {"japanese": 0.2, "kana": 0.28, "chinese": 0.08, "korean": 0.1, "latin": 0.27, "cyrillic": 0.05,
                 "greek": 0.01, "arabic": 0.005, "thai": 0.005}  # fmt: skip
STYLES = {"display": 0.35, "brush": 0.2, "hand": 0.2, "sans": 0.2, "serif": 0.05}
_EM = 100.0  # px per em at which the arrangement is planned


def sound_effect(
    rng: np.random.Generator,
    fonts: FontLibrary,
    width: int,
    height: int,
    *,
    script: str | None = None,
    vertical: bool | None = None,
    ink: Color | None = None,
    background: np.ndarray | None = None,
    monochrome: bool = False,
) -> Lettering | None:
    """Large, rotated, bent, outlined onomatopoeia that fills most of the box; None where it would be too small.

    monochrome: greys only (for black-and-white pages). Other arguments as for ``dialogue``.
    """
    script = script or fonts.pick_script(rng, SCRIPT_SHARES)
    face = fonts.pick(rng, script, STYLES)
    text = fit_to(effect_text(rng, script), face.lacks).strip()[:12]
    if not text:
        return None
    if vertical is None:
        vertical = script in SPACELESS and rng.random() < (0.75 if height > width else 0.15)
    glyphs = [text] if script in SHAPED or script in RIGHT_TO_LEFT else list(text)
    glyphs = [glyph for glyph in glyphs if glyph.strip()]
    bold = float(rng.uniform(0.02, 0.1)) if face.weight < 650 and rng.random() < 0.6 else 0.0
    boxes = np.array([load_font(face, _EM).getbbox(glyph, anchor="ls", stroke_width=bold * _EM) for glyph in glyphs])
    tilt = float(rng.normal(0, 14)) if rng.random() < 0.75 else float(rng.uniform(-50, 50))
    tilt = 0.0 if rng.random() < 0.15 else tilt
    transforms = [_turn(tilt) @ matrix for matrix in _arrange(rng, face, glyphs, boxes, vertical)]
    corners = [_project(matrix, _corners(box)) for matrix, box in zip(transforms, boxes, strict=True)]
    low, high = np.concatenate(corners).min(0), np.concatenate(corners).max(0)
    span = np.maximum(high - low, 1.0)
    scale = float(min((width - 8) / span[0], (height - 8) / span[1], LARGEST / _EM))
    if scale * _EM < SMALLEST:
        return None
    look = effect_look(rng, scale * _EM, background, ink, monochrome)
    scale = float(min((width - 8 - 2 * look.reach) / span[0], (height - 8 - 2 * look.reach) / span[1], LARGEST / _EM))
    if scale * _EM < SMALLEST:
        return None
    size = (int(span[0] * scale) + 4, int(span[1] * scale) + 4)
    fit = np.array([[scale, 0, 2 - low[0] * scale], [0, scale, 2 - low[1] * scale], [0, 0, 1]])
    coverage = np.zeros((size[1], size[0]), np.uint8)
    for glyph, matrix, quad in zip(glyphs, transforms, corners, strict=True):
        _stamp(coverage, face, glyph, fit @ matrix, _project(fit, quad), scale, bold, vertical)
    block = _roughened(rng, Block(coverage, ()), scale * _EM).cropped()
    if block is None:
        return None
    block = replace(block, words=(_frame(block.coverage),))
    reach = look.reach + 1
    if block.coverage.shape[1] + 2 * reach > width or block.coverage.shape[0] + 2 * reach > height:
        return None
    marks = {
        "vertical": vertical,
        "rotated": abs(tilt) > 2,
        "hand": face.style in ("hand", "brush"),
        "bold": bold > 0 or face.weight >= 650,
    }
    return colored(block, look, frozenset({"sound_effect", script, *(name for name in marks if marks[name])}))


def _arrange(
    rng: np.random.Generator, face: FontFace, glyphs: list[str], boxes: np.ndarray, vertical: bool
) -> list[np.ndarray]:
    """A 3 x 3 matrix for each glyph, from its own coordinates (baseline at 0, 0) to the plane of the whole effect."""
    count = len(glyphs)
    tightness = rng.uniform(0.72, 1.15)
    bend = float(rng.normal(0, 0.7)) if count > 1 and rng.random() < 0.45 else 0.0
    wave = float(rng.uniform(0.05, 0.3)) * _EM if rng.random() < 0.3 else 0.0
    growth = float(rng.uniform(-0.12, 0.12)) if rng.random() < 0.45 else 0.0
    sizes, angles, drift = rng.choice([0.0, 0.08, 0.18]), rng.choice([0.0, 5.0, 14.0]), rng.choice([0.0, 0.04, 0.12])
    shear = float(rng.normal(0.1, 0.22)) if rng.random() < 0.6 else 0.0
    stretch = float(np.exp(rng.normal(0, 0.2)))
    advances = [
        tightness
        * (
            max(box[3] - box[1], 0.45 * _EM) + 0.08 * _EM
            if vertical
            else max(load_font(face, _EM).getlength(glyph), 1.0)
        )
        for glyph, box in zip(glyphs, boxes, strict=True)
    ]
    whole = sum(advances)
    at, matrices = 0.0, []
    for i, box in enumerate(boxes):
        middle = at + advances[i] / 2
        at += advances[i]
        place = middle / whole - 0.5
        turn = bend * place * 2
        # along the path, and to its side: an arc of a circle with a sine wave on it
        along = whole * (np.sin(turn) / (2 * bend) if bend else place)
        aside = whole * ((1 - np.cos(turn)) / (2 * bend) if bend else 0.0) + wave * np.sin(2.5 * i)
        size = float(np.clip((1 + growth) ** (i - count / 2) * np.exp(rng.normal(0, sizes)), 0.4, 2.5))
        degrees = np.rad2deg(-turn if vertical else turn) + rng.normal(0, angles)
        x, y = (aside, along) if vertical else (along, aside)
        x, y = x + rng.normal(0, drift) * _EM, y + rng.normal(0, drift) * _EM
        centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2 if vertical else -0.36 * _EM)
        matrices.append(
            _shift(x, y) @ _turn(degrees) @ _scale(size * stretch, size, shear) @ _shift(-centre[0], -centre[1])
        )
    view = np.eye(3)
    if rng.random() < 0.4:
        view[2, :2] = rng.normal(0, 0.25, 2) / max(whole, 2 * _EM)
    return [view @ matrix for matrix in matrices]


def _stamp(
    coverage: np.ndarray, face: FontFace, glyph: str, matrix: np.ndarray, quad: np.ndarray, scale: float, bold: float,
    vertical: bool,
) -> None:  # fmt: skip
    """Draw one glyph at about its final size and lay it through ``matrix`` onto the coverage."""
    size = float(np.clip(scale * _EM, 12.0, 200.0))
    ratio = size / _EM
    font, stroke = load_font(face, size), bold * size
    features = ["vert"] if vertical and len(glyph) == 1 and has_vertical_form(face, glyph) else None
    left, top, right, bottom = font.getbbox(glyph, anchor="ls", stroke_width=stroke, features=features)
    sheet = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(sheet).text(
        (2 - left, 2 - top), glyph, 255, font, anchor="ls", stroke_width=stroke, features=features
    )
    x0, y0 = np.maximum(np.floor(quad.min(0)).astype(int) - 3, 0)
    x1, y1 = np.minimum(np.ceil(quad.max(0)).astype(int) + 3, coverage.shape[::-1])
    if x0 >= x1 or y0 >= y1:
        return
    # sheet pixels to planned glyph coordinates to the coverage; pixel centres lie at whole numbers for cv2
    to_part = (
        _shift(-0.5 - x0, -0.5 - y0) @ matrix @ _scale(1 / ratio, 1 / ratio, 0) @ _shift(left - 2 + 0.5, top - 2 + 0.5)
    )
    placed = cv2.warpPerspective(np.asarray(sheet), to_part, (int(x1 - x0), int(y1 - y0)), flags=cv2.INTER_LINEAR)
    part = coverage[y0:y1, x0:x1]
    np.maximum(part, placed, out=part)


def _roughened(rng: np.random.Generator, block: Block, em: float) -> Block:
    draw = rng.random()
    if draw < 0.12:
        return replace(block, coverage=rough_cut(block.coverage, rng.uniform(0.015, 0.05) * em))
    if draw < 0.22 and em > 30:
        return replace(block, coverage=dry_brush(rng, block.coverage, rng.uniform(0.03, 0.08) * em))
    if draw < 0.5:
        return wobble(rng, block, rng.uniform(0.01, 0.06) * em, rng.uniform(0.15, 0.8) * em)
    return block


def _frame(coverage: np.ndarray) -> np.ndarray:
    """The smallest rectangle, at any angle, around all inked pixels, a pixel wider on every side."""
    hull = cv2.convexHull(cv2.findNonZero(coverage)).reshape(-1, 1, 2).astype(np.float32)
    corners = hull + np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    return grown(cv2.boxPoints(cv2.minAreaRect(corners.reshape(-1, 2))).astype(np.float32), 1.0)


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

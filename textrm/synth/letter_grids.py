"""Pages of single letters in rows and columns: puzzles, tables, charts of letters, pages set in small print."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer, Page
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.panel_art import random_style
from textrm.synth.faces.glyphs import load_font
from textrm.synth.faces.library import FontLibrary
from textrm.synth.inks.dresses import dialogue_dress
from textrm.synth.pieces.patch import colored
from textrm.synth.setting.block import Block
from textrm.synth.values import Rng
from textrm.synth.words.text import fit_to, repertoire

LINED = 0.3  # share of grids with lines between their cells
SOLID = 0.15  # share of the lined ones with black cells, as crosswords have
EMPTY = 0.25  # share of the grids in which a part of the cells is empty
STYLES = {"sans": 0.5, "serif": 0.2, "hand": 0.2, "display": 0.1}


def letter_grid(rng: Rng, height: int, width: int, fonts: FontLibrary, color: bool, lettered: bool) -> Page:
    """A grid of letters of 8 to 48 px over most of the page; without lettering its lines and black cells alone."""
    style = random_style(rng, color)
    light = rng.random() < 0.85
    paper = style.palette.pick(rng, 190, 255) if rng.random() < 0.4 else (255, 255, 255)
    paper = paper if light else style.palette.pick(rng, 0, 70)
    canvas = Canvas(height, width, paper, style.palette.ink if light else (235, 235, 235), style.pen)
    size = float(np.exp(rng.uniform(np.log(8), np.log(48))))
    pitch = np.maximum(size * rng.uniform(0.95, 2.2, 2), 9.0)  # px, right and down
    if rng.random() < 0.5:
        pitch[:] = pitch.min()
    edge = rng.uniform(0.02, 0.25, 2) * (width, height)
    columns, rows = np.maximum(((np.array((width, height)) - 2 * edge) / pitch).astype(int), 1).tolist()
    xs, ys = edge[0] + pitch[0] * np.arange(columns + 1), edge[1] + pitch[1] * np.arange(rows + 1)
    filled = np.ones((rows, columns), bool)
    if rng.random() < EMPTY:
        filled = rng.random((rows, columns)) < rng.uniform(0.3, 0.95)
    if rng.random() < LINED:
        lines = [np.array([(x, ys[0]), (x, ys[-1])]) for x in xs] + [np.array([(xs[0], y), (xs[-1], y)]) for y in ys]
        canvas.strokes(lines, max(1.0, 0.05 * size))
        if rng.random() < SOLID:
            for row, column in np.argwhere(~filled):
                corners = [(xs[column + i], ys[row + j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
                canvas.shape(np.array(corners), canvas.ink)
    letterer = Letterer(rng, canvas.flatten(), fonts, random_balloon_style(rng, color, style.palette.ink), color)
    if lettered:
        _letter(rng, letterer, fonts, size, xs, ys, filled, np.array(paper))
    return letterer, canvas.tags | {"letter_grid"}


def _letter(rng: Rng, letterer: Letterer, fonts: FontLibrary, size: float, xs: np.ndarray, ys: np.ndarray,
            filled: np.ndarray, paper: np.ndarray) -> None:  # fmt: skip
    script = letterer.script if rng.random() < 0.6 else "latin"
    face = fonts.pick(rng, script, STYLES)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if script == "latin" and rng.random() < 0.6 else repertoire(script)
    letters = fit_to(alphabet, face.lacks).replace(" ", "") or "A"
    if rng.random() < 0.2:
        letters = "0123456789"
    font = load_font(face, size)
    sheet = Image.new("L", (letterer.width, letterer.height), 0)
    draw, words = ImageDraw.Draw(sheet), []
    for row, column in np.argwhere(filled):
        at = (xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2
        letter = letters[int(rng.integers(len(letters)))]
        draw.text(at, letter, 255, font, anchor="mm")
        left, top, right, bottom = draw.textbbox(at, letter, font, anchor="mm")
        words.append(np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32))
    dress = dialogue_dress(rng, size, paper, None, True)
    tags = frozenset({"letter_grid", script})
    text = colored(Block(np.asarray(sheet), tuple(words)), dress, tags)
    margin = (text.alpha.shape[0] - letterer.height) // 2
    letterer.place(text, -margin, -margin, "")

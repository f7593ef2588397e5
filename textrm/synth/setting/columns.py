"""Text set in vertical lines, from right to left, as in Japanese and Chinese comics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from textrm.synth.faces.glyphs import CORNER, EM_ASCENT, SMALL_KANA, TURNED, has_vertical_form, load_font
from textrm.synth.faces.library import FontFace
from textrm.synth.setting.block import Block, GlyphCanvas, Setting, union
from textrm.synth.values import Box, Rng
from textrm.synth.words.text import Token

_STICKS = frozenset("、。！？…ー～♪♥」』），；：”》!?ッっゃゅょャュョ・々")  # must not begin a column
_LYING = "0123456789!?"


@dataclass(slots=True)
class _Cell:
    text: str  # one character, or a short run set lying across the column (tate-chu-yoko)
    ruby: str = ""  # a reading that begins at this cell
    span: int = 1  # cells that the reading covers
    keep: bool = False  # may not begin a column


def set_columns(rng: Rng, tokens: Sequence[Token], setting: Setting, height: float, max_columns: int) -> Block | None:
    """Break tokens into columns no taller than ``height`` px; what does not fit is left out. None if nothing fits."""
    advance = setting.size * (1 + setting.tracking)
    capacity = int((height - setting.size) // advance) + 1
    columns = _break(_cells(tokens), capacity, max_columns) if capacity > 0 else []
    if not columns:
        return None
    size, leading = setting.size, setting.leading * setting.size
    tallest = max(map(len, columns)) * advance
    canvas = GlyphCanvas(leading * len(columns) + size, tallest + size, int(np.ceil(0.5 * size)) + 3)
    for number, column in enumerate(columns):
        left = leading * (len(columns) - 1 - number)
        top = setting.align * (tallest - len(column) * advance)
        boxes = []
        for row, cell in enumerate(column):
            y = top + row * advance
            boxes.append(_draw(rng, canvas, left, y, cell.text, setting))
            if cell.ruby:
                canvas.words.append(_ruby(canvas, left + 1.04 * size, y, cell.span * advance, cell.ruby, setting))
        canvas.words.append(union(boxes))
    return canvas.finish()


def _cells(tokens: Sequence[Token]) -> list[list[_Cell]]:
    phrases: list[list[_Cell]] = []
    for token in tokens:
        cells: list[_Cell] = []
        for character in token.text:
            run = cells[-1].text + character if cells else ""
            lying = 0 < len(run) <= 2 and all(mark in _LYING for mark in run)
            if lying and run[0].isdigit() == character.isdigit():
                cells[-1].text = run
            else:
                cells.append(_Cell(character, keep=character in _STICKS))
        if not cells:
            continue
        if token.ruby:
            cells[0].ruby, cells[0].span = token.ruby, len(cells)
            for cell in cells[1:]:
                cell.keep = True
        if phrases and (cells[0].keep or phrases[-1][-1].text in "「『（"):
            phrases[-1] += cells
        else:
            phrases.append(cells)
    return phrases


def _break(phrases: Sequence[list[_Cell]], capacity: int, max_columns: int) -> list[list[_Cell]]:
    """Columns that begin with a phrase where they can; a phrase longer than a column is cut where a cut is allowed."""
    columns: list[list[_Cell]] = [[]]
    for phrase in phrases:
        room = capacity - len(columns[-1])
        if len(phrase) > room and columns[-1]:
            if len(columns) == max_columns:
                break
            columns.append([])
        while len(phrase) > capacity:
            cuts = [i for i in range(1, capacity + 1) if not phrase[i].keep]
            if not cuts:
                phrase = phrase[:capacity]
                break
            columns[-1] += phrase[: cuts[-1]]
            phrase = phrase[cuts[-1] :]
            if len(columns) == max_columns:
                return [column for column in columns if column]
            columns.append([])
        if phrase[0].span <= capacity:
            columns[-1] += phrase
    return [column for column in columns if column]


def _draw(rng: Rng, canvas: GlyphCanvas, left: float, top: float, text: str, setting: Setting) -> Box:
    """One cell with its em box at (left, top)."""
    face, size = setting.face, setting.size
    if setting.kanji_face and "一" <= text <= "鿿":
        face = setting.kanji_face
    if setting.jitter:
        dx, dy, growth = rng.normal(0, setting.jitter, 3).clip(-0.3, 0.3) * (size, size, 1)
        left, top, size = left + dx, top + dy, size * (1 + growth)
    bold = setting.bold * size
    font = load_font(face, size)
    length = font.getlength(text)
    if length > 1.05 * size:
        font = load_font(face, size * size / length)
        length = size
    baseline = top + EM_ASCENT * size
    if len(text) == 1:
        if has_vertical_form(face, text):
            return canvas.text(left, baseline, text, font, bold, vertical=True)
        if text in TURNED:
            return canvas.stamp(_turned(text, face, size, bold), left - 0.25 * size, top - 0.25 * size)
        if text in CORNER:
            return canvas.text(left + 0.58 * size, baseline - 0.6 * size, text, font, bold)
        if text in SMALL_KANA:
            return canvas.text(left + 0.12 * size, baseline - 0.12 * size, text, font, bold)
    return canvas.text(left + (size - length) / 2, baseline, text, font, bold)


def _turned(text: str, face: FontFace, size: float, bold: float) -> np.ndarray:
    """A glyph turned a quarter clockwise in a cell with a margin of a quarter em, for faces without a vertical form."""
    font = load_font(face, size)
    side = round(1.5 * size)
    cell = Image.new("L", (side, side))
    x = (side - font.getlength(text)) / 2
    ImageDraw.Draw(cell).text((x, (0.25 + EM_ASCENT) * size), text, 255, font, anchor="ls", stroke_width=bold)
    turned = np.rot90(np.asarray(cell), -1)
    # the long vowel mark swells at its other side when it stands
    return np.ascontiguousarray(turned[:, ::-1] if text in "ー～〜" else turned)


def _ruby(canvas: GlyphCanvas, left: float, top: float, length: float, reading: str, setting: Setting) -> Box:
    """A reading in small kana, centred beside the cells it belongs to."""
    canvas.ruby = True
    size = max(setting.ruby_size * setting.size, 4.0)
    font = load_font(setting.face, size)
    step = max(min(length / len(reading), 1.5 * size), size)
    y = top + (length - step * len(reading)) / 2 + (step - size) / 2
    boxes = []
    for i, character in enumerate(reading):
        upright = has_vertical_form(setting.face, character)
        boxes.append(canvas.text(left, y + i * step + EM_ASCENT * size, character, font, vertical=upright))
    return union(boxes)

"""Text set in horizontal lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from PIL import Image, ImageDraw

from textrm.synth.faces.glyphs import Font, load_font
from textrm.synth.setting.block import Block, GlyphCanvas, Setting, union
from textrm.synth.values import Box, Rng
from textrm.synth.words.text import Token

LineWidth = Callable[[int, int], float]  # (line, lines) -> px available
_STICKS = frozenset("、。！？…ー～♪♥」』），；：”》!?.,ッっゃゅょャュョ・々")  # must not begin a line


def set_rows(
    rng: Rng, tokens: Sequence[Token], setting: Setting, width: LineWidth, max_lines: int, spaced: bool
) -> Block | None:
    """Break tokens into lines and draw them; what does not fit is left out. None where not even one token fits.

    spaced: whether a space parts two tokens; without it a line may break anywhere but before closing punctuation.
    """
    extra = setting.tracking * setting.size
    plain = load_font(setting.face, setting.size)
    strong = load_font(setting.face, setting.size * (1.0 if rng.random() < 0.6 else 1.2))
    space = plain.getlength(" ") + extra if spaced else 0.0
    pieces = list(tokens) if spaced else _phrases(tokens)
    stressed = rng.random(len(pieces)) < setting.emphasis
    lengths = [
        strong.getlength(piece.text) + 0.12 * setting.size
        if stress
        else plain.getlength(piece.text) + extra * len(piece.text)
        for piece, stress in zip(pieces, stressed, strict=True)
    ]
    lines = _fewest_lines(pieces, lengths, space, width, max_lines)
    if not lines:
        return None
    widest = max(sum(lengths[i] for i in line) + space * (len(line) - 1) for line in lines)
    leading = setting.leading * setting.size
    canvas = GlyphCanvas(widest, leading * len(lines) + setting.size, int(np.ceil(0.5 * setting.size)) + 3)
    for row, line in enumerate(lines):
        baseline = setting.size * 1.1 + row * leading
        gap, length = space, sum(lengths[i] for i in line) + space * (len(line) - 1)
        if setting.justify and spaced and len(line) > 1 and row < len(lines) - 1 and length > 0.7 * widest:
            gap, length = space + (widest - length) / (len(line) - 1), widest
        x = setting.align * (widest - length)
        boxes = []
        if setting.right_to_left:
            line = line[::-1]
        for i in line:
            if stressed[i]:
                bold = (setting.bold + 0.03) * setting.size
                boxes.append(_slanted(canvas, x, baseline, pieces[i].text, strong, bold))
            else:
                boxes.append(_piece(rng, canvas, x, baseline, pieces[i], plain, setting))
            x += lengths[i] + gap
        canvas.words += boxes if spaced else [union(boxes)]
        for i, box in zip(line, boxes, strict=True):
            if pieces[i].ruby:
                canvas.words.append(_ruby(canvas, box, baseline, pieces[i], setting))
    return canvas.finish()


def _phrases(tokens: Sequence[Token]) -> list[Token]:
    """Tokens with closing punctuation joined to what it closes; those with a reading stay alone."""
    phrases: list[Token] = []
    for token in tokens:
        joins = token.text[:1] in _STICKS or (phrases and phrases[-1].text[-1:] in "「『（")
        if phrases and not phrases[-1].ruby and not token.ruby and joins:
            phrases[-1] = replace(phrases[-1], text=phrases[-1].text + token.text)
        elif len(token.text) > 6 and not token.ruby:
            phrases += [Token(token.text[i : i + 3]) for i in range(0, len(token.text), 3)]
        else:
            phrases.append(token)
    return phrases


def _fewest_lines(
    pieces: Sequence[Token], lengths: Sequence[float], space: float, width: LineWidth, max_lines: int
) -> list[list[int]]:
    """Indices of the pieces of each line, in the fewest lines that hold them all, else what ``max_lines`` hold."""
    lines: list[list[int]] = []
    for count in range(1, max_lines + 1):
        lines, used, complete = [[]], 0.0, True
        for i, length in enumerate(lengths):
            need = length + (space if lines[-1] else 0.0)
            if used + need > width(len(lines) - 1, count):
                if not lines[-1]:
                    continue  # wider than a line: left out
                if len(lines) == count:
                    complete = False
                    break
                lines.append([])
                used, need = 0.0, length
                if length > width(len(lines) - 1, count):
                    continue
            lines[-1].append(i)
            used += need
        if complete:
            break
    return [line for line in lines if line]


def _piece(rng: Rng, canvas: GlyphCanvas, x: float, baseline: float, piece: Token, font: Font, setting: Setting) -> Box:
    size, bold = setting.size, setting.bold * setting.size
    whole = setting.shaped or not (setting.tracking or setting.jitter or setting.kanji_face)
    if whole:
        return canvas.text(x, baseline, piece.text, font, bold)
    boxes = []
    for character in piece.text:
        used = font
        if setting.kanji_face and "一" <= character <= "鿿":
            used = load_font(setting.kanji_face, size)
        dx = dy = 0.0
        if setting.jitter:
            dx, dy, growth = rng.normal(0, setting.jitter, 3).clip(-0.3, 0.3) * (size, size, 1)
            if growth > setting.jitter:
                used = load_font(setting.face, size * (1 + setting.jitter))
        boxes.append(canvas.text(x + dx, baseline + dy, character, used, bold))
        x += font.getlength(character) + setting.tracking * size
    return union(boxes)


def _slanted(canvas: GlyphCanvas, x: float, baseline: float, text: str, font: Font, bold: float) -> Box:
    """One emphasised word: heavier and sheared to the right, as comic letterers do."""
    left, top, right, bottom = font.getbbox(text, anchor="ls", stroke_width=bold)
    margin = int(np.ceil(0.3 * (bottom - top))) + 2
    word = Image.new("L", (int(right - left) + 2 * margin, int(bottom - top) + 4))
    ImageDraw.Draw(word).text((margin - left, 2 - top), text, 255, font, anchor="ls", stroke_width=bold)
    slope = 0.2
    shear = np.array([[1, -slope, slope * (2 - top)], [0, 1, 0]], np.float32)
    patch = cv2.warpAffine(np.asarray(word), shear, word.size)
    return canvas.stamp(patch, x + left - margin, baseline + top - 2)


def _ruby(canvas: GlyphCanvas, box: Box, baseline: float, piece: Token, setting: Setting) -> Box:
    canvas.ruby = True
    font = load_font(setting.face, max(setting.ruby_size * setting.size, 4.0))
    x = (box[0] + box[2] - font.getlength(piece.ruby)) / 2
    return canvas.text(x, baseline - 0.93 * setting.size, piece.ruby, font)

"""A caption broken into lines and set as large as its box allows."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from textrm.synth.faces.glyphs import load_font
from textrm.synth.memes.manner import Manner
from textrm.synth.pieces.patch import Lettering, colored
from textrm.synth.setting.block import Setting
from textrm.synth.setting.rows import set_rows
from textrm.synth.values import Rng
from textrm.synth.words.text import Token

SMALLEST = 8.0  # px per em; smaller letters are no letters
MEASURED = 64.0  # px per em at which words are measured first
MOST_LINES = 12


def fit_caption(rng: Rng, text: str, manner: Manner, width: float, height: float, largest: float) -> Lettering | None:
    """The caption as a patch of at most ``width`` x ``height`` px, outline and shadow included.

    It is set at ``largest`` px per em, or at the largest size below at which it fits: all of it, words whole, in lines
    as equally long as can be where ``manner.balanced``. White space of any sort, line feeds too, parts words. None
    where it would need letters below 8 px, or has none.
    """
    words, spaced = words_of(text.upper() if manner.capitals else text)
    if not words:
        return None
    rise, drop = _extent(manner)
    measured = load_font(manner.choice.face, MEASURED)
    lengths = [measured.getlength(word) / MEASURED for word in words]
    space = measured.getlength(" ") / MEASURED if spaced else 0.0
    pitch = rise + manner.gap if manner.capitals else rise + drop + 0.4 * manner.gap
    around = 2 * (manner.edge + (manner.shadow[0] + 2.5 * manner.shadow[1] if manner.shadow else 0.0)) + 0.04
    around += 2 * manner.choice.bold
    most = min(len(words), MOST_LINES)
    needs = [(narrowest(lengths, space, count) + around, pitch * (count - 1) + rise + drop + around)
             for count in range(1, most + 1)]  # fmt: skip
    size = min(max(min(width / across, height / down) for across, down in needs), largest)
    for _ in range(6):
        if size < SMALLEST:
            return None
        count = next((n for n, (across, down) in enumerate(needs, 1) if across * size <= width * 1.001), most)
        drawn = _drawn(rng, words, manner, size, count, pitch, spaced, width - around * size)
        if drawn is not None and drawn.alpha.shape[1] <= width and drawn.alpha.shape[0] <= height:
            return drawn
        size *= 0.95
    return None


def words_of(text: str) -> tuple[list[str], bool]:
    """What a line may be broken between, and whether spaces part it: words, or characters of writing without spaces."""
    words = text.split()
    if len(words) == 1 and sum(unicodedata.east_asian_width(character) == "W" for character in text) > len(text) / 2:
        return list(words[0]), False
    return words, True


def narrowest(lengths: Sequence[float], space: float, count: int) -> float:
    """The smallest width at which the words, set one after another, take no more than ``count`` lines."""
    low, high = max(lengths), sum(lengths) + space * (len(lengths) - 1)
    if count == 1:
        return high
    low = max(low, (high - space * (count - 1)) / count)
    for _ in range(18):
        middle = (low + high) / 2
        if _lines(lengths, space, middle) <= count:
            high = middle
        else:
            low = middle
    return high


def _lines(lengths: Sequence[float], space: float, width: float) -> int:
    lines, used = 1, lengths[0]
    for _, length in pairwise(lengths):
        used += space + length
        if used > width:
            lines, used = lines + 1, length
    return lines


def _drawn(
    rng: Rng, words: Sequence[str], manner: Manner, size: float, count: int, pitch: float,
    spaced: bool, room: float,
) -> Lettering | None:  # fmt: skip
    """The caption at ``size`` in at most ``count`` lines of ``room`` px, None where not all of it has a place."""
    font = load_font(manner.choice.face, size)
    lengths = [font.getlength(word) for word in words]
    width = max(narrowest(lengths, font.getlength(" ") if spaced else 0.0, count) + 0.01, 0.0)
    if width > room * 1.02:
        return None
    if not manner.balanced:
        width = max(width, room)
    setting = Setting(manner.choice.face, size, leading=pitch, align=manner.align, bold=manner.choice.bold)
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in words[0]):
        setting = replace(setting, align=1 - manner.align, right_to_left=True, shaped=True)
    # characters that may not begin a line can ask for one line more
    lines = count if spaced else count + 1
    block = set_rows(rng, [Token(word) for word in words], setting, lambda line, lines: width, lines, spaced)
    block = block and block.cropped()
    if block is None or (spaced and len(block.words) < len(words)):
        return None
    return colored(block, manner.dress(size), frozenset({"meme"}))


def _extent(manner: Manner) -> tuple[float, float]:
    """How far letters rise above and drop below the baseline, in em."""
    sample = "HX" if manner.capitals else "lHpg"
    _, top, _, bottom = load_font(manner.choice.face, MEASURED).getbbox(sample, anchor="ls")
    return -top / MEASURED, max(bottom, 0) / MEASURED

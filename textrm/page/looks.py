"""Draws where a tagger looked, and what it saw there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from textrm.page.face import Font, face_for

# Of look 0, 1, …: dark enough for text on white, and neighbours far apart. After the last they begin again.
COLOURS = (
    (58, 64, 84), (222, 34, 34), (24, 98, 228), (0, 142, 66), (224, 102, 0), (146, 48, 206), (0, 140, 158),
    (222, 20, 132), (132, 84, 24), (88, 126, 0), (70, 56, 190), (186, 126, 0), (0, 124, 214), (166, 16, 66),
    (14, 104, 96), (116, 116, 116),
)  # fmt: skip
_HALO = (255, 255, 255)
_PAPER, _HEADING, _FAINT = (252, 252, 250), (40, 40, 40), (140, 140, 140)
_BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class _Scale:
    """Sizes in pixels that follow the picture's: a line, the halo on both its sides, letters, a number's square."""

    line: int
    halo: int
    letter: int
    badge: int

    @property
    def frame(self) -> int:
        return self.line + 2 * self.halo


def draw_looks(image: np.ndarray, boxes: np.ndarray, tags: Sequence[Sequence[str]]) -> np.ndarray:
    """The picture with a numbered frame for each look, and a panel that lists what the look saw in the same colour.

    The picture keeps its place at the top left and, but for the frames, its pixels. Frames lie inside their boxes; the
    one of a tiny box has no number. The panel stands to the right of the picture, below where the picture is wide.

    Args:
        image: H W 3 uint8 RGB, at least 1 x 1.
        boxes: L 4, x0, y0, x1, y1 in pixels of the picture; look 0, the whole picture, is drawn first.
        tags: for each of the L looks the texts to list, in their order.

    Returns:
        H' W' 3 uint8 RGB, a new array, larger than ``image`` by the panel.
    """
    assert len(boxes) == len(tags) > 0, f"{len(boxes)} boxes, tags of {len(tags)} looks"
    height, width = image.shape[:2]
    scale = _scale(max(height, width))
    font = face_for((text for texts in tags for text in texts), scale.letter)
    wide = width > 1.2 * height
    panel = _panel(tags, font, scale, height, width, wide)
    size = (max(width, panel.width), height + panel.height) if wide else (width + panel.width,
                                                                          max(height, panel.height))  # fmt: skip
    drawn = Image.new("RGB", size, _PAPER)
    drawn.paste(Image.fromarray(np.ascontiguousarray(image)), (0, 0))
    _draw_frames(ImageDraw.Draw(drawn), [_corners(box, height, width, scale.frame) for box in boxes], font, scale)
    drawn.paste(panel, (0, height) if wide else (width, 0))
    return np.array(drawn)


def _scale(longer: int) -> _Scale:
    line, letter = max(1, round(longer / 320)), min(max(round(longer / 52), 13), 48)
    return _Scale(line, max(1, round(line / 2)), letter, round(1.5 * letter))


def _corners(box: np.ndarray, height: int, width: int, least: int) -> tuple[int, int, int, int]:
    """Whole pixels x0, y0, x1, y1 of a box, inside the picture and as large as its frame where there is room."""
    sides = []
    for start, stop, extent in ((box[0], box[2], width), (box[1], box[3], height)):
        first = min(max(round(float(start)), 0), max(extent - least, 0))
        sides.append((first, min(max(round(float(stop)), first + least), extent)))
    (x0, x1), (y0, y1) = sides
    return x0, y0, x1, y1


def _draw_frames(draw: ImageDraw.ImageDraw, boxes: list[tuple[int, int, int, int]], font: Font, scale: _Scale) -> None:
    for look, (x0, y0, x1, y1) in enumerate(boxes):
        for inset in range(min(scale.frame, (x1 - x0 + 1) // 2, (y1 - y0 + 1) // 2)):
            coloured = scale.halo <= inset < scale.halo + scale.line
            draw.rectangle((x0 + inset, y0 + inset, x1 - 1 - inset, y1 - 1 - inset),
                           outline=_colour(look) if coloured else _HALO)  # fmt: skip
    taken: list[tuple[int, int]] = []
    for look, (x0, y0, x1, y1) in enumerate(boxes):
        if 4 * scale.badge > min(x1 - x0, y1 - y0):
            continue  # it would hide what the look saw
        # Looks that share a corner have their numbers side by side.
        free = (
            x
            for x in range(x0, x1 - scale.badge, scale.badge)
            if all(max(abs(x - left), abs(y0 - top)) >= scale.badge for left, top in taken)
        )
        taken.append((next(free, x0), y0))
        _draw_badge(draw, look, *taken[-1], font, scale)


def _draw_badge(draw: ImageDraw.ImageDraw, look: int, x: int, y: int, font: Font, scale: _Scale) -> None:
    """The number of a look, white in a square of its colour."""
    side = scale.badge
    draw.rectangle((x, y, x + side - 1, y + side - 1), fill=_colour(look), outline=_HALO, width=scale.halo)
    draw.text((x + side / 2, y + side / 2), str(look), fill=_HALO, font=font, anchor="mm")


def _colour(look: int) -> tuple[int, int, int]:
    return COLOURS[look % len(COLOURS)]


def _panel(
    tags: Sequence[Sequence[str]], font: Font, scale: _Scale, height: int, width: int, wide: bool
) -> Image.Image:
    """The list of all looks: one column beside the picture, as wide as it takes; as many as there is room for below."""
    least = 17 * scale.letter
    if wide:
        columns = min(max(width // least, 1), len(tags))
        return _listed(tags, font, scale, columns, max(width // columns, least))
    for column in (least, least * 3 // 2, least * 2):
        panel = _listed(tags, font, scale, 1, column)
        if panel.height <= height:
            break
    return panel


def _listed(tags: Sequence[Sequence[str]], font: Font, scale: _Scale, columns: int, column: int) -> Image.Image:
    """The looks row by row in ``columns`` of ``column`` pixels."""
    gap, step = scale.letter, round(1.35 * scale.letter)
    ruler = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    lists = [list(_lines(texts, column - 2 * gap, lambda text: ruler.textlength(text, font))) for texts in tags]
    heights = [scale.badge + gap // 2 + step * max(len(lines), 1) + gap for lines in lists]
    rows = [max(heights[first : first + columns]) for first in range(0, len(tags), columns)]
    panel = Image.new("RGB", (columns * column, gap + sum(rows)), _PAPER)
    draw = ImageDraw.Draw(panel)
    for look, lines in enumerate(lists):
        x, y = look % columns * column + gap, gap + sum(rows[: look // columns])
        _draw_badge(draw, look, x, y, font, scale)
        heading = f"look {look}" if look else "whole picture"
        draw.text((x + scale.badge + gap // 2, y + scale.badge / 2), heading, fill=_HEADING, font=font, anchor="lm")
        for number, line in enumerate(lines or ["no tag"]):
            corner = (x, y + scale.badge + gap // 2 + number * step)
            draw.text(corner, line, fill=_colour(look) if lines else _FAINT, font=font)
    return panel


def _lines(texts: Sequence[str], width: float, length: Callable[[str], float]) -> Iterator[str]:
    """Lines of at most ``width`` pixels; only a text that is wider itself is broken, between words if it can be."""
    line = ""
    for text in texts:
        text = " ".join(text.split())
        if line and length(line + _BETWEEN + text) <= width:
            line += _BETWEEN + text
            continue
        if line:
            yield line
        while length(text) > width and len(text) > 1:
            # At most so many letters fit, at least one is taken.
            end = max(bisect_right(range(len(text)), width, key=lambda count: length(text[:count])) - 1, 1)
            word = max(text.rfind(" ", 0, end), text.rfind("_", 0, end)) + 1
            end = word if 2 * word > end else end
            yield text[:end]
            text = text[end:]
        line = text
    if line:
        yield line

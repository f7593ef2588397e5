"""The contact sheet of an evaluation, of pages: page, disagreement with the truth in colour, cleaned page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from textrm.data.sample import Sample
from textrm.metrics import THRESHOLD

HIT, MISSED, FALSE = (25, 160, 50), (230, 25, 25), (25, 75, 255)
IGNORED = (200, 200, 200)
TITLE = 24  # pixels of the line above each strip
GAP = 8
LEAST = 480  # pixels of width, for the titles


@dataclass(frozen=True, slots=True)
class Strip:
    """One page on the sheet: its title and pictures H W 3 uint8 RGB."""

    title: str
    panels: tuple[np.ndarray, ...]


def disagreement(sample: Sample, level: np.ndarray) -> np.ndarray:
    """Found lettering green, missed lettering red, background taken for lettering blue, over the faded page."""
    grey = cv2.cvtColor(sample.image, cv2.COLOR_RGB2GRAY)
    picture = np.repeat(192 + grey[..., None] // 4, 3, axis=2)
    truth, found = sample.mask == 1, level > THRESHOLD
    for where, colour in ((truth & found, HIT), (truth & ~found, MISSED), (~truth & found, FALSE)):
        picture[where] = colour
    if sample.ignore is not None:
        picture[sample.ignore != 0] = IGNORED
    return picture


def write_sheet(path: Path, strips: Sequence[Strip], width: int = 560, height: int = 800) -> None:
    """Write the strips below each other as PNG; every panel is scaled down to fit ``width`` x ``height`` pixels."""
    rows = [[_fit(panel, width, height) for panel in strip.panels] for strip in strips]
    heights = [TITLE + row[0].shape[0] + GAP for row in rows]
    step = max(panel.shape[1] for row in rows for panel in row) + GAP
    sheet = Image.new("RGB", (max(max(map(len, rows)) * step - GAP, LEAST), sum(heights)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    top = 0
    for strip, row, used in zip(strips, rows, heights, strict=True):
        draw.text((2, top + 3), strip.title, fill="black", font=font)
        for column, panel in enumerate(row):
            sheet.paste(Image.fromarray(panel), (column * step, top + TITLE))
        top += used
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def _fit(panel: np.ndarray, width: int, height: int) -> np.ndarray:
    scale = min(1.0, width / panel.shape[1], height / panel.shape[0])
    size = (max(1, round(panel.shape[1] * scale)), max(1, round(panel.shape[0] * scale)))
    return cv2.resize(panel, size, interpolation=cv2.INTER_AREA)

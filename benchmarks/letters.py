"""Recall on a page of single letters, row upon row: ``python -m benchmarks.letters``."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageDraw

from textrm.command_line import click_command
from textrm.page.finding.find import find
from textrm.page.models.segmenter import SegmentationModel
from textrm.synth.faces.glyphs import load_font
from textrm.synth.faces.library import find_fonts

SIDE, HEIGHT, PITCH = 45, 16, 17
BAR = 0.9


@click_command()
@click.option("--model", type=click.Path(path_type=Path), help="ONNX file.  [the released weights]")
@click.option("--seed", default=1, show_default=True)
def main(model: Path | None, seed: int) -> None:
    """Print which share of 45 x 45 letters of 16 px, 17 px apart, is found, and how many words they make."""
    page, letters = draw_letters(seed)
    found = find(page, SegmentationModel(model))
    shares = [found.mask[rows, columns][page[rows, columns, 0] < 128].mean() for rows, columns in letters]
    recall = float(np.mean(np.array(shares) >= 0.5))
    print(f"{len(letters)} letters, {recall:.3f} found (bar {BAR}), in {len(found.regions)} words")


def draw_letters(seed: int) -> tuple[np.ndarray, list[tuple[slice, slice]]]:
    """A white page of black capitals, H W 3 uint8, and the box of each letter."""
    rng = np.random.default_rng(seed)
    face = find_fonts().pick(rng, "latin", {"sans": 1.0})
    font = load_font(face, HEIGHT)
    side = SIDE * PITCH + 2 * PITCH
    sheet = Image.new("L", (side, side), 255)
    draw, boxes = ImageDraw.Draw(sheet), []
    for row in range(SIDE):
        for column in range(SIDE):
            x, y = PITCH * (column + 1), PITCH * (row + 1)
            draw.text((x + PITCH // 2, y + PITCH // 2), "ABCDEFGHKMNPRSTUVWXYZ"[rng.integers(21)], 0, font, anchor="mm")
            boxes.append((slice(y, y + PITCH), slice(x, x + PITCH)))
    return np.repeat(np.asarray(sheet)[..., None], 3, 2), boxes


if __name__ == "__main__":
    main()

"""How much of thin drawing beneath words comes back: ``python -m benchmarks.lines``.

Boards, bricks, floors, a cable with a pole, curves and rain are drawn without and with words of our generator's fonts;
the words' true mask is filled as the tool fills it. A pixel of the drawing beneath a word is back where it, or one
right beside it, is within 60 levels of the truth; a gap is the longest side of connected pixels that are not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import click
import cv2
import numpy as np
from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

from textrm.command_line import click_command
from textrm.page.filling.fill import FILLS, NEEDS_MODEL
from textrm.page.filling.lettering import fill_lettering
from textrm.page.models.inpainter import InpaintingModel
from textrm.page.segment_and_fill import suitable_growth
from textrm.synth.faces.glyphs import load_font
from textrm.synth.faces.library import find_fonts

HEIGHT, WIDTH, SCALE = 280, 380, 3
BACK = 60  # levels
LETTERING = 24  # levels by which a page with words differs from the one without, at least
WORDS = ("the boat left", "nobody looks up", "who has seen it", "hold this rope", "ice is thin here")
Stroke = tuple[list[tuple[float, float]], float]  # places (x, y) and width, pixels


@click_command()
@click.option("--seeds", default=5, show_default=True, help="pages of each kind")
@click.option("--fill", type=click.Choice(FILLS), multiple=True, default=("auto",), show_default=True)
@click.option("--model", type=click.Path(), help="ONNX file of an inpainting net.  [the released weights]")
@click.option("--threads", default=2, show_default=True)
def main(seeds: int, fill: tuple[str, ...], model: str | None, threads: int) -> None:
    """Print the share of the drawing that is back and the longest gap, for each kind of drawing."""
    cv2.setNumThreads(threads)
    inpainter = InpaintingModel(model, threads) if set(fill) & set(NEEDS_MODEL) else None
    table = Table("drawing", *(f"{name}: % back, gap" for name in fill))
    found: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
    for kind in DRAWINGS:
        for seed in range(seeds):
            truth, page, drawing = draw_page(kind, seed)
            for name in fill:
                found[kind, name].append(measure(truth, page, drawing, name, inpainter))
    for kind in DRAWINGS:
        table.add_row(kind, *(_told(found[kind, name]) for name in fill))
    table.add_row("all", *(_told([one for kind in DRAWINGS for one in found[kind, name]]) for name in fill))
    Console().print(table)


def _told(found: list[tuple[int, int, int]]) -> str:
    beneath, back, gap = np.array(found).T
    return f"{100 * back.sum() / max(1, beneath.sum()):.1f}, {gap.max()}"


def measure(
    truth: np.ndarray, page: np.ndarray, drawing: np.ndarray, fill: str, model: InpaintingModel | None
) -> tuple[int, int, int]:
    """Pixels of the drawing beneath words, those of them that are back, and the longest gap in pixels.

    Args:
        truth: h w 3 uint8, without words.
        page: h w 3 uint8, with them.
        drawing: h w bool, where strokes are nearly all ink.
        fill: as of :func:`textrm.page.filling.fill.fill_holes`.
        model: as there.
    """
    mask = (np.abs(page.astype(int) - truth).max(2) > LETTERING).astype(np.uint8)
    filled, edge = page.copy(), suitable_growth(page)
    hole, _ = fill_lettering(filled, mask, edge, edge, fill, model)
    near = np.pad(filled.astype(int), ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = drawing.shape
    moved = [near[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    back = np.min([np.abs(one - truth).max(2) for one in moved], 0) <= BACK
    boxes = cv2.connectedComponentsWithStats((drawing & (hole != 0) & ~back).astype(np.uint8), connectivity=8)[2]
    gap = boxes[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(initial=0)
    beneath = drawing & (mask != 0)
    return int(beneath.sum()), int((beneath & back).sum()), int(gap)


def draw_page(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A page without words and with them, h w 3 uint8, and where its strokes are nearly all ink, h w bool."""
    rng = np.random.default_rng([seed, *kind.encode()])
    ground, ink = (205, 90) if kind == "blinds" else (255, 0)
    sheet = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), ground)
    plane = Image.new("L", sheet.size, 0)
    for places, width in DRAWINGS[kind](rng):
        points = [(x * SCALE, y * SCALE) for x, y in places]
        for image, colour in ((sheet, ink), (plane, 255)):
            ImageDraw.Draw(image).line(points, colour, round(width * SCALE), "curve")
    lettered = sheet.copy()
    fonts = find_fonts()
    for row, style in ((80, "hand"), (130, "sans"), (215, "hand")):
        font = load_font(fonts.pick(rng, "latin", {style: 1.0}), SCALE * int(rng.integers(24, 34)))
        place = SCALE * WIDTH / 2, SCALE * (row + rng.uniform(-8, 8))
        hollow = row > 200
        text = str(rng.choice(WORDS)).upper()
        ImageDraw.Draw(lettered).text(
            place, text, 255 * hollow, font, "mm", stroke_width=3 * SCALE * hollow, stroke_fill=0
        )
    small = [np.asarray(image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)) for image in (sheet, lettered, plane)]
    return small[0][..., None].repeat(3, 2), small[1][..., None].repeat(3, 2), small[2] > 200


def _boards(rng: np.random.Generator) -> list[Stroke]:
    return [([(0, y), (WIDTH, y)], 1.5) for y in np.arange(rng.uniform(5, 15), HEIGHT, rng.uniform(18, 26))]


def _blinds(rng: np.random.Generator) -> list[Stroke]:
    return [([(0, y), (WIDTH, y)], 2) for y in np.arange(rng.uniform(5, 10), HEIGHT, rng.uniform(10, 14))]


def _bricks(rng: np.random.Generator) -> list[Stroke]:
    high, wide = rng.uniform(20, 28), rng.uniform(44, 60)
    strokes: list[Stroke] = []
    for row, y in enumerate(np.arange(10, HEIGHT, high)):
        strokes.append(([(0, y), (WIDTH, y)], 1.2))
        strokes += [([(x, y), (x, y + high)], 1.2) for x in np.arange(row % 2 * wide / 2, WIDTH, wide)]
    return strokes


def _floor(rng: np.random.Generator) -> list[Stroke]:
    middle = WIDTH / 2 + rng.uniform(-25, 25)
    away: list[Stroke] = [([(middle + 7 * n, 40), (middle + 22 * n, HEIGHT)], 1) for n in range(-12, 13)]
    return away + [([(0, 40 + 3.5 * n * n), (WIDTH, 40 + 3.5 * n * n)], 1) for n in range(9)]


def _strokes(rng: np.random.Generator) -> list[Stroke]:
    cable, pole = rng.uniform(70, 100), rng.uniform(120, 260)
    return [([(0, cable), (WIDTH, cable + 55)], 2), ([(0, 170), (WIDTH, 170)], 2.5), ([(pole, 0), (pole, HEIGHT)], 3)]


def _curves(rng: np.random.Generator) -> list[Stroke]:
    x, depth = np.linspace(0, WIDTH, 60), rng.uniform(0.0008, 0.0016)
    return [(list(zip(x, y + depth * (x - WIDTH / 2) ** 2, strict=True)), 1.8) for y in range(0, HEIGHT, 30)]


def _rain(rng: np.random.Generator) -> list[Stroke]:
    slant = rng.uniform(10, 18)
    tops = [(x, rng.uniform(0, 60), rng.uniform(90, 240)) for x in range(18, WIDTH, 8)]
    return [([(x, top), (x - slant, bottom)], 1) for x, top, bottom in tops]


DRAWINGS: dict[str, Callable[[np.random.Generator], list[Stroke]]] = {
    "boards": _boards, "bricks": _bricks, "blinds": _blinds, "floor": _floor, "strokes": _strokes, "curves": _curves,
    "rain": _rain,
}  # fmt: skip


if __name__ == "__main__":
    main()

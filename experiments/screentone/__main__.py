"""Screens under letters: ``python -m experiments.screentone`` draws them, fills them and writes the table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import click
import cv2
import numpy as np

from textrm.command_line import click_command
from textrm.evaluate.sheet import Strip, write_sheet
from textrm.metrics import mean_screen_scores, screen_scores
from textrm.page.filling.fill import fill_holes
from textrm.page.segment_and_fill import released_inpainter

# By name: period in pixels, angle in degrees, ink at the left and at the right edge, lines instead of dots, 1 bit.
SCREENS = {
    "dots 3.5 px, 10 %": (3.5, 45.7, 0.1, 0.1, False, False),
    "dots 4 px, 30 %": (4.0, 44.2, 0.3, 0.3, False, False),
    "dots 5 px, 15 %, 1 bit": (5.0, 45.7, 0.15, 0.15, False, True),
    "dots 9 px, 25 %": (9.0, 30.0, 0.25, 0.25, False, False),
    "dots 5 px, graded": (5.0, 44.3, 0.08, 0.6, False, False),
    "lines 5 px": (5.0, 62.0, 0.3, 0.3, True, False),
    "lines 4.3 px, graded": (4.3, 80.0, 0.1, 0.5, True, False),
}
HEIGHT, WIDTH = 150, 220
WAYS = ("auto", "network", "telea")


@click_command()
@click.option("--out", default="experiments/screentone", show_default=True, type=click.Path(path_type=Path))
def main(out: Path) -> None:
    """Draw, fill in every way, write ``results.csv`` and ``pictures.png``."""
    strips, lines = [], []
    for name, truth, letters in cases():
        hole = cv2.dilate(letters, np.ones((5, 5), np.uint8))
        lettered = np.where(letters[..., None] != 0, np.uint8(0), truth)
        panels = [lettered]
        for way in WAYS:
            filled = lettered.copy()
            fill_holes(filled, hole.copy(), way, released_inpainter())
            panels.append(filled)
            scores = mean_screen_scores(screen_scores(filled, truth, hole))
            lines.append({"screen": name, "fill": way} | {key: f"{value:.3f}" for key, value in scores.items()})
        strips.append(Strip(f"{name}: lettered, {', '.join(WAYS)}, truth", (*panels, truth)))
    with (out / "results.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    write_sheet(out / "pictures.png", strips)


def cases() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name, screen H W 3 uint8, and letters H W uint8 in {0, 1}."""
    for name, screen in SCREENS.items():
        yield name, draw(*screen), words()
    sound = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(sound, "BA", (20, 118), cv2.FONT_HERSHEY_SIMPLEX, 4, 1, 30)
    yield "dots 5 px, 25 %, a large sound", draw(5.0, 45.7, 0.25, 0.25, False, False), sound
    crossed = np.minimum(draw(5.0, 45.0, 0.2, 0.2, False, False), draw(6.1, 13.0, 0.2, 0.2, False, False))
    yield "two screens crossed", crossed, words()
    fine = draw(5.0, 45.7, 0.25, 0.25, False, False, 5 * HEIGHT // 2, 5 * WIDTH // 2)
    small = cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    yield "dots 5 px at 0.4 of their size, aliased", small, words()


def draw(
    period: float, angle: float, left: float, right: float, lines: bool, bits: bool,
    height: int = HEIGHT, width: int = WIDTH,
) -> np.ndarray:  # fmt: skip
    """One screen, H W 3 uint8: black on white."""
    fine = 1 if bits else 4
    y, x = (np.mgrid[: height * fine, : width * fine] + 0.5) / fine
    turn, pitch = np.radians(angle), period / (2 * np.pi)
    wave = np.cos((x * np.cos(turn) + y * np.sin(turn)) / pitch)
    if not lines:
        wave = wave + np.cos((y * np.cos(turn) - x * np.sin(turn)) / pitch)
    levels = np.quantile(wave[::3, ::3], np.linspace(0, 1, 501))
    ink = left + (right - left) * x / width
    black = wave > levels[np.rint((1 - ink) * 500).astype(int)]
    picture = np.where(black, 0.0, 255.0).reshape(height, fine, width, fine).mean((1, 3))
    return picture.round().astype(np.uint8)[..., None].repeat(3, 2)


def words() -> np.ndarray:
    """Two lines of letters, HEIGHT WIDTH uint8 in {0, 1}."""
    letters = np.zeros((HEIGHT, WIDTH), np.uint8)
    for row, text in enumerate(("SOMEBODY", "MOVED IT")):
        cv2.putText(letters, text, (18, 66 + 46 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 1, 7)
    return letters


if __name__ == "__main__":
    main()

"""The picture inside a panel: a scene, people, small things, printed in one style."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textrm.synth.drawing import clutter, motion, negatives, patterns, scenes
from textrm.synth.drawing.common import texture
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.finish import Finish, painted, random_finish
from textrm.synth.drawing.common.palette import Drawing, Palette, random_palette
from textrm.synth.drawing.look_alikes import look_alikes
from textrm.synth.drawing.people import people
from textrm.synth.values import Rng

SCENES: tuple[tuple[Drawing, float], ...] = (
    (scenes.blank, 5), (scenes.graded, 3), (clutter.clutter, 3.5), (scenes.sky, 2), (scenes.night, 2),
    (scenes.foliage, 2), (scenes.bricks, 1.5), (scenes.buildings, 2), (scenes.room, 2), (scenes.water, 1),
    (scenes.mountains, 1), (scenes.floor_grid, 1),
    (motion.focus_lines, 2), (motion.speed_lines, 2), (motion.explosion, 1),
    (patterns.polka, 0.7), (patterns.plaid, 0.7), (patterns.herringbone, 0.7), (patterns.scales, 0.7),
    (patterns.lattice, 0.7), (patterns.lace, 0.5), (patterns.ticks, 1.2), (patterns.keyboard, 0.5),
)  # fmt: skip
FIGURES: tuple[tuple[Drawing, float], ...] = (
    (people.person, 4), (people.portrait, 4), (people.creature, 1.5), (people.stick_figure, 0.5),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """What the panels of one page have in common. ``pen`` is the width of a contour in pixels.

    ``look_alikes`` is the mean number of arrangements of things that are taken for lettering, in a panel.
    """

    palette: Palette
    pen: float
    finish: Finish
    photographic: float  # probability that a panel is a photo or a painting instead of a drawing
    look_alikes: float = 0.0


def random_style(rng: Rng, color: bool) -> Style:
    """A style for a page; ``color`` False keeps every pixel grey."""
    pen = float(rng.choice([0.7, 1, 1, 1, 1.5, 2, 2, 3]))
    photographic = float(rng.choice([0.04, 0.9], p=[0.85, 0.15]))
    # About half of the pages hold several such things (photographic panels few); the others what their scenes have.
    likes = float(rng.choice([0.0, 1.0, 2.0], p=[0.35, 0.3, 0.35]))
    return Style(random_palette(rng, color), pen, random_finish(rng, color), photographic, likes)


def draw_panel(rng: Rng, height: int, width: int, style: Style) -> tuple[np.ndarray, set[str]]:
    """A picture without a letter, H W 3 uint8 RGB, and the tags of what it shows."""
    paper = (255, 255, 255) if rng.random() < 0.8 else style.palette.pick(rng, 215, 255)
    canvas = Canvas(height, width, paper, style.palette.ink, style.pen)
    if rng.random() < style.photographic:
        return _photographic(rng, canvas, style)
    likes = rng.poisson(style.look_alikes)
    before = rng.random() < 0.5
    if not likes or rng.random() < 0.7:
        choose(rng, SCENES)(canvas, rng, style.palette)
    for _ in range(likes if before else 0):
        look_alikes(canvas, rng, style.palette)
    for _ in range(rng.choice(4, p=[0.55, 0.3, 0.1, 0.05] if likes else [0.25, 0.4, 0.25, 0.1])):
        choose(rng, FIGURES)(canvas, rng, style.palette)
    for _ in range(0 if before else likes):
        look_alikes(canvas, rng, style.palette)
    for _ in range(rng.poisson(1.3)):
        draw_small(canvas, rng, style.palette)
    finish = style.finish if rng.random() < 0.8 else random_finish(rng, style.palette.color)
    picture = finish(canvas, rng)
    return picture, canvas.tags


def draw_small(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """One kind of small thing that resembles letters; pseudo-writing only rarely."""
    drawing = negatives.SMALL[rng.integers(len(negatives.SMALL))]
    if drawing is negatives.runes and rng.random() < 0.7:
        drawing = negatives.stars
    drawing(canvas, rng, palette)


def choose(rng: Rng, choices: tuple[tuple[Drawing, float], ...]) -> Drawing:
    """One of the weighted choices."""
    weights = np.array([weight for _, weight in choices])
    return choices[rng.choice(len(choices), p=weights / weights.sum())][0]


def _photographic(rng: Rng, canvas: Canvas, style: Style) -> tuple[np.ndarray, set[str]]:
    """A photo, a painting, or a drawing blurred and shaded until it could be one."""
    choice = rng.random()
    gray = not style.palette.color
    if choice < 0.45:
        canvas.fill = texture.photo(rng, canvas.height, canvas.width, style.palette)
        canvas.tags.add("photo")
    elif choice < 0.75:
        canvas.fill = texture.paint(rng, canvas.height, canvas.width, style.palette)
        canvas.tags.add("painting")
    else:
        choose(rng, SCENES)(canvas, rng, style.palette)
    if choice >= 0.75 or rng.random() < 0.4:
        choose(rng, FIGURES)(canvas, rng, style.palette)
        for _ in range(rng.poisson(0.7)):
            draw_small(canvas, rng, style.palette)
        for _ in range(rng.poisson(style.look_alikes * 0.5)):
            look_alikes(canvas, rng, style.palette)
    if choice >= 0.75:
        picture = painted(canvas, rng)
    elif gray and rng.random() < 0.6:
        return style.finish(canvas, rng), canvas.tags
    else:
        picture = canvas.flatten()
    if rng.random() < 0.6:
        picture = texture.sensor_noise(rng, picture, rng.uniform(1, 9), gray)
    return picture, canvas.tags

"""Drawn things that are taken for lettering, arranged as lettering is: alone, in rows, scattered, on plates."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing import barred, facades, ground, things
from textrm.synth.drawing.common.bounds import Motif, in_box, random_hand
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import Drawing, Palette
from textrm.synth.drawing.common.screentone import ANGLES, PITCHES, dots, halftone, lines
from textrm.synth.drawing.common.strokes import blob, box, ribbon, wander
from textrm.synth.drawing.motifs import MOTIFS
from textrm.synth.drawing.people import cartoon_faces, cartoon_people
from textrm.synth.values import Box, Color, Rng


def look_alikes(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """One arrangement at random over what the canvas holds."""
    ARRANGEMENTS[rng.choice(len(ARRANGEMENTS), p=_ODDS)](canvas, rng, palette)


def alone(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """One large thing, up to the size of the panel."""
    height = rng.uniform(0.25, 1.1) * canvas.height
    motif, stretch = _pick(rng)
    width = min(height * stretch * rng.uniform(0.8, 1.25), canvas.width * 1.2)
    x, y = rng.uniform(0, 1, 2) * (canvas.width - width, canvas.height - height)
    spot = (float(x), float(y), float(x + width), float(y + height))
    _draw(canvas, rng, palette, motif, spot, lay_ground(canvas, rng, palette) if rng.random() < 0.3 else None)


def close_up(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A face that fills the panel or is cut by its frame, on plain ground."""
    base = lay_ground(canvas, rng, palette)
    size = rng.uniform(0.6, 1.5) * min(canvas.height, canvas.width * 1.2)
    width = size * rng.uniform(0.75, 1.1)
    x, y = canvas.width * rng.uniform(0.3, 0.7) - width / 2, canvas.height * rng.uniform(0.4, 0.65) - size / 2
    head = HEADS[rng.choice(len(HEADS), p=_HEAD_ODDS)]
    _draw(canvas, rng, palette, head, (x, y, x + width, y + size), base)


def wall(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A front of windows, shelves, boards, stones or keys over the whole panel and beyond its edges."""
    motif = WALLS[rng.choice(len(WALLS), p=_WALL_ODDS)]
    spill = rng.uniform(0, 0.3, 4) * min(canvas.height, canvas.width) * rng.choice([0, 1])
    spot = (-spill[0], -spill[1], canvas.width + spill[2], canvas.height + spill[3])
    _draw(canvas, rng, palette, motif, spot, lay_ground(canvas, rng, palette))


def rows(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Lines of things as high as letters, of one kind or mixed, as words stand in lines."""
    height = float(min(np.exp(rng.uniform(np.log(8), np.log(90))), canvas.height * 0.5))
    pitch = height * rng.uniform(1.1, 1.8)
    count = int(min(int(rng.integers(1, 6)), max(1, canvas.height // pitch)))
    left, right = np.sort(rng.uniform(-0.05, 1.05, 2)) * canvas.width
    top = rng.uniform(0, max(1.0, canvas.height - count * pitch))
    base = lay_ground(canvas, rng, palette) if rng.random() < 0.25 else None
    if base is None and rng.random() < 0.3:
        base = palette.pick(rng, 0, 60) if rng.random() < 0.3 else palette.pick(rng, 200, 255)
        pad = height * 0.4
        canvas.shape(box(left - pad, top - pad, right + pad, top + count * pitch), base, rng.choice([0, canvas.pen]))
    motif, stretch = _pick(rng)
    mixed, hand = rng.random() < 0.25, random_hand(canvas, rng, palette, height, base)
    budget = 60
    for line in range(count):
        x = left
        while x < right and budget:
            if mixed:
                motif, stretch = _pick(rng)
                hand = random_hand(canvas, rng, palette, height, base)
            width = height * stretch * rng.uniform(0.8, 1.2)
            y = top + line * pitch + rng.normal(0, height * 0.03)
            motif(rng, hand, in_box((x, y, x + width, y + height), hand.pen))
            x += width + height * rng.uniform(0.05, 0.5)
            budget -= 1


def scattered(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Things here and there, of one kind, turned, from small to large."""
    motif, stretch = _pick(rng)
    largest = min(canvas.height, canvas.width) * rng.uniform(0.08, 0.35) + 8
    base = lay_ground(canvas, rng, palette) if rng.random() < 0.3 else None
    hand = random_hand(canvas, rng, palette, largest, base)
    for _ in range(rng.integers(2, 15)):
        height = largest * rng.uniform(0.4, 1)
        x, y = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height)
        half = height * stretch / 2
        spot = (x - half, y - height / 2, x + half, y + height / 2)
        motif(rng, hand, in_box(spot, hand.pen, rng.normal(0, 0.4)))


def crowd(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Rows of small heads, the nearer ones before the others."""
    size = rng.uniform(10, 60)
    budget = 70
    for y in np.arange(canvas.height * rng.uniform(0.3, 0.8), canvas.height + size, size * 0.7):
        for x in np.arange(-rng.uniform(0, size), canvas.width, size * rng.uniform(0.8, 1.3)):
            if budget:
                hand = random_hand(canvas, rng, palette, size, (255, 255, 255))
                spot = (x, y + rng.normal(0, size * 0.1), x + size * 0.85, y + size)
                cartoon_faces.face(rng, hand, in_box(spot, hand.pen))
                budget -= 1
    canvas.tags.add("crowd")


def plates(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """Strokes of a broad brush, boxes and balloons that bear no text; now and then a thing stands in one."""
    for _ in range(rng.integers(1, 4)):
        height = float(rng.uniform(0.06, 0.3) * canvas.height + 8)
        width = height * rng.uniform(1, 6)
        x, y = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height)
        fill = palette.pick(rng, 0, 60) if rng.random() < 0.4 else palette.pick(rng, 190, 255)
        pen = canvas.pen * rng.choice([0, 1, 2])
        choice = rng.random()
        if choice < 0.4:
            stroke = wander(rng, (x - width / 2, y), 0.0, width, rng.uniform(0.1, 0.6))
            canvas.shape(ribbon(stroke, height, *rng.uniform(0.3, 1, 2)), fill, pen)
        elif choice < 0.7:
            canvas.shape(box(x - width / 2, y - height / 2, x + width / 2, y + height / 2), fill, pen)
        else:
            canvas.shape(blob(rng, x, y, width / 2, height / 2, 0.08, 10), fill, pen)
        if rng.random() < 0.4:
            motif, stretch = _pick(rng)
            half = height * 0.32
            spot = (x - half * stretch, y - half, x + half * stretch, y + half)
            _draw(canvas, rng, palette, motif, spot, fill)
    canvas.tags.add("plates")


def cells(canvas: Canvas, rng: Rng, palette: Palette) -> None:
    """A grid of cells with one thing in each, as in a rebus, a chart of signs or a printed cloth."""
    pitch = float(rng.uniform(24, 160))
    columns, lines = max(1, round(canvas.width / pitch)), max(1, round(canvas.height / pitch))
    columns, lines = min(columns, 9), min(lines, 9)
    wide, tall = canvas.width / columns, canvas.height / lines
    base = lay_ground(canvas, rng, palette)
    framed, chosen = rng.random() < 0.4, [_pick(rng) for _ in range(rng.integers(1, 12))]
    for row in range(lines):
        for column in range(columns):
            motif, stretch = chosen[rng.integers(len(chosen))]
            x, y = (column + 0.5) * wide, (row + 0.5) * tall
            if framed:
                frame = box(x - wide * 0.46, y - tall * 0.46, x + wide * 0.46, y + tall * 0.46)
                canvas.shape(frame, palette.pick(rng, 170, 255) if sum(base) > 330 else None, canvas.pen)
            half = min(wide / stretch, tall) * rng.uniform(0.25, 0.42)
            spot = (x - half * stretch, y - half, x + half * stretch, y + half)
            _draw(canvas, rng, palette, motif, spot, base)


HEADS: tuple[Motif, ...] = (
    cartoon_faces.face, cartoon_people.bust, cartoon_people.profile, cartoon_faces.features, cartoon_people.animal,
)  # fmt: skip
_HEAD_ODDS = (0.3, 0.25, 0.2, 0.15, 0.1)
WALLS: tuple[Motif, ...] = (
    facades.windows, facades.skyline, things.books, things.keypad, ground.boards, ground.stones, barred.stripes,
)  # fmt: skip
_WALL_ODDS = (0.45, 0.15, 0.1, 0.07, 0.08, 0.07, 0.08)

ARRANGEMENTS: tuple[Drawing, ...] = (alone, close_up, wall, rows, scattered, crowd, plates, cells)
_ODDS = (0.22, 0.14, 0.1, 0.24, 0.12, 0.06, 0.08, 0.04)


def _pick(rng: Rng) -> tuple[Motif, float]:
    weights = np.array([weight for _, weight, _ in MOTIFS])
    motif, _, stretch = MOTIFS[rng.choice(len(MOTIFS), p=weights / weights.sum())]
    return motif, stretch


def _draw(canvas: Canvas, rng: Rng, palette: Palette, motif: Motif, spot: Box, base: Color | None) -> None:
    hand = random_hand(canvas, rng, palette, min(spot[2] - spot[0], spot[3] - spot[1]), base)
    motif(rng, hand, in_box(spot, hand.pen, rng.normal(0, 0.15) if rng.random() < 0.4 else 0.0))


def lay_ground(canvas: Canvas, rng: Rng, palette: Palette) -> Color:
    """Lay plain ground over the whole canvas, at times with a screen of dots or lines on it; returns its colour."""
    choice = rng.random()
    base = (255, 255, 255) if choice < 0.45 else palette.pick(rng, 0, 50) if choice < 0.65 else palette.pick(rng)
    canvas.line[:] = 0
    canvas.fill[:] = base
    if rng.random() < 0.25:
        make = dots if rng.random() < 0.75 else lines
        threshold = make(canvas.height, canvas.width, float(rng.choice(PITCHES)), float(rng.choice(ANGLES)))
        level = np.full((canvas.height, canvas.width), rng.integers(150, 240), np.uint8)
        ink = palette.ink if sum(base) > 330 else palette.pick(rng, 170, 255)
        canvas.fill[halftone(level, threshold, 30.0) < 128] = ink
        canvas.tags.add("screentone")
    return base

"""Things in rows: small drawings, buttons, windows, bars that stand side by side as letters do, and are none."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.synth.values import Rng

SMALLEST, LARGEST = 10.0, 90.0  # px; the height of a thing
FLAT = 0.4  # share of rows whose drawings are shapes of one colour
SHAPES = 0.35  # share of rows of plain shapes instead of drawings
CURVED = 0.25  # share of rows on an arc


def lay_rows(rng: Rng, panel: np.ndarray, drawings: Sequence[np.ndarray]) -> None:
    """Lay one to four groups of small things on a panel, H W 3 uint8 RGB, in place.

    drawings: what may stand there beside plain shapes, each H W 4 uint8 RGBA; may be empty.
    """
    height, width = panel.shape[:2]
    for _ in range(int(rng.integers(1, 5))):
        size = float(np.exp(rng.uniform(np.log(SMALLEST), np.log(min(LARGEST, 0.4 * min(height, width))))))
        things = _things(rng, size, drawings)
        pitch = size * float(rng.uniform(0.7, 1.8))
        for x, y in _places(rng, panel.shape[:2], pitch):
            thing = things[rng.integers(len(things))]
            lay_thing(panel, thing, round(y - thing.shape[0] / 2), round(x - thing.shape[1] / 2))


def _places(rng: Rng, shape: tuple[int, ...], pitch: float) -> list[tuple[float, float]]:
    """Where the things of a group stand: a row, a column, several rows, or an arc; a little out of line at times."""
    height, width = shape[:2]
    along = int(rng.integers(2, 15))
    rows = 1 if rng.random() < 0.65 else int(rng.integers(2, 7))
    angle = float(rng.choice((0.0, np.pi / 2, rng.uniform(-0.5, 0.5)), p=(0.6, 0.15, 0.25)))
    bend = float(rng.uniform(-1, 1)) / max(along, 4) if rng.random() < CURVED else 0.0
    jitter = pitch * float(rng.choice((0.0, rng.uniform(0, 0.25))))
    start = rng.uniform((0, 0), (width, height))
    row_pitch = pitch * float(rng.uniform(0.9, 1.6))
    places = []
    for row in range(rows):
        at = start + row * row_pitch * np.array((-np.sin(angle), np.cos(angle)))
        turn = angle
        for _ in range(along):
            x, y = at + rng.normal(0, 1, 2) * jitter
            places.append((float(x), float(y)))
            at = at + pitch * np.array((np.cos(turn), np.sin(turn)))
            turn += bend
    return [(x, y) for x, y in places if 0 <= x < width and 0 <= y < height]


def _things(rng: Rng, size: float, drawings: Sequence[np.ndarray]) -> list[np.ndarray]:
    """One to three things of about that height, H W 4 uint8 RGBA: shapes, or drawings as they are or in one colour."""
    if not drawings or rng.random() < SHAPES:
        return [_shape(rng, size)]
    flat = rng.integers(0, 256, 3) * int(rng.random() < 0.5) if rng.random() < FLAT else None
    found = []
    for number in rng.permutation(len(drawings))[: int(rng.integers(1, 4))]:
        drawing = drawings[number]
        factor = size / max(drawing.shape[0], 0.6 * drawing.shape[1])
        sides = (max(3, round(drawing.shape[1] * factor)), max(3, round(drawing.shape[0] * factor)))
        thing = cv2.resize(drawing, sides, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
        if flat is not None:
            thing[..., :3] = flat
        found.append(thing)
    return found


def _shape(rng: Rng, size: float) -> np.ndarray:
    """A button, window, bar or leaf, filled or as a line, H W 4 uint8 RGBA, drawn four times as large."""
    fine = 4
    high = max(4, round(size))
    wide = max(3, round(size * float(rng.choice((1.0, rng.uniform(0.12, 0.35), rng.uniform(0.5, 1.6))))))
    canvas = np.zeros((high * fine, wide * fine, 4), np.uint8)
    ink, second = (tuple(int(value) for value in rng.integers(0, 256, 3) * int(rng.random() < 0.6)) for _ in range(2))
    line = max(fine, round(fine * size * float(rng.uniform(0.04, 0.2))))
    thickness = -1 if rng.random() < 0.55 else line
    middle, half = (wide * fine // 2, high * fine // 2), (wide * fine // 2 - line, high * fine // 2 - line)
    half = (max(half[0], 1), max(half[1], 1))
    if rng.random() < 0.5:
        cv2.ellipse(canvas, middle, half, 0, 0, 360, (*ink, 255), thickness, cv2.LINE_AA)
    else:
        corners = (
            tuple(m - h for m, h in zip(middle, half, strict=True)),
            tuple(m + h for m, h in zip(middle, half, strict=True)),
        )
        cv2.rectangle(canvas, *corners, (*ink, 255), thickness, cv2.LINE_AA)
    if rng.random() < 0.4:  # panes of a window, holes of a button
        if rng.random() < 0.5:
            cv2.line(
                canvas,
                (middle[0], middle[1] - half[1]),
                (middle[0], middle[1] + half[1]),
                (*second, 255),
                line // 2 + 1,
            )
            cv2.line(
                canvas,
                (middle[0] - half[0], middle[1]),
                (middle[0] + half[0], middle[1]),
                (*second, 255),
                line // 2 + 1,
            )
        else:
            for way in (-1, 1):
                place = (middle[0] + way * half[0] // 3, middle[1])
                cv2.circle(canvas, place, max(1, min(half) // 5), (*second, 255), -1, cv2.LINE_AA)
    return cv2.resize(canvas, (wide, high), interpolation=cv2.INTER_AREA)


def lay_thing(panel: np.ndarray, thing: np.ndarray, top: int, left: int) -> None:
    """Lay a thing, h w 4 uint8 RGBA, on a panel, H W 3 uint8 RGB, in place; what would stand outside is cut off."""
    rows = slice(max(top, 0), min(top + thing.shape[0], panel.shape[0]))
    columns = slice(max(left, 0), min(left + thing.shape[1], panel.shape[1]))
    part = thing[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    share = part[..., 3:].astype(np.float32) / 255
    below = panel[rows, columns]
    below[:] = np.rint(below * (1 - share) + part[..., :3] * share)

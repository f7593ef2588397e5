"""Follows a line of the drawing through the letters that touch or cross it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

_MEMORY = 0.78  # of a critically damped alpha-beta-gamma filter, which holds place, heading and curvature
_GAINS = 1 - _MEMORY**3, 1.5 * (1 - _MEMORY) ** 2 * (1 + _MEMORY), (1 - _MEMORY) ** 3
_WARM = 24  # pixels of the line outside the letters that tell its width, heading and curvature
_FEWEST = 6  # of them; a shorter piece tells no heading
_LEAVES = 4  # pixels beyond the letters after which the line has come out of them
_NEXT = 2  # pixels around a place that are looked at with it; a thin line is not quite black at every one
_SLACK = 0.4  # pixels by which an edge may lie off where the line's width puts it
_DRIFT = 0.1  # pixels that a step without an edge adds to it
_CURVATURE = 0.15  # at most, in radians a pixel
_SOFT = 0.15  # of full ink that a pixel of the line may have more than the line leaves there
HIDDEN = 10  # times the width of lines: for so many pixels one is followed where nothing of it shows
_FINE = 2  # samples a pixel across the line


@dataclass(slots=True)
class _State:
    """Where a walk is: place (x, y) in pixels, heading in radians, curvature in radians a pixel."""

    x: float
    y: float
    heading: float
    curvature: float = 0.0
    hidden: int = 0  # steps since an edge of the line showed

    def turned(self) -> _State:
        return _State(self.x, self.y, self.heading + math.pi, -self.curvature)


@dataclass(slots=True)
class _Section:
    """A cut across the line: ink's edges to the left and right of the place, in pixels, None where there is none."""

    left: float | None
    right: float | None


@dataclass(frozen=True, slots=True)
class Way:
    """A walk along a line: ``path`` is N x 5 float64, at each step the place (x, y) in pixels, the heading in radians
    and 1 where the line's left and its right edge showed; the line is ``width`` pixels wide, and ``full`` of 255 is its
    ink. ``out`` says whether it came out of the letters as the line that went in.
    """

    path: np.ndarray
    width: float
    full: int
    out: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the drawing in a window, both h w uint8.

    ``shown`` is 1 where the line and its soft edges are seen as they are; ``hidden`` is, where a letter lies over it,
    the tone that the line has there, 255 = full ink, and 0 elsewhere.
    """

    shown: np.ndarray
    hidden: np.ndarray


def follow(ink: np.ndarray, letters: np.ndarray, x: float, y: float, heading: float, reach: int) -> Way | None:
    """The way along a line into ``letters`` and through them, from a place on it outside them.

    The line's width, heading and curvature are learnt beside the letters, walking away from them; then the walk goes
    back and through them. Where both edges of the line show, or one of them, they correct it; where a letter hides
    both, it goes straight on along its curve.

    Args:
        ink: h w uint8, 255 = full ink, 0 = ground.
        letters: h w uint8, 1 = on and close around letters.
        x: a place on the line outside of ``letters``, in pixels.
        y: its row.
        heading: towards the letters, in radians, from x to y.
        reach: pixels; lines up to this width are followed, and ``HIDDEN`` times as far where both edges are hidden.

    Returns:
        The way from a little before the letters to a little after them, or to where it loses the line in them; None
        where there is no line that goes in.
    """
    start = ink[max(round(y) - _NEXT, 0) : round(y) + _NEXT + 1, max(round(x) - _NEXT, 0) : round(x) + _NEXT + 1]
    walk = _Walk(ink, reach, int(start.max()))
    away = _State(x, y, heading + math.pi)
    widths = []
    for number in range(_WARM):
        section = walk.section(away)
        if section is None or (number >= _FEWEST // 2 and _at(letters, away)):
            break
        if section.left is not None and section.right is not None:
            widths.append(section.left + section.right)
        walk.step(away, section, widths[-1] if widths else None)
    if len(widths) < _FEWEST:
        return None
    return _through(walk, away.turned(), float(np.median(widths)), letters)


def _through(walk: _Walk, state: _State, width: float, letters: np.ndarray) -> Way | None:
    path: list[tuple[float, ...]] = []
    entered, outside = False, 0
    for _ in range(2 * sum(letters.shape)):
        section = walk.section(state)
        if section is None:
            break
        seen = walk.step(state, section, width)
        path.append((state.x, state.y, state.heading, *seen))
        within = _at(letters, state)
        entered |= within
        outside = 0 if within else outside + 1
        if not entered and outside > 2 * _WARM:
            return None
        if state.hidden > HIDDEN * walk.reach:
            break
        if entered and outside >= _LEAVES and state.hidden == 0:
            return Way(np.array(path), width, walk.full, True)
    return Way(np.array(path), width, walk.full, False) if path else None


class _Walk:
    """Steps of one pixel along a line of ``ink``."""

    def __init__(self, ink: np.ndarray, reach: int, full: int) -> None:
        self.ink, self.reach, self.full, self.limit = ink, reach, full, full / 2
        self.across = np.arange(-_FINE * (reach + 1), _FINE * (reach + 1) + 1, dtype=np.float32)[None] / _FINE

    def section(self, state: _State) -> _Section | None:
        """The cut across the line at ``state``; None off the ink or at the window's edge."""
        height, width = self.ink.shape
        if not (0 < state.x < width - 1 and 0 < state.y < height - 1):
            return None
        x = state.x - self.across * math.sin(state.heading)
        y = state.y + self.across * math.cos(state.heading)
        values = cv2.remap(self.ink, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0].tolist()
        middle = len(values) // 2
        if values[middle] < self.limit:
            return None
        return _Section(_edge(values[middle::-1], self.limit), _edge(values[middle:], self.limit))

    def step(self, state: _State, section: _Section, width: float | None) -> tuple[bool, bool]:
        """Correct ``state`` by its section and go on by a pixel; whether the left and the right edge showed.

        Both edges together count where they are as far apart as the line is wide; one alone only where it is nearly
        where it was expected: it may be the edge of a letter that lies over the line.
        """
        left, right = section.left, section.right
        off, seen = 0.0, (left is not None, right is not None)
        if width is not None:
            slack = _SLACK + _DRIFT * state.hidden
            offs = [0.0 if left is None else width / 2 - left, 0.0 if right is None else right - width / 2]
            if left is not None and right is not None and abs(left + right - width) <= 2 * _SLACK:
                off = (right - left) / 2
            else:
                seen = left is not None and abs(offs[0]) <= slack, right is not None and abs(offs[1]) <= slack
                off = sum(offs[side] for side in (0, 1) if seen[side]) / max(1, sum(seen))
        elif left is not None and right is not None:
            off = (right - left) / 2
        place, heading, curvature = _GAINS
        state.x -= place * off * math.sin(state.heading)
        state.y += place * off * math.cos(state.heading)
        state.heading += heading * off
        state.curvature = min(max(state.curvature + curvature * off, -_CURVATURE), _CURVATURE)
        state.heading += state.curvature / 2
        state.x += math.cos(state.heading)
        state.y += math.sin(state.heading)
        state.heading += state.curvature / 2
        state.hidden = 0 if any(seen) else state.hidden + 1
        return seen


def _edge(values: list[float], limit: float) -> float | None:
    """How far ink reaches from the first value on, in pixels, between samples; None where it does not end."""
    for number, value in enumerate(values):
        if value < limit:
            before = values[number - 1]
            return (number - 1 + (before - limit) / (before - value)) / _FINE
    return None


def _at(mask: np.ndarray, state: _State) -> bool:
    height, width = mask.shape
    x, y = round(state.x), round(state.y)
    return 0 <= x < width and 0 <= y < height and bool(mask[y, x])


def draw(way: Way, ink: np.ndarray) -> Line:
    """The line along a way; ``ink`` is as of :func:`follow`.

    Where an edge shows, that side of the line is as it is. Elsewhere what has more ink than a line of this width leaves
    there is a letter over it.
    """
    width = way.width
    x, y, heading = way.path.T[:3, :, None]
    showed = cv2.erode(way.path[:, 3:].astype(np.uint8), np.ones((2 * _NEXT + 1, 1), np.uint8)) != 0
    size = math.ceil(width / 2) + 2
    offsets = np.mgrid[-size : size + 1, -size : size + 1].reshape(2, -1)
    rows, columns = np.rint(y).astype(int) + offsets[0], np.rint(x).astype(int) + offsets[1]
    across = (rows - y) * np.cos(heading) - (columns - x) * np.sin(heading)
    along = np.abs((columns - x) * np.cos(heading) + (rows - y) * np.sin(heading))
    near = (np.abs(across) <= width / 2 + 1) & (along <= 0.75)
    near &= (rows >= 0) & (rows < ink.shape[0]) & (columns >= 0) & (columns < ink.shape[1])
    rows, columns = rows[near], columns[near]
    tone = np.clip(width / 2 + 0.5 - np.abs(across[near]), 0, 1) * way.full
    own = np.where(across < 0, showed[:, :1], showed[:, 1:])[near] | (ink[rows, columns] <= tone + 255 * _SOFT)
    shown, hidden = np.zeros_like(ink), np.zeros_like(ink)
    np.maximum.at(hidden, (rows[~own], columns[~own]), np.rint(tone[~own]).astype(np.uint8))
    shown[rows[own], columns[own]] = 1
    hidden[shown != 0] = 0
    return Line(shown, hidden)

"""Finds what belongs to a word beside the mask of its letters: their insides, an edge, a glow or a shadow.

Each is told for the whole word, from what its letters share: what stands beside them by chance differs from letter to
letter.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.filling.pixels import places
from textrm.page.group import ellipse
from textrm.page.levels import median

REACH = 8  # times the letters' edge: so far from its letters a word's edge or glow may go
_SAMPLE = 4_000  # pixels around a word that are looked at; more cost time only
_PLAIN, _FEW = 6, 0.03  # on plain ground, where fewer pixels are off its colour by so many levels, a word has none
_SAME = 24  # levels that a colour may be off itself
_THICK = 12  # times the letters' edge: half the width of the widest inside of a letter
_OWN = 12  # levels that the insides of letters may be off their colour, and twice _SAME is off it
_CLEAN, _MOSTLY = 0.05, 0.6  # of an inside is off its colour, at most; of what letters enclose are insides, at least
_DRAWN = 0.04  # of what is around is off the colour of an inside or an edge, at least,
_SEEN = 40  # pixels that would be off it by chance, and that are seen of a glow at a distance, at least
_OTHER = 0.25  # of what is beyond an edge is off its colour, at least; times that may be
_UNDER, _ENDS, _SHARP = 0.1, 0.3, 0.85  # off within it and in its last pixels, at most, and right behind it, at least
_BETWEEN = 3  # pixels from one edge to the one around it, where both are half seen
_BEYOND = 8  # pixels behind an edge that are looked at, at least: where more and more is off, there is none
_BOX = 0.93  # of a box around letters with an edge is theirs, at most: of a tight caption nobody can tell
_FADES, _GONE = 10.0, 3.0  # levels that a glow's first pixels differ from the ground, at least, and its last, at most
_OUTER = 6  # pixels farthest from the letters that tell the ground,
_GRADED = 1.0  # and levels that it changes from one to the next, at most
_BACK, _STEP = 0.25, 0.6  # of these levels may come back farther out, and may go at once farther out than at first
_EARLY = 0.7  # of these levels at most is left a third of the way out: a plate that letters stand on ends late
_WEAK, _ALIKE = 0.3, 0.7  # of a glow's levels at a distance has at least this share of the pixels there


@dataclass(frozen=True, slots=True)
class _Around:
    """N pixels around a word: N x C ``colours``, and N ``steps``, their distance from the letters rounded up."""

    colours: np.ndarray
    steps: np.ndarray

    def off(self, colour: np.ndarray, levels: int = _SAME) -> np.ndarray:
        """Which of them are of another colour, N bool."""
        return np.abs(self.colours - colour).max(1) > levels

    def plain(self) -> bool:
        """Whether next to nothing of them is off one colour: then nothing beside the letters is theirs."""
        return not len(self.steps) or bool(np.mean(self.off(median(self.colours), _PLAIN)) < _FEW)


def find_belongings(
    crop: np.ndarray, mask: np.ndarray, own: np.ndarray, radius: int, edge: int
) -> tuple[np.ndarray, int]:
    """What belongs to a word beside the letters that the mask covers: h w uint8, and how many pixels all reaches.

    Insides: what letters enclose, of one colour, where something is drawn on the ground around and nothing in them. An
    edge: one colour on all sides of the letters up to one distance, right behind which the drawing begins, and another
    one around it. A glow or a shadow: what fades with the distance from the letters, alike on all sides.

    Args:
        crop: h w C, RGB or grey, the word with what is around it: uint8, or float32 levels in [0, 255].
        mask: h w uint8 in {0, 1}, 1 = lettering.
        own: h w uint8 in {0, 1}, the word's own part of ``mask``.
        radius: pixels by which the word is widened anyhow.
        edge: pixels that the soft edges of letters reach.
    """
    distance = cv2.distanceTransform(1 - own, cv2.DIST_L2, 5)
    free = (mask == 0) & (distance <= REACH * edge)
    around = _around(crop, free, distance)
    if around.plain():
        return np.zeros_like(own), radius
    enclosed = _enclosed(own, distance, edge)
    around = _around(crop, free & (enclosed == 0), distance)
    found, reach = _insides(crop, enclosed, around, edge), 0
    width = 0
    for number in range(2):  # an edge, and one around that
        last, first = width, width + number * _BETWEEN
        colour, wide = _edge(around, distance, first, max(radius, first))
        if not wide:
            break
        width = wide + number
        same = np.abs(crop - colour).max(2) <= _SAME
        held = (same & (mask == 0) & (distance >= first) & (distance <= width)).astype(np.uint8)
        reach, soft = width + 1, 2 * max(first - last, 1) + 1
        found |= cv2.dilate(held, np.ones((soft, soft), np.uint8)) & (distance <= reach).astype(np.uint8) & (1 - mask)
    glow = _glow(around, max(width + 1, radius) + 1)
    if glow is not None:
        found |= _lit(crop, own, distance, *glow) & (1 - mask)
        reach = glow[0] + len(glow[1]) - 1
    return found, max(radius, reach)


def _around(crop: np.ndarray, where: np.ndarray, distance: np.ndarray) -> _Around:
    """The pixels of h w bool beyond the letters' very border, where letters are half seen."""
    rows, columns = places(where & (distance > 1), _SAMPLE)
    return _Around(crop[rows, columns].astype(np.float32), np.ceil(distance[rows, columns]).astype(int))


def _enclosed(own: np.ndarray, distance: np.ndarray, edge: int) -> np.ndarray:
    """What letters enclose, each piece with a label of its own, h w int32; 0 elsewhere."""
    labels = cv2.connectedComponents(1 - cv2.dilate(own, ellipse(edge)), connectivity=4)[1]
    frame = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    outside = np.zeros(int(labels.max()) + 1, bool)
    outside[frame] = True
    outside[labels[distance > _THICK * edge]] = True
    labels[outside[labels]] = 0
    return labels


def _insides(crop: np.ndarray, enclosed: np.ndarray, around: _Around, edge: int) -> np.ndarray:
    """The insides of hollow letters, h w uint8."""
    none = np.zeros(enclosed.shape, np.uint8)
    rows, columns = places(enclosed != 0)
    if not len(rows) or not len(around.steps):
        return none
    colours = crop[rows, columns].astype(np.float32)
    colour = median(colours)
    label, off = enclosed[rows, columns], np.abs(colours - colour).max(1) > _OWN
    area = np.bincount(label)
    clean = (area > 0) & (np.bincount(label, off) <= _CLEAN * area)
    drawn = float(around.off(colour, 2 * _SAME).mean())
    if drawn < _DRAWN or drawn * area[clean].sum() < _SEEN or area[clean].sum() < _MOSTLY * len(rows):
        return none
    clean[0] = False
    return cv2.dilate(clean[enclosed].astype(np.uint8), ellipse(edge + 1))


def _edge(around: _Around, distance: np.ndarray, first: int, radius: int) -> tuple[np.ndarray, int]:
    """The colour of an edge of letters that begins ``first`` pixels from them, and where it ends; 0 of none.

    It reaches the pixel ``radius`` at least.
    """
    beside = around.colours[(around.steps >= first) & (around.steps <= radius + 1)]
    if not len(beside):
        return np.zeros(around.colours.shape[1]), 0
    colour = median(beside)
    count = np.bincount(around.steps).astype(float)
    off = np.bincount(around.steps, around.off(colour), len(count))
    count[:first], off[:first] = 0, 0
    best, width = 0.0, 0
    for last in range(radius, len(count) - _BEYOND):
        within = off[: last + 1].sum() / max(count[: last + 1].sum(), 1)
        behind = off[last + 2 : last + 4].sum() / max(count[last + 2 : last + 4].sum(), 1)
        beyond = off[last + 2 :].sum() / max(count[last + 2 :].sum(), 1)
        clear = within <= _UNDER * beyond and off[last] <= _ENDS * beyond * count[last]
        if clear and beyond >= _OTHER and behind >= _SHARP * beyond and behind - within > best:
            best, width = behind - within, last
    if width and not _told(distance <= width):
        width = 0
    return colour, width


def _told(letters: np.ndarray) -> bool:
    """Whether letters with their edge differ enough from boxes around them."""
    contours = cv2.findContours(letters.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    boxes = [cv2.minAreaRect(contour)[1] for contour in contours]
    areas = sum(cv2.contourArea(contour) for contour in contours)
    return areas <= _BOX * sum(width * height for width, height in boxes)


def _glow(around: _Around, first: int) -> tuple[int, np.ndarray, np.ndarray] | None:
    """The ground at the distances ``first`` and on, D x C, to where nothing is left of a glow, and the glow's levels.

    None without a glow.
    """
    last = int(around.steps.max(initial=0))
    if last < first + _OUTER:
        return None
    rings = [around.colours[around.steps == step] for step in range(first, last + 1)]
    if min(map(len, rings)) < _SEEN:
        return None
    far = median(np.concatenate(rings[-_OUTER:]))
    if np.abs(median(rings[0]) - far).max() < _FADES:
        return None
    profile, steps = np.stack([median(ring) for ring in rings]), np.arange(len(rings))
    # The ground may be graded around the word.
    outer = steps[-_OUTER:] - steps[-_OUTER:].mean()
    slope = np.clip(outer @ profile[-_OUTER:] / (outer @ outer), -_GRADED, _GRADED)
    ground = profile[-_OUTER:].mean(0) + slope * (steps - steps[-_OUTER:].mean())[:, None]
    glow = profile - ground
    most, left = float(np.abs(glow[0]).max()), np.abs(glow).max(1)
    gone = np.flatnonzero(left <= _GONE)
    if most < _FADES or not len(gone):
        return None
    axis = glow[0] / float(glow[0] @ glow[0]) * most
    fall = -np.diff(glow @ axis)
    comes_back = left[gone[0] :].max() > _BACK * most or (fall[: gone[0]] < -_BACK * most).any()
    late = left[max(int(gone[0]) // 3, 1)] > _EARLY * most
    if comes_back or late or (fall.argmax() > 1 and fall.max() > _STEP * most):
        return None
    for ring, below, much in zip(rings, ground, left, strict=True):
        if much >= most / 2 and np.mean((ring - below) @ axis >= _WEAK * much) < _ALIKE:
            return None
    return first, ground[: int(gone[0]) + 1], glow[: int(gone[0]) + 1]


def _lit(
    crop: np.ndarray, own: np.ndarray, distance: np.ndarray, first: int, ground: np.ndarray, glow: np.ndarray
) -> np.ndarray:
    """Where a glow is, h w uint8: nothing much stronger, but between letters, and nothing contrary."""
    step = (np.ceil(distance).astype(int) - first).clip(0, len(glow) - 1)
    height = (crop - ground[step]) @ (glow[0] / np.linalg.norm(glow[0]))
    usual = np.linalg.norm(glow, axis=1)
    between = cv2.morphologyEx(own, cv2.MORPH_CLOSE, ellipse(first + len(glow) - 1)) != 0
    weak = between | (height <= (usual + np.maximum(_SAME, usual / 2))[step])
    alike = (height >= -_SAME).astype(np.uint8)
    near = distance < first + len(glow) - 1
    where = (weak & near).astype(np.uint8) & alike
    closed: np.ndarray = cv2.morphologyEx(where, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    # Two letters light up a corner between them more than one does: what the glow encloses with them is lit, too.
    labels = cv2.connectedComponents(1 - (closed | (distance <= first).astype(np.uint8)), connectivity=4)[1]
    outside = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return (closed | (near & ~np.isin(labels, outside))) & alike

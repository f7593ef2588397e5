"""Tells the lines of the drawing around a word, outlines and borders, from its letters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.filling.lines.line_ends import Place, farther_out, find_line_ends
from textrm.page.filling.lines.meeting import meet
from textrm.page.filling.lines.tracing import Way, draw, follow
from textrm.page.filling.pixels import places
from textrm.page.group import ellipse
from textrm.page.levels import median

_RING = 3  # times the letters' edge: the ground's colour is taken from a ring this wide
_SAMPLE = 2000  # pixels from which the ground's and the ink's colours are taken
_FLAT = 0.5  # of the ring that must be ground; where less is, nothing tells a line from the rest of the art
_TOLERANCE = 24  # levels that ground may be off its colour
_INK = 102  # of 255: at least so far from the ground's colour to the letters' is ink
_PURE, _BETWEEN = 16, 0.02  # a picture with a smaller share of tones between ink and ground has none: no grey is drawn
_CONTRAST = 30  # levels between ground and ink, the mean over the channels; with less there are no lines
_BEYOND = 4  # times the letters' edge: ink that reaches farther out is no part of a letter
_ZONE = 3  # times the letters' edge: so near to letters a line is followed, past what the mask missed of them
_SPUR = 8  # times the letters' edge: so far at most reaches what the mask missed between a letter and a line
_LONG = 12  # times the letters' edge: nor is a piece of ink this long, where the mask is widened by more than that
_SOME = 3  # ends of lines of a word that may be those of letters: with more it stands on a drawing, and they cost time
_MISSED = 7  # times the letters' edge: so much of a letter the mask may have missed where there is no line beside it
_MIDST, _FEW = 0.2, 7  # of a word's pixels, every seventh of them, stand on either side of a line through it
_SEVERAL = 2  # lines through a word are no outline of its balloon


@dataclass(frozen=True, slots=True)
class Lines:
    """What stands beside and under letters; all h w uint8 in {0, 1} but ``colours``, N x C float32 levels.

    ``pixels`` are the lines, ``traced`` those of them that were followed through letters; of these a letter lies over
    ``hidden``, where the line has the N ``colours``. ``ink`` is all that has the letters' tone; ``near`` the letters
    with their soft edges, where only what was followed through is a line; ``spurs`` is ink between the letters and a
    line, which goes. Where lines come up to letters and cannot be followed through, or several go through the midst of
    the word, these are ``ending``, and none is followed.
    """

    pixels: np.ndarray
    traced: np.ndarray
    hidden: np.ndarray
    colours: np.ndarray
    ink: np.ndarray
    near: np.ndarray
    spurs: np.ndarray
    ending: np.ndarray


def find_lines(crop: np.ndarray, mask: np.ndarray, own: np.ndarray, radius: int, edge: int) -> Lines | None:
    """The lines that the hole of a word meets; None where there are none.

    On flat ground, a balloon's above all, a stroke that reaches far out of the hole is a line of the drawing. Where it
    comes up to a letter, or the mask covers a piece of it, it is followed through.

    Args:
        crop: h w C, RGB or grey, the word with what is around it: uint8, or float32 levels in [0, 255].
        mask: h w uint8 in {0, 1}, 1 = lettering.
        own: h w uint8 in {0, 1}, the word's own part of ``mask``.
        radius: pixels by which the word is widened.
        edge: pixels that the soft edges of letters reach.
    """
    met = _met(crop, mask, own, radius, edge)
    if met is None:
        return None
    (tone, ground, axis), ink, near, reach = met
    distance = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
    going_on = _going_on(ink & (1 - near), distance, radius, edge)[1]
    if not (going_on & reach).any():
        return None
    shown, over = _followed(tone, ink, near & reach, distance, radius, edge)
    hidden = ((over > 0) & (shown == 0)).astype(np.uint8)
    traced = shown | hidden
    spurs = _spurs(going_on, traced, near, distance, edge)
    standing = going_on & (1 - spurs)
    ends = standing & _grown(ink & near & reach, 1) & (1 - _grown(traced, 1))
    if ends.any() or _through(traced, own):
        none, ending = np.zeros_like(near), _touching(going_on, ends | _grown(traced, 1))
        return Lines(going_on, none, none, np.zeros((0, len(ground)), np.float32), ink, near, none, ending)
    colours = ground + over[hidden != 0, None] / np.float32(255) * axis
    return Lines(standing | traced, traced, hidden, colours, ink, near, spurs, ends)


def margin(radius: int, edge: int) -> int:
    """Pixels around a word that tell whether ink stands beside it (:func:`ink_beside`)."""
    return max(radius + edge + 2, (1 + _RING) * edge)


def ink_beside(crop: np.ndarray, mask: np.ndarray, own: np.ndarray, radius: int, edge: int) -> bool:
    """Whether the hole of a word meets ink that is no part of it; the arguments are those of :func:`find_lines`."""
    return _met(crop, mask, own, radius, edge) is not None


def _met(
    crop: np.ndarray, mask: np.ndarray, own: np.ndarray, radius: int, edge: int
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray, np.ndarray, np.ndarray] | None:
    """The tone (see :func:`_tone`), the ink, the letters with their edges and how far the hole reaches."""
    around = _grown(mask, (1 + _RING) * edge) & (1 - _grown(mask, edge))
    found = _tone(crop, mask, around != 0)
    if found is None:
        return None
    near: np.ndarray = cv2.dilate(mask, ellipse(min(edge, radius)))
    ink: np.ndarray = cv2.threshold(found[0], _INK - 1, 1, cv2.THRESH_BINARY)[1]
    # Beyond the letters' edges the hole ends a little before a line.
    reach: np.ndarray = cv2.dilate(own, ellipse(radius + 1 if radius <= edge else radius + edge + 2))
    return (found, ink, near, reach) if (ink & reach & (1 - near)).any() else None


def _tone(crop: np.ndarray, mask: np.ndarray, ring: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """How far each pixel is from the ground's colour (0) to the letters' (255); None where the ground is not flat.

    Also the ground's colour, and what the letters' differs by.
    """
    around, letters = _sample(crop, ring), _sample(crop, mask != 0)
    if not len(around):
        return None
    ground = median(around)
    if np.mean(np.abs(around - ground).max(1) <= _TOLERANCE) < _FLAT:
        return None
    off = np.abs(letters - ground).sum(1)
    axis = median(letters[off >= 0.7 * np.percentile(off, 90)]) - ground
    if np.abs(axis).mean() < _CONTRAST:
        return None
    scale = 255 * axis / np.dot(axis, axis)
    tone = cv2.transform(crop, np.append(scale, -np.dot(scale, ground))[None].astype(np.float32))
    if tone.dtype != np.uint8:
        tone = np.clip(np.rint(tone), 0, 255).astype(np.uint8)
    return tone, ground, axis


def _sample(crop: np.ndarray, where: np.ndarray) -> np.ndarray:
    """The colours of at most some thousand of the pixels in h w bool, N x 3 float32."""
    return crop[places(where, _SAMPLE)].astype(np.float32)


def _followed(
    tone: np.ndarray, ink: np.ndarray, near: np.ndarray, distance: np.ndarray, radius: int, edge: int
) -> tuple[np.ndarray, np.ndarray]:
    """The lines that go through letters: where they show, and their tone where letters lie over them."""
    zone, reach = (distance <= _ZONE * edge).astype(np.uint8), 3 * edge + 4
    lettered = _touching(ink & zone, near)
    labels, outside = _going_on(ink & (1 - lettered), distance, radius, edge)
    zone &= 1 - _grown(ink & zone & (1 - lettered), 1)
    ways: list[Way] = []
    alone: list[Place] = []  # where no line is
    for place in find_line_ends(outside & _grown(lettered, 1), labels, edge):
        found = _both_ways(tone, zone, place, reach)
        ways += found
        if not found:
            alone.append(place)
    for place in alone if len(alone) <= _SOME else []:
        # What is there belongs to a letter: the line may begin behind it.
        letters = cv2.circle(zone.copy(), (round(place[0]), round(place[1])), _MISSED * edge, 1, -1)
        for farther in farther_out(place, labels, edge):
            ways += _both_ways(tone, letters, farther, reach)
    shown, over = np.zeros_like(zone), np.zeros_like(zone)
    for way in meet(ways, tone, reach):
        line = draw(way, tone)
        shown |= line.shown
        np.maximum(over, line.hidden, out=over)
    if np.count_nonzero((tone > _PURE) & (tone < 255 - _PURE)) < _BETWEEN * np.count_nonzero(ink):
        over[:] = 255 * (over > 127)
    return shown, over


def _both_ways(tone: np.ndarray, letters: np.ndarray, place: Place, reach: int) -> list[Way]:
    """The ways of a line from a place on it: one of its two directions is that to the letters."""
    x, y, heading = place
    both = (follow(tone, letters, x, y, towards, reach) for towards in (heading, heading + math.pi))
    return [way for way in both if way is not None]


def _through(traced: np.ndarray, own: np.ndarray) -> bool:
    """Whether several lines that were followed go through the midst of a word: then they are no outline."""
    count, labels = cv2.connectedComponents(traced, connectivity=8)
    letters, through = np.argwhere(own)[::_FEW], 0
    for line in range(1, count if count > _SEVERAL else 0):
        place = np.argwhere(labels == line)
        across = np.linalg.eigh(np.cov(place.T))[1][:, 0] if len(place) > 2 else np.zeros(2)
        above = np.mean((letters - place.mean(0)) @ across > 0)
        through += bool(_MIDST <= above <= 1 - _MIDST)
    return through >= _SEVERAL


def _grown(mask: np.ndarray, radius: int) -> np.ndarray:
    """A mask widened as a square, which costs less than as a disc."""
    return cv2.dilate(mask, np.ones((2 * radius + 1, 2 * radius + 1), np.uint8))


def _going_on(ink: np.ndarray, distance: np.ndarray, radius: int, edge: int) -> tuple[np.ndarray, np.ndarray]:
    """The labels of connected ink beside letters, and what of it is no part of them, h w uint8."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    outside = _having(labels, distance > edge + _BEYOND * edge, count)
    farther = _having(labels, distance > radius + _BEYOND * edge, count)
    long = boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1) >= _LONG * edge
    going_on = outside & (farther | long)
    going_on[0] = False
    return labels, going_on.astype(np.uint8)[labels]


def _touching(ink: np.ndarray, near: np.ndarray) -> np.ndarray:
    """The connected pieces of ``ink`` with a pixel in ``near``, h w uint8."""
    count, labels = cv2.connectedComponents(ink, connectivity=8)
    touching = _having(labels, near != 0, count)
    touching[0] = False
    return touching.astype(np.uint8)[labels]


def _having(labels: np.ndarray, where: np.ndarray, count: int) -> np.ndarray:
    """Which labels a pixel of ``where`` has, ``count`` bool."""
    having = np.zeros(count, bool)
    having[labels[where]] = True
    return having


def _spurs(going_on: np.ndarray, traced: np.ndarray, near: np.ndarray, distance: np.ndarray, edge: int) -> np.ndarray:
    """Short pieces of ink between letters and a line that was followed, h w uint8."""
    rest = going_on & (1 - traced)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    short = _having(labels, _grown(near, 1) != 0, count) & ~_having(labels, distance > _SPUR * edge, count)
    # A frame that stands close around its letters reaches no farther from them either.
    short &= boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1) <= 2 * _SPUR * edge
    short &= _having(labels, _grown(traced, 1) != 0, count) | ~_having(labels, distance > edge + _BEYOND * edge, count)
    short[0] = False
    return _grown(short.astype(np.uint8)[labels], 1) & (1 - traced)

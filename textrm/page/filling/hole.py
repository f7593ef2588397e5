"""Makes the hole of the lettering: it takes along what belongs to the letters, and stops at lines of the drawing."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.filling.belongings import REACH, find_belongings
from textrm.page.filling.lines.find_lines import Lines, find_lines, ink_beside, margin
from textrm.page.filling.packed import Packed
from textrm.page.finding.mask import widen
from textrm.page.group import blocks, ellipse, surroundings
from textrm.page.levels import from_levels, to_levels

AROUND = 16  # times the letters' edge: so far around a hole lines are looked at, to tell them from letters
_SLIVER = 4  # pixels of ink
_GAP = 16  # pixels; words that are nearer share their ground and their ink
_BLOCK = 1024  # pixels; larger groups are cut, so that memory does not grow with them


@dataclass(frozen=True, slots=True)
class Hole:
    """What is to be filled, and what is not; all H W in {0, 1}.

    ``pixels``, uint8, are to be filled. ``retouched`` are pixels of lines that letters lay over, which have the line's
    colour now. ``walls`` are lines that part one ground from another; there are none around a word over lines of which
    some end in its hole: there they are what is to be continued, and these are none around the words beside it.
    """

    pixels: np.ndarray
    retouched: Packed
    walls: Packed


def make_hole(image: np.ndarray, mask: np.ndarray, radius: int, edge: int) -> Hole:
    """The mask widened by ``radius`` pixels on all sides, but for the lines of the drawing that it meets.

    Balloons' outlines, panels' borders and rules stand, and so does what lies behind them as seen from the letters
    (:func:`textrm.page.filling.lines.find_lines.find_lines` tells which they are). A letter's remains between the mask
    and a line that it touches go; where it lies over the line, the line is drawn over it. The insides of hollow
    letters, an edge of another colour and a glow go along (:mod:`textrm.page.filling.belongings`); with a ``radius`` of
    0 the mask is taken as it is.

    Args:
        image: H W 3 RGB or H W 1 grey, uint8 or uint16; written to where lines are retouched.
        mask: H W uint8 in {0, 1}, 1 = lettering.
        radius: pixels, 0 or more.
        edge: pixels that the soft edges of letters reach on a page of this size, 1 or more.
    """
    pixels, (retouched, walls, standing, ending) = np.zeros_like(mask), (Packed(mask.shape) for _ in range(4))
    for slices, own in blocks(mask, _GAP, _BLOCK):
        around = margin(max(radius, REACH * edge), edge)
        window, inner = surroundings(slices, own, around, mask.shape)
        reach, belonging = radius, np.zeros_like(inner)
        if radius:
            belonging, reach = find_belongings(_shown(image[window]), mask[window], inner, radius, edge)
        if not ink_beside(_shown(image[window]), mask[window], inner, reach, edge):
            pixels[window] |= widen(inner, radius) | belonging
            continue
        more = reach + AROUND * edge
        belonging = surroundings(window, belonging, more - around, mask.shape)[1]
        window, inner = surroundings(slices, own, more, mask.shape)
        grown = widen(inner, radius) | belonging
        lines = find_lines(_shown(image[window]), mask[window], inner, reach, edge)
        if lines is not None:
            grown = _within(grown | lines.spurs, inner, lines, edge)
            standing.add(window, lines.pixels)
            retouched.add(window, lines.hidden)
            image[window][lines.hidden != 0] = from_levels(lines.colours, image.dtype)
            ending.add(window, lines.ending)
            if not lines.ending.any():
                walls.add(window, lines.pixels)
        pixels[window] |= grown
    standing.take_from(pixels)
    walls.take(ending)
    return Hole(pixels, retouched, walls)


def _shown(crop: np.ndarray) -> np.ndarray:
    return crop if crop.dtype == np.uint8 else to_levels(crop)


def _within(grown: np.ndarray, own: np.ndarray, lines: Lines, edge: int) -> np.ndarray:
    """The parts of ``grown`` on the letters' side of the lines.

    Beyond the letters' edges it ends a little before a line, so that the ground there is known and tells the fill.
    """
    before = cv2.dilate(lines.pixels, ellipse(edge + 1)) & (1 - lines.near) & (1 - lines.spurs)
    free = grown & (1 - lines.pixels) & (1 - before)
    count, labels = cv2.connectedComponents(free, connectivity=4)
    kept = np.zeros(count, np.uint8)
    kept[labels[own != 0]] = 1
    # A sliver of the mask along a line that was followed is the line's edge: it lies by it and holds hardly any ink.
    sliver = np.zeros(count, bool)
    sliver[labels[cv2.dilate(lines.traced, ellipse(1)) != 0]] = True
    sliver[labels[(own != 0) & (cv2.dilate(lines.traced, ellipse(edge + 1)) == 0)]] = False
    inked = np.bincount(labels[(own & lines.ink) != 0], minlength=count)
    kept[sliver & (inked < _SLIVER)] = 0
    kept[0] = 0
    return kept[labels]

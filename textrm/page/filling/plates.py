"""Fills a page of ink plate by plate: one that bears no lettering in a word's place keeps all its values there."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.how_filled import HowFilled
from textrm.page.filling.lettering import fill_lettering
from textrm.page.filling.pixels import places
from textrm.page.finding.mask import widen
from textrm.page.group import groups, surroundings
from textrm.page.levels import to_levels
from textrm.page.models.inpainter import InpaintingModel

_GAP = 16  # pixels; holes that are nearer are decided together, as one word
_RING = 6  # pixels around a word that its ink is compared with
_DETAIL = 31  # pixels; what changes more slowly than over so many is the ground's
_LEAST = 4  # levels by which lettering differs from its ground in a plate, at least; JPEG's noise stays below
_EXPLAINED = 0.09  # of a plate's variance around a word, by where its strokes are; drawings stay below
_BESIDE = 0.25  # of what the best plate has explained is enough too
_EVEN = 4  # levels between the quartiles of strokes that are printed with one ink
_UNEVEN = 8  # levels between those of a ground that is not, and
_RATIO = 4  # times those of the strokes
_SAMPLE = 20_000  # pixels that a word is judged by; more cost time only


def fill_plates(
    ink: np.ndarray, lettering: np.ndarray, radius: int, edge: int, fill: str, model: InpaintingModel | None
) -> tuple[np.ndarray, HowFilled]:
    """Take lettering out of a page of ink in place, each plate as a grey picture by itself, with the lines it bears.

    A plate is filled in the place of a word only where its ink follows the word's strokes; the plate that follows them
    best always is. ``white`` takes the ink of all plates.

    Args:
        ink: H W 4 uint8 or uint16: cyan, magenta, yellow and black, the highest value = full.
        lettering: H W uint8, 1 = a stroke of lettering.
        radius: as of :func:`textrm.page.filling.lettering.fill_lettering`, as are the other arguments.
        edge: as there.
        fill: as there.
        model: as there.

    Returns:
        H W uint8 in {0, 1}: all other pixels are as they were; and by what these were filled.
    """
    hole = widen(lettering, radius)
    words = []
    for slices, own in groups(hole, _GAP):
        window, inner = surroundings(slices, own, _RING, hole.shape)
        domain = (inner != 0) | (hole[window] == 0)
        strokes = lettering[window] & inner
        bears = [True] * ink.shape[2] if fill == "white" else bears_lettering(ink[window], strokes, inner, domain)
        words.append((slices, own & lettering[slices], bears))
    filled, how = np.zeros_like(hole), HowFilled()
    for number in range(ink.shape[2]):
        own_lettering = np.zeros_like(hole)
        for slices, own, bears in words:
            if bears[number]:
                own_lettering[slices] |= own
        if own_lettering.any():
            plane = np.invert(ink[..., number, None])  # ink is dark, as on the pages that the net has learnt from
            own_filled, own_how = fill_lettering(plane, own_lettering, radius, edge, fill, model)
            np.copyto(ink[..., number], np.invert(plane[..., 0]), where=own_filled != 0)
            filled |= own_filled
            how.add(own_how)
    return filled, how


def bears_lettering(ink: np.ndarray, strokes: np.ndarray, hole: np.ndarray, domain: np.ndarray) -> list[bool]:
    """For each plate whether it bears a word.

    Its ink, without what changes slowly, is explained by two patterns, the word's strokes and the rest of its hole (a
    white edge, a glow): what share of its variance they explain and by how many levels the ink differs there. Strokes
    that are even on a ground that is not are lettering too: they hide it, though their ink may be its mean.

    Args:
        ink: h w C uint8 or uint16, the word with its surroundings.
        strokes: h w uint8, 1 = a stroke of the word.
        hole: h w uint8, 1 = the word's hole.
        domain: h w bool, the pixels to look at: the hole and what is known around it.
    """
    ink = to_levels(ink)
    weight = cv2.dilate(hole, np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)).astype(np.float32) * domain
    total = cv2.blur(weight, (_DETAIL, _DETAIL)) + 1e-6
    y, x = places(weight, _SAMPLE)

    def detail(plane: np.ndarray) -> np.ndarray:
        smooth = cv2.blur(plane.astype(np.float32) * weight, (_DETAIL, _DETAIL)) / total
        return plane[y, x] - smooth[y, x]

    patterns = np.stack([detail(strokes), detail((hole != 0) & (strokes == 0))], 1)
    core, around = cv2.erode(strokes, np.ones((3, 3), np.uint8))[y, x] != 0, hole[y, x] == 0
    shares, differing, hiding = [], [], []
    for number in range(ink.shape[2]):
        seen = detail(ink[..., number])
        amplitude = np.linalg.lstsq(patterns, seen, rcond=1e-4)[0]
        variance = float(np.mean(np.square(seen)))
        shares.append(1 - float(np.mean(np.square(seen - patterns @ amplitude))) / variance if variance > 1e-3 else 0.0)
        differing.append(bool(np.abs(amplitude).max() >= _LEAST))
        within, beside = _spread(ink[y, x, number][core]), _spread(ink[y, x, number][around])
        hiding.append(within <= _EVEN and beside >= max(_UNEVEN, _RATIO * within))
    enough = min(_EXPLAINED, _BESIDE * max(shares))
    judged = zip(shares, differing, hiding, strict=True)
    return [hides or (differs and share >= enough) for share, differs, hides in judged]


def _spread(values: np.ndarray) -> float:
    """The levels between the quartiles; endless of nothing."""
    return float(np.subtract(*np.percentile(values, (75, 25)))) if len(values) else np.inf

"""What the end-to-end way draws itself: the ground of words where it is flat, in exactly its colour."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.fill import flat_rest
from textrm.page.filling.hole import make_hole
from textrm.page.filling.holes import Holes
from textrm.page.filling.how_filled import FLAT, NETWORK, STROKES

_COVERED = 0.95  # of a place's sure lettering must lie in the words' hole; the rest may be a letter that they miss


def draw_flat_ground(
    page: np.ndarray, drawn: np.ndarray, places: np.ndarray, words: np.ndarray, sure: np.ndarray, edge: int
) -> tuple[np.ndarray, np.ndarray]:
    """Fill what words cover where the ground around it is flat, and take nothing else of such a place.

    A net redraws a little more than the letters, such as the outline of their balloon. Where the hole of the words
    (:func:`~textrm.page.filling.hole.make_hole`) is flat all over a place, the page stays as it is beside that hole.

    Args:
        page: H W 3 uint8 RGB, as it was.
        drawn: H W 3 uint8, what a model drew; written to.
        places: H W uint8 in {0, 1}, 1 = to be taken from ``drawn``; connected ones are a place.
        words: H W uint8 in {0, 1}, 1 = lettering.
        sure: H W bool, what the model calls lettering.
        edge: pixels that the soft edges of letters reach.

    Returns:
        H W uint8 in {0, 1}, 1 = to be taken from ``drawn`` now; and by what each pixel was drawn, H W uint8, as
        :mod:`textrm.page.filling.how_filled` names it: what is not flat ground or a line is the model's.
    """
    ground = page.copy()
    made = make_hole(ground, words & places, edge, edge)
    hole = made.pixels
    rest = flat_rest(ground, Holes(hole, made.walls))
    flat = (hole > rest).astype(np.uint8)
    by = np.where(flat != 0, np.uint8(FLAT), np.uint8(NETWORK))
    made.retouched.add_to(flat)
    by[(flat != 0) & (by == NETWORK)] = STROKES
    np.copyto(drawn, ground, where=flat[..., None] != 0)
    count, labels = cv2.connectedComponents(places, connectivity=8)
    filled, left, lettering, missed = (
        np.bincount(labels[which], minlength=count) for which in (flat != 0, rest != 0, sure, sure & (flat == 0))
    )
    all_flat = (filled > 0) & (left == 0) & (missed <= (1 - _COVERED) * lettering)
    return np.where(all_flat[labels], 0, places).astype(np.uint8) | flat, by

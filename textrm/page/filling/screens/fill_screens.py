"""Fills what of a page's holes lies on screens, and keeps the tone where it is not certain."""

from __future__ import annotations

import numpy as np

from textrm.page.filling.breaking_off import go_on
from textrm.page.filling.holes import BLOCK, Holes
from textrm.page.filling.packed import Packed
from textrm.page.filling.screens.continue_screen import AROUND, continue_screen
from textrm.page.filling.screens.keep_tone import TONE_AROUND, keep_tone
from textrm.page.group import parts, surroundings


def fill_screens(image: np.ndarray, holes: Holes) -> tuple[Packed, Packed]:
    """Fill in place what lies on a screen that its surroundings tell with certainty.

    Returns what that was, and what else may lie on a screen, both H W.
    """
    screened, doubtful = Packed(holes.pixels.shape), Packed(holes.pixels.shape)
    for slices, own in holes.whole():
        waiting = list(parts(slices, own, BLOCK))
        while waiting:  # a block may see from what those beside it have made what it could not see before
            left = []
            for part in waiting:
                go_on()
                window, inner, unknown = holes.seen(*part, AROUND)
                unknown &= 1 - screened[window]
                crop = np.ascontiguousarray(image[window])
                rest = None if unknown.all() else continue_screen(crop, unknown, inner)
                if rest is None or not (filled := inner & (1 - rest)).any():
                    left.append((part, window, inner, rest))
                    continue
                np.copyto(image[window], crop, where=filled[..., None] != 0)
                screened.add(window, filled)
                doubtful.add(window, inner & rest)
            waiting = [part for part, *_ in left] if len(left) < len(waiting) else []
        for _, window, inner, rest in left:
            if rest is not None:
                doubtful.add(window, inner & rest)
    return screened, doubtful


def keep_tones(image: np.ndarray, art: Holes, hole: np.ndarray, doubtful: Packed) -> None:
    """Give what was filled on unclear screens the tone around it.

    Args:
        image: the page, filled; written to.
        art: what the net and textures have filled.
        hole: H W uint8, all that was filled.
        doubtful: as :func:`fill_screens` tells.
    """
    for slices, own in art.blocks():
        own &= doubtful[slices]
        if own.any():
            window, inner = surroundings(slices, own, TONE_AROUND, hole.shape)
            crop = np.ascontiguousarray(image[window])
            keep_tone(crop, (hole[window] != 0).astype(np.uint8), inner)
            np.copyto(image[window], crop, where=inner[..., None] != 0)

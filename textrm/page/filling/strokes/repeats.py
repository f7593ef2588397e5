"""Strokes that repeat, those of bricks, tiles and lattices: what a hole hides whole is copied from beside it."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.strokes.canvas import Canvas
from textrm.page.filling.strokes.ridges import Ridges

_NEAR = 24  # pixels from a hole: so far the strokes must repeat
AROUND = 40  # pixels that are looked at, beyond those that tell where strokes meet a hole
_LEAST = 40  # levels that a stroke differs from its ground by
_MOST_OF = 0.95  # of the strokes meet others where they are shifted to, at least
_SEEN = 0.3  # of them are shifted to where the page is known, at least
_FEW = 0.03  # of all shifts may do that: more do where strokes run in one direction alone
_CROSSING = 0.3  # sine of the angle between two shifts: what runs in one direction repeats along it
_SHORTEST, _REACH = 6, 144  # pixels of a shift
_LARGEST = 1 << 19  # pixels of the surroundings; what is larger costs much and is no word
_FAINT = 0.2  # of a stroke's contrast: what has less is none
_SUITS = 0.7  # of a stroke through a hole lie on strokes of the pattern, at least
_BLOCK = np.ones((3, 3), np.uint8)


def repeated(
    grey: np.ndarray, unknown: np.ndarray, own: np.ndarray, place: tuple[int, int], contrast: float
) -> np.ndarray | None:
    """What share of each pixel of a hole dark strokes cover, if all around it repeat by the same shifts.

    A shift is one of the pattern if nearly all strokes near the hole that it moves to where the page is known meet
    strokes there, and so with the opposite one. Of these each pixel takes the one that matches best among those that
    lead from a known place.

    Args:
        grey: H W uint8, the surroundings.
        unknown: H W uint8 in {0, 1}, all holes in them.
        own: h w uint8 in {0, 1}, the hole.
        place: row and column of the surroundings where ``own`` begins.
        contrast: levels by which the strokes are darker than the ground.

    Returns:
        h w float32 in [0, 1]; None where nothing repeats, or the pattern does not tell the whole hole.
    """
    if grey.size > _LARGEST:
        return None
    dark = Ridges(grey, unknown).dark
    near = np.zeros_like(unknown)
    near[place[0] : place[0] + own.shape[0], place[1] : place[1] + own.shape[1]] = own
    near = cv2.dilate(near, np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8))
    share = np.zeros(own.shape, np.float32)
    rows, columns = np.nonzero(own)
    for down, right in _shifts(dark, 1 - unknown, near).tolist():
        y, x = rows + place[0] + down, columns + place[1] + right
        there = (y >= 0) & (x >= 0) & (y < grey.shape[0]) & (x < grey.shape[1])
        there[there] = unknown[y[there], x[there]] == 0
        share[rows[there], columns[there]] = np.minimum(dark[y[there], x[there]] / np.float32(contrast), 1)
        rows, columns = rows[~there], columns[~there]
    share[share < _FAINT] = 0
    return None if len(rows) else share


def _shifts(dark: np.ndarray, known: np.ndarray, near: np.ndarray) -> np.ndarray:
    """The shifts (down, right) of the pattern, N x 2, the best first: ``near`` a hole they must hold."""
    none = np.zeros((0, 2), int)
    size = tuple(cv2.getOptimalDFTSize(side + _REACH) for side in dark.shape)
    strokes = (dark >= _LEAST).astype(np.uint8)
    own = strokes * near
    line, wide, seen = np.fft.rfft2(np.stack([own, cv2.dilate(strokes, _BLOCK), known]), size)
    met, count = np.fft.irfft2(line.conj() * np.stack([wide, seen]), size)
    down, right = (np.fft.fftfreq(side, 1 / side).astype(int) for side in size)
    length = np.hypot(down[:, None], right)
    enough = (count >= _SEEN * own.sum()) & (length <= _REACH)
    share = np.minimum(*_both_ways(enough * met / np.maximum(count, 1)))
    good = (share >= _MOST_OF) & (length >= _SHORTEST)
    if not 0 < np.count_nonzero(good) <= _FEW * np.count_nonzero(enough):
        return none
    tone = dark / 255.0
    tones, squares = np.fft.rfft2(np.stack([tone, tone**2]), size)
    alike, most = np.fft.irfft2(np.stack([tones.conj() * tones, squares.conj() * seen]), size)
    alike /= np.maximum(sum(_both_ways(most)), 1)
    peak = alike >= cv2.dilate(np.pad(alike, 1, mode="wrap"), _BLOCK)[1:-1, 1:-1]
    y, x = np.nonzero(good & peak)
    angle = np.arctan2(down[y], right[x])
    if np.abs(np.sin(angle - angle[:1])).max(initial=0) < _CROSSING:
        return none
    order = np.argsort(-alike[y, x], kind="stable")
    return np.stack([down[y], right[x]], 1)[order]


def _both_ways(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is told of every shift, and of the opposite one."""
    return plane, np.roll(plane[::-1, ::-1], (1, 1), (0, 1))


def suits(pattern: np.ndarray, own: np.ndarray, x: np.ndarray, y: np.ndarray) -> bool:
    """Whether a stroke through T places, as far as it lies in the hole, is one of the pattern's, both h w."""
    rows, columns = (np.rint(side).astype(int).clip(0, most - 1) for side, most in zip((y, x), own.shape, strict=True))
    near = cv2.dilate(pattern, _BLOCK)[rows, columns][own[rows, columns] != 0] > 0
    return not len(near) or bool(near.mean() >= _SUITS)


def add(canvas: Canvas, pattern: np.ndarray, ink: np.ndarray) -> None:
    """Draw those of the pattern's strokes, h w, that are not drawn yet there or right beside; ``ink`` is C levels."""
    far = (pattern > 0) & (cv2.dilate(canvas.share, _BLOCK) == 0)
    # Up to those that they meet.
    new = (cv2.dilate(far.astype(np.uint8), np.ones((5, 5), np.uint8)) != 0) & (pattern > canvas.share)
    canvas.share[new], canvas.ink[new] = pattern[new], ink

"""Marks that stand alone in a balloon go where the page has other balloons like it: a heart, a note, a last dash."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.finding.completing.balloons import Pixels, in_balloons
from textrm.page.finding.ground import ClosedGround, Grounds, closed_grounds

_FEWEST = 2  # balloons whose words go
_LARGER, _SMALLER = 4.0, 0.4  # times the largest and the smallest of them: others are no balloons
_TINT = 12  # levels in each channel by which the colours of balloons may differ
_PLAIN, _CONVEX = 0.95, 0.6  # of a ground's pixels that have its colour; of -1 to 1
_INK = 0.16  # of a balloon at most: a pupil fills more of an eye
_BOX = 0.18  # of the balloon's box at most, that the marks' box takes: a face fills more
_SOLID, _ROUND = 0.5, 2.0  # of its box that a pupil fills, and how many times its longer side is the shorter at most
_MOST = 0.9  # of the ink that is one thing
_APART = 0.15  # of the smaller one's width at least between two alike: eyes stand closer
_ALIKE = 1.5  # times the width and the height, at most
_ASIDE = 0.2  # of the balloon's sides, by which the marks may stand beside its middle
_DIFFERS = 40  # levels; what differs less from the ground in every channel is ground


def lone_marks(image: np.ndarray, mask: np.ndarray, grounds: Grounds, kept: np.ndarray) -> Pixels:
    """The pixels of marks that stand alone in the middle of a balloon, with the number of the balloon, from 0.

    A mark says too little by itself to be told from an eye or a button. What stands around it says more where the page
    has balloons whose words go: a closed, convex ground of their colour and about their size, in the middle of which is
    little ink and nothing else.

    Args:
        image: H W 3 uint8 RGB, the page.
        mask: H W uint8 in {0, 1}, what goes already.
        grounds: what its words stand on.
        kept: N bool, which words go.
    """
    none = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    lettered = np.unique(grounds.of_word[kept & in_balloons(grounds)]).tolist()
    if len(lettered) < _FEWEST:
        return none
    known = [grounds.closed[region] for region in lettered]
    sizes = [ground.whole for ground in known]
    like = closed_grounds(image, grounds.step, min(sizes) * _SMALLER, max(sizes) * _LARGER, 1 - _INK)
    colors = [ground.color for ground in known]
    balloons = [ground for ground in like
                if _is_balloon(ground) and (np.abs(ground.color - colors) <= _TINT).all(1).any()]  # fmt: skip
    found = [none]
    for ground in balloons:
        if not any(_is_pair(ground, other) for other in balloons if other is not ground):
            ys, xs = _ink(image, ground, grounds.step)
            new = mask[ys, xs] == 0
            if new.any() and not _is_pupil(ys, xs):
                found.append((ys[new], xs[new], np.full(np.count_nonzero(new), len(found) - 1)))
    ys, xs, balloon = (np.concatenate(part) for part in zip(*found, strict=True))
    return ys, xs, balloon


def _is_balloon(ground: ClosedGround) -> bool:
    """Whether what stands in it is small, and in its middle."""
    if ground.plain < _PLAIN or ground.convex < _CONVEX or not ground.holes.any():
        return False
    left, top, wide, high = cv2.boundingRect(ground.holes)
    height, width = ground.holes.shape
    aside = abs(left + wide / 2 - width / 2) / width, abs(top + high / 2 - height / 2) / height
    return wide * high <= _BOX * width * height and max(aside) <= _ASIDE


def _is_pupil(ys: np.ndarray, xs: np.ndarray) -> bool:
    """Whether the ink is one round, solid thing."""
    high, wide = int(np.ptp(ys)) + 1, int(np.ptp(xs)) + 1
    ink = np.zeros((high, wide), np.uint8)
    ink[ys - ys.min(), xs - xs.min()] = 1
    largest = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:, cv2.CC_STAT_AREA].max()
    return bool(largest >= _MOST * len(ys) and largest >= _SOLID * wide * high
                and max(wide, high) <= _ROUND * min(wide, high))  # fmt: skip


def _is_pair(one: ClosedGround, other: ClosedGround) -> bool:
    """Whether two stand as close as eyes do, and are as much alike."""
    sides = [(part[0].stop - part[0].start, part[1].stop - part[1].start) for part in (one.slices, other.slices)]
    alike = all(max(pair) <= _ALIKE * min(pair) for pair in zip(*sides, strict=True))
    gap = max(max(a.start, b.start) - min(a.stop, b.stop) for a, b in zip(one.slices, other.slices, strict=True))
    return alike and gap < _APART * min(wide for _, wide in sides)


def _ink(image: np.ndarray, ground: ClosedGround, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Y and x of what differs from a ground in its holes."""
    scale = 1 << step
    top, left = (part.start * scale for part in ground.slices)
    holes = ground.holes.repeat(scale, 0).repeat(scale, 1)
    pixels = image[top : top + holes.shape[0], left : left + holes.shape[1]]
    low, high = np.maximum(ground.color - _DIFFERS, 0), np.minimum(ground.color + _DIFFERS, 255)
    differs = cv2.inRange(pixels, low, high) == 0
    ys, xs = np.nonzero(differs & (holes[: pixels.shape[0], : pixels.shape[1]] != 0))
    return ys + top, xs + left

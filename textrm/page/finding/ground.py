"""What words stand on: a word in an even ground that a line closes around it, as a balloon does, is more often one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.group import Slices

FEATURES = 6
_EVEN = 28  # levels; by how much an even ground may change within 3 x 3 pixels: compression changes it a little
_AROUND = 3, 6  # pixels; how far from a stroke its ground is looked at
_EDGE = 2  # pixels around a stroke that are its soft edge
_LARGEST = 0.35  # of the page: a closed ground that is larger is no balloon
_SAMPLE = 512  # pixels are enough to tell the colour of a ground
_TINT = 12  # levels in each channel, within which a pixel has the colour of its ground
_SURE = 0.01  # a mean probability counts as at least this far from 0 and from 1
_DIRECTIONS = np.array([(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)])


@dataclass(frozen=True, slots=True)
class ClosedGround:
    """One even ground that a line closes, as it is seen in the page halved so often.

    ``slices`` are where it lies there; ``color`` (3 float64) its usual RGB, which the share ``plain`` of it has;
    ``holes`` (h w uint8 in {0, 1}) what interrupts it; ``whole`` its pixels with these; ``convex`` how convex it is,
    -1 to 1 from 0.7 on; ``lettered`` how much of the holes is strokes, in [0, 1].
    """

    slices: Slices
    color: np.ndarray
    plain: float
    holes: np.ndarray
    whole: int
    convex: float
    lettered: float


@dataclass(frozen=True, slots=True)
class Grounds:
    """What N words stand on: ``of_word`` (N) the number of the ground that has most of a word's surroundings, 0 for
    none, ``share`` (N) how much of them it has; ``closed`` those grounds that are closed, by number; ``step`` how often
    the page was halved.
    """

    of_word: np.ndarray
    share: np.ndarray
    closed: dict[int, ClosedGround]
    step: int


def find_grounds(image: np.ndarray, strokes: tuple[np.ndarray, np.ndarray], word: np.ndarray, step: int) -> Grounds:
    """The grounds of the words of a page.

    Args:
        image: H W 3 uint8 RGB.
        strokes: y and x of the pixels of all strokes.
        word: the word of each of these, 0 to N - 1.
        step: the grounds are looked for in the page halved this often.
    """
    small, labels, boxes = _even(image, step)
    height, width = small.shape[:2]
    ys, xs = (np.minimum(side >> step, most - 1) for side, most in zip(strokes, (height, width), strict=True))
    covered = np.zeros((height, width), np.uint8)
    covered[ys, xs] = 1
    inked = cv2.dilate(covered, np.ones((2 * _EDGE + 1, 2 * _EDGE + 1), np.uint8))
    of_word, share = _of_words(labels, inked, ys, xs, word)
    closed = {}
    for region in np.unique(of_word[of_word > 0]).tolist():
        if _ends_inside(boxes[region], height, width):
            closed[region] = _closed(small, labels, region, boxes[region], inked)
    return Grounds(of_word, share, closed, step)


def closed_grounds(image: np.ndarray, step: int, least: float, most: float, bare: float) -> Iterator[ClosedGround]:
    """The closed grounds of a page of ``least`` to ``most`` pixels, in the page halved ``step`` times.

    Of each the share ``bare``, in [0, 1], or more is its own pixels, and no holes.
    """
    small, labels, boxes = _even(image, step)
    no_ink = np.zeros(small.shape[:2], np.uint8)
    sizes = boxes[:, cv2.CC_STAT_WIDTH].astype(np.int64) * boxes[:, cv2.CC_STAT_HEIGHT]
    areas = boxes[:, cv2.CC_STAT_AREA]
    fits = (sizes >= least) & (areas >= bare * least) & (areas <= most)
    for region in np.flatnonzero(fits).tolist():
        if region and _ends_inside(boxes[region], *small.shape[:2]):
            ground = _closed(small, labels, region, boxes[region], no_ink)
            if least <= ground.whole <= most and areas[region] >= bare * ground.whole:
                yield ground


def _even(image: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The page halved ``step`` times, the even region of each pixel, 0 for none, and the boxes of these."""
    small = cv2.resize(image, None, fx=0.5**step, fy=0.5**step, interpolation=cv2.INTER_AREA) if step else image
    near = np.ones((3, 3), np.uint8)
    red, green, blue = cv2.split(cv2.subtract(cv2.dilate(small, near), cv2.erode(small, near)))
    even = cv2.threshold(cv2.max(cv2.max(red, green), blue), _EVEN, 1, cv2.THRESH_BINARY_INV)[1]
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(even, connectivity=4, ltype=cv2.CV_32S)
    return small, labels, boxes


def _ends_inside(box: np.ndarray, height: int, width: int) -> bool:
    """Whether a region does not reach the page's border, and is no larger than a balloon."""
    left, top, wide, high = box[:4].tolist()
    at_border = min(left, top) == 0 or left + wide == width or top + high == height
    return not at_border and wide * high <= _LARGEST * height * width


def ground_features(grounds: Grounds, word: np.ndarray, prob: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """How much each word stands on one even ground, and how that ground is closed.

    Args:
        grounds: those of the words.
        word: the word of each pixel of a stroke, 0 to N - 1.
        prob: the probability that the finest look gave to each of them, uint8.
        areas: N, the pixels of each word.

    Returns:
        N x ``FEATURES`` float64: the share of a word's surroundings that is one even ground, in [0, 1]; and where that
        ground is closed, this share times 1, how convex the ground is, how much of its holes is strokes, the logarithm
        of its area beside the word's (0 to 2), and the logit of the mean probability of all strokes on it. Only the
        first is not 0 on an open ground.
    """
    of_pixel = grounds.of_word[word]
    sums, sizes = np.bincount(of_pixel, prob), np.bincount(of_pixel)
    rows = np.zeros((len(areas), FEATURES))
    rows[:, 0] = grounds.share
    for region, ground in grounds.closed.items():
        mean = min(max(sums[region] / sizes[region] / 255, _SURE), 1 - _SURE)
        members = grounds.of_word == region
        rows[members, 1:4] = 1, ground.convex, ground.lettered
        rows[members, 4] = np.log2(np.clip(ground.whole / np.maximum(areas[members] / 4**grounds.step, 1), 1, 256)) / 4
        rows[members, 5] = np.log(mean / (1 - mean))
        rows[members, 1:] *= grounds.share[members, None]
    return rows


def _closed(small: np.ndarray, labels: np.ndarray, region: int, box: np.ndarray, inked: np.ndarray) -> ClosedGround:
    """A region with what it encloses; ``inked`` (uint8 in {0, 1}, of the size of ``small``) is what strokes cover."""
    left, top, wide, high = box[:4].tolist()
    slices = slice(top, top + high), slice(left, left + wide)
    inside = labels[slices] == region
    paper = small[slices][inside]
    paper, own = paper[:: len(paper) // _SAMPLE + 1], inside.astype(np.uint8)
    own = cv2.copyMakeBorder(own, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    outlines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(outlines, key=cv2.contourArea)
    filled = cv2.fillPoly(np.zeros_like(own), [outline], 1)[1:-1, 1:-1]
    solid = min(cv2.countNonZero(filled) / max(cv2.contourArea(cv2.convexHull(outline)), 1), 1)
    holes = filled - own[1:-1, 1:-1]
    lettered = cv2.countNonZero(holes & inked[slices]) / max(cv2.countNonZero(holes), 1)
    convex = float(np.clip((solid - 0.85) / 0.15, -1, 1))
    color = np.median(paper, 0)
    plain = float((np.abs(paper - color) <= _TINT).all(1).mean())
    return ClosedGround(slices, color, plain, holes, cv2.countNonZero(filled), convex, lettered)


def _of_words(labels: np.ndarray, inked: np.ndarray, ys: np.ndarray, xs: np.ndarray,
              word: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The region that most of each word's surroundings belong to, 0 for none, and which share of them does."""
    height, width = labels.shape
    count = int(word.max()) + 1
    pixels, first = np.unique(ys.astype(np.int64) * width + xs, return_index=True)
    owners = word[first]
    pairs, seen = [], np.zeros(count)
    regions = int(labels.max()) + 1
    for distance in _AROUND:
        for down, right in _DIRECTIONS * distance:
            y, x = pixels // width + down, pixels % width + right
            inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            y, x, owner = y[inside], x[inside], owners[inside]
            bare = inked[y, x] == 0
            found, owner = labels[y[bare], x[bare]], owner[bare]
            seen += np.bincount(owner, minlength=count)
            pairs.append(owner.astype(np.int64)[found > 0] * regions + found[found > 0])
    keys, times = np.unique(np.concatenate(pairs), return_counts=True)
    order = np.argsort(times, kind="stable")  # the largest comes last, and stays
    ground, share = np.zeros(count, np.int64), np.zeros(count)
    ground[keys[order] // regions] = keys[order] % regions
    share[keys[order] // regions] = times[order]
    return ground, share / np.maximum(seen, 1)

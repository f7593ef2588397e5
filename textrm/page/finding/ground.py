"""What words stand on: a word in an even ground that a line closes around it, as a balloon does, is more often one."""

from __future__ import annotations

import cv2
import numpy as np

FEATURES = 6
_EVEN = (
    28  # levels; by how much an even ground may change within 3 x 3 pixels: print and compression change it a little
)
_AROUND = 3, 5, 8  # pixels; how far from a stroke its ground is looked at
_EDGE = 2  # pixels around a stroke that are its soft edge
_LARGEST = 0.35  # of the page: a closed ground that is larger is no balloon
_SURE = 0.01  # a mean probability counts as at least this far from 0 and from 1
_DIRECTIONS = np.array([(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)])


def ground_features(image: np.ndarray, strokes: tuple[np.ndarray, np.ndarray], word: np.ndarray, prob: np.ndarray,
                    areas: np.ndarray, step: int) -> np.ndarray:  # fmt: skip
    """How much each word stands on one even ground, and how that ground is closed.

    Args:
        image: H W 3 uint8 RGB.
        strokes: y and x of the pixels of all strokes.
        word: the word of each of these, 0 to N - 1.
        prob: the probability that the finest look gave to each of them, uint8.
        areas: N, the pixels of each word.
        step: the grounds are looked at in the page halved this often.

    Returns:
        N x ``FEATURES`` float64: the share of a word's surroundings that is one even ground, in [0, 1]; and where that
        ground is closed, this share times 1, how convex the ground is (-1 to 1 from 0.7 on), how much of what
        interrupts it is strokes (in [0, 1]), the logarithm of its area beside the word's (0 to 2), and the logit of
        the mean probability of all strokes on it. Only the first is not 0 on an open ground.
    """
    small = cv2.resize(image, None, fx=0.5**step, fy=0.5**step, interpolation=cv2.INTER_AREA) if step else image
    height, width = small.shape[:2]
    ys, xs = (np.minimum(side >> step, most - 1) for side, most in zip(strokes, (height, width), strict=True))
    box = np.ones((3, 3), np.uint8)
    change = cv2.subtract(cv2.dilate(small, box), cv2.erode(small, box)).max(2)
    even = cv2.threshold(change, _EVEN, 1, cv2.THRESH_BINARY_INV)[1]
    regions, labels, boxes, _ = cv2.connectedComponentsWithStats(even, connectivity=4, ltype=cv2.CV_32S)
    inked = np.zeros((height, width), np.uint8)
    inked[ys, xs] = 1
    inked = cv2.dilate(inked, np.ones((2 * _EDGE + 1, 2 * _EDGE + 1), np.uint8))
    ground, share = _grounds(labels, inked, ys, xs, word, len(areas))
    sums, sizes = np.bincount(ground[word], prob, minlength=regions), np.bincount(ground[word], minlength=regions)
    rows = np.zeros((len(areas), FEATURES))
    rows[:, 0] = share
    for region in np.unique(ground[ground > 0]).tolist():
        left, top, wide, high = boxes[region, :4].tolist()
        if min(left, top) == 0 or left + wide == width or top + high == height:
            continue
        if wide * high > _LARGEST * height * width:
            continue
        crop = np.s_[top : top + high, left : left + wide]
        whole, convex, lettered = _shape((labels[crop] == region).astype(np.uint8), inked[crop])
        mean = min(max(sums[region] / sizes[region] / 255, _SURE), 1 - _SURE)
        members = ground == region
        room = np.log2(np.clip(whole / np.maximum(areas[members] / 4**step, 1), 1, 256)) / 4
        rows[members, 1:4] = 1, convex, lettered
        rows[members, 4] = room
        rows[members, 5] = np.log(mean / (1 - mean))
        rows[members, 1:] *= share[members, None]
    return rows


def _shape(own: np.ndarray, inked: np.ndarray) -> tuple[int, float, float]:
    """Of a region: its pixels with those that it encloses, how convex it is, and how much of the latter is strokes."""
    own = cv2.copyMakeBorder(own, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    outlines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(outlines, key=cv2.contourArea)
    filled = cv2.fillPoly(np.zeros_like(own), [outline], 1)[1:-1, 1:-1]
    whole = cv2.countNonZero(filled)
    solid = min(whole / max(cv2.contourArea(cv2.convexHull(outline)), 1), 1)
    holes = filled - own[1:-1, 1:-1]
    lettered = cv2.countNonZero(holes & inked) / max(cv2.countNonZero(holes), 1)
    return whole, float(np.clip((solid - 0.85) / 0.15, -1, 1)), lettered


def _grounds(labels: np.ndarray, inked: np.ndarray, ys: np.ndarray, xs: np.ndarray, word: np.ndarray,
             count: int) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The region that most of each word's surroundings belong to, 0 for none, and which share of them does."""
    height, width = labels.shape
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

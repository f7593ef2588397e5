"""Continues straight edges of plain ground through a hole: a panel's border goes on beneath a sound effect."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.filling.pixels import places
from textrm.page.levels import to_levels

FARTHEST = 96  # pixels around a hole in which its edges are looked for
_RING = 12  # pixels around a hole that tell the ground's colour
_SAMPLE = 4000  # pixels of the ring that are looked at; more cost time only
_SHARE = 0.04  # of them have exactly the ground's colour, at least,
_PLAIN = 0.7  # and of those that are near to it so many within a level: paper, and no painted surface
_NEAR, _FAR = 12, 24  # levels by which a pixel of the ground differs from its colour at most, and the drawing at least
_SOFT = 2  # rows between the drawing and the ground: an edge is seldom sharp
_SEEN = 12  # pixels of an edge that are seen in a row, at least,
_SIDE = 6  # and so many within ``_REACH`` of the hole on one side,
_REACH = 200  # pixels
_DEEP, _SOLID = 8, 0.8  # so many rows above an edge are drawing to that share: between dots there is plain ground too
_AGAINST = 0.2  # of these there may be so many places where the drawing goes on beyond the edge
_GAP = 12  # pixels between two pieces of a hole in one row that an edge jumps over
_TOUCHED = 0.1  # of what a part of the ground touches may be drawing
_OPEN = 16  # pixels around a place where ground and drawing meet in the hole without an edge, in which ground is seen
_UNSEEN = 40  # pixels beyond an edge that the drawing's side is not to learn from; letters reach no farther mostly


@dataclass(frozen=True, slots=True)
class PlainGround:
    """What of a hole is plain ground: ``inside`` h w bool, of the ``colour`` C; ``beside`` h w bool is the known
    ground next to it, which tells nothing of the drawing on the other side of the edge.
    """

    inside: np.ndarray
    beside: np.ndarray
    colour: np.ndarray


def beyond_edges(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> PlainGround | None:
    """What of a hole lies on plain ground beyond straight edges, level or upright; None where nothing does.

    An edge is a row, or a column, in which the drawing ends on one side of the hole at least and the ground begins. It
    goes on through the hole. What it parts from the drawing, and touches nothing but ground, is ground.

    Args:
        crop: h w C uint8 or uint16.
        unknown: h w uint8, 1 = not to be learnt from.
        inner: h w uint8, 1 = hole; within ``unknown``.
    """
    colour = _ground(crop, unknown, inner)
    if colour is None:
        return None
    known, hole = unknown == 0, inner != 0
    plain, drawing = _within(crop, colour, _NEAR) & known, ~_within(crop, colour, _FAR) & known
    edges = np.zeros(hole.shape, bool)
    for quarters in range(4):
        turned = (np.rot90(part, quarters) for part in (plain, drawing, hole))
        edges |= np.rot90(_edges(*turned), -quarters)
    inside, mixed = _parted(edges, plain, drawing, hole)
    if not inside.any():
        return None
    _, labels = cv2.connectedComponents((plain | inside).astype(np.uint8))
    open_to = _near(mixed & _near(plain, 2) & ~_near(edges, 4), _OPEN)
    beside = np.isin(labels, np.unique(labels[inside])) & _near(inside, _UNSEEN) & plain & ~open_to
    return PlainGround(inside, beside, colour)


def _ground(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray | None:
    """The colour that most pixels around the hole have exactly, if few are nearly of it; None if there is none."""
    ring = cv2.dilate(inner, np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)) & (1 - unknown)
    around = crop[places(ring, _SAMPLE)]
    if not len(around):
        return None
    packed = around.astype(np.uint64) @ (np.uint64(1 << 16) ** np.arange(crop.shape[2], dtype=np.uint64))
    _, first, count = np.unique(packed, return_index=True, return_counts=True)
    colour = around[first[count.argmax()]]
    off = np.abs(to_levels(around) - to_levels(colour)).max(1)
    plain = count.max() >= _SHARE * len(around) and np.mean(off[off <= _NEAR] <= 1) >= _PLAIN
    return colour if plain and (off > _FAR).any() else None


def _within(crop: np.ndarray, colour: np.ndarray, levels: int) -> np.ndarray:
    """Which pixels of h w C are within so many levels of a colour in each channel, h w bool."""
    reach = levels * (np.iinfo(crop.dtype).max // 255)
    low, high = (np.clip(colour.astype(np.int64) + by, 0, np.iinfo(crop.dtype).max) for by in (-reach, reach))
    return cv2.inRange(crop, low.astype(np.float64), high.astype(np.float64)) != 0


def _edges(plain: np.ndarray, drawing: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The pixels of the hole with which plain ground begins below a level edge; all h w bool."""
    height, width = hole.shape
    found = np.zeros_like(hole)
    if height < 2 * _SOFT + 1:
        return found
    begins = np.zeros_like(hole)
    begins[_SOFT:-1] = drawing[: -_SOFT - 1] & plain[_SOFT + 1 :]
    seen = begins.sum(1)
    # Of neighbouring rows that say nearly the same, the middle one.
    rank = np.convolve(seen, np.ones(3), "same") + seen / (width + 1)
    taken = np.zeros(height, bool)
    for row in np.argsort(-rank, kind="stable").tolist():
        if seen[row] < _SEEN:
            break
        if not taken[row] and hole[row].any():
            taken[max(row - 3, 0) : row + 4] = True
            above, columns = slice(max(row - _DEEP, 0), row - _SOFT + 1), begins[row]
            solid = np.count_nonzero(drawing[above, columns])
            if solid < _SOLID * (solid + np.count_nonzero(plain[above, columns])):
                continue
            beyond = drawing[min(row + _SOFT + 1, height - 1)]
            for start, stop in _goes_on(begins[max(row - 1, 0) : row + 2].max(0), beyond, hole[row]):
                found[row, start:stop] = True
    return found


def _goes_on(begins: np.ndarray, against: np.ndarray, hole: np.ndarray) -> list[tuple[int, int]]:
    """The pieces of a row of the hole through which an edge goes on: it is seen on one side, or in the next piece."""
    stops = np.flatnonzero(np.diff(np.pad(hole.astype(np.int8), 1))).reshape(-1, 2)
    ahead = np.pad(np.cumsum(np.stack([begins, against]), 1), ((0, 0), (1, 0)))
    starts, ends = stops.T
    before = ahead[:, starts] - ahead[:, np.maximum(starts - _REACH, 0)]
    after = ahead[:, np.minimum(ends + _REACH, len(hole))] - ahead[:, ends]
    held = np.zeros(len(stops), bool)
    for side in (before, after):
        held |= (side[0] >= _SIDE) & (side[1] <= _AGAINST * side[0])
    for order in (range(1, len(stops)), range(len(stops) - 2, -1, -1)):
        for piece in order:
            other = piece - 1 if order.step > 0 else piece + 1
            first, second = min(piece, other), max(piece, other)
            held[piece] |= held[other] and starts[second] - ends[first] <= _GAP
    return [(int(start), int(stop)) for start, stop in stops[held]]


def _parted(
    edges: np.ndarray, plain: np.ndarray, drawing: np.ndarray, hole: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What of the hole is ground, with the ``edges`` that part it from the drawing, and what touches both of them
    without an edge between; all h w bool.
    """
    if not edges.any():
        return edges, edges
    count, labels = cv2.connectedComponents((hole & ~edges).astype(np.uint8), connectivity=4)
    plains, drawings = np.zeros(count), np.zeros(count)
    for down, right in ((2, 0), (-2, 0), (0, 2), (0, -2)):
        for total, mask in ((plains, plain), (drawings, drawing)):
            total += np.bincount(labels[_moved(mask, down, right)], minlength=count)
    touched = plains + drawings
    ground, mixed = (plains > 0) & (drawings <= _TOUCHED * touched), (plains > _TOUCHED * touched) & (drawings > 0)
    ground[0] = mixed[0] = False
    inside = ground[labels]
    return inside | (edges & _near(inside, 1)), (mixed & ~ground)[labels]


def _near(mask: np.ndarray, reach: int) -> np.ndarray:
    """What is within a square of ``reach`` pixels around a mask; both h w bool."""
    return cv2.dilate(mask.view(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) != 0


def _moved(mask: np.ndarray, down: int, right: int) -> np.ndarray:
    """``mask`` h w bool moved by so many pixels; what comes in is False."""
    height, width = mask.shape
    moved = np.zeros_like(mask)
    to = slice(max(down, 0), height + min(down, 0)), slice(max(right, 0), width + min(right, 0))
    source = slice(max(-down, 0), height + min(-down, 0)), slice(max(-right, 0), width + min(-right, 0))
    moved[to] = mask[source]
    return moved

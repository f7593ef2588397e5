"""Joins the two ends of a line of the drawing that goes into letters on both sides and is lost beneath them."""

from __future__ import annotations

import math

import numpy as np

from textrm.page.filling.lines.tracing import HIDDEN, Way

_BACK = 2, 6, 10, 14  # steps before a line was lost in which a letter's edge may have passed for the line's
_WIDER = 0.3  # of their widths by which two ends of one line may differ
_TURN = 1.0  # radians; how far the heading of an end may be off the straight way to the other end,
_UNEVEN = 0.35  # and by how much more than the other end's
_PIECE = 8  # steps that tell how a line bends,
_BENT, _OTHER_WAY = 0.1, 0.012  # radians a pixel, at most, and to the other side: what winds goes along letters
_NEAREST = 1.0  # pixels; ends that are nearer have passed each other


def meet(ways: list[Way], ink: np.ndarray, reach: int) -> list[Way]:
    """The ways that came out of the letters, and those made of two that lost one line in them, one from each side.

    A walk that sees no edge goes on along its curve; where that changes beneath a letter, as at the narrow end of a
    balloon, or a letter runs along the line, it comes out beside it. What was seen on both sides then tells where the
    line goes: on a smooth curve between them, with ink all the way.

    Args:
        ways: as :func:`textrm.page.filling.lines.tracing.follow` gives them.
        ink: h w uint8, 255 = full ink, 0 = ground.
        reach: pixels; see there.
    """
    found = [way for way in ways if way.out]
    seen = [cut for cut in map(_seen, sorted(ways, key=lambda way: way.out)) if cut is not None]
    joined = [
        (number, other, bridge)
        for number, other in _facing(seen, reach)
        if (bridge := _joined(seen[number], seen[other], ink, reach)) is not None
    ]
    used: set[int] = set()
    for number, other, (way, _) in sorted(joined, key=lambda pair: (seen[pair[1]].out, pair[2][1])):
        if not used & {number, other}:
            used |= {number} if seen[other].out else {number, other}
            found.append(way)
    return found


def _seen(way: Way) -> Way | None:
    """A way up to where it lost the line."""
    both = np.flatnonzero(way.path[:, 3:].all(1))
    if not len(both):
        return None
    hidden = np.flatnonzero(~way.path[both[-1] :, 3:].any(1))
    end = both[-1] + hidden[0] if len(hidden) else len(way.path)
    return Way(way.path[:end], way.width, way.full, way.out)


def _facing(ways: list[Way], reach: int) -> list[tuple[int, int]]:
    """The pairs of ways, the first of them lost, whose ends are near each other and may look at each other."""
    if not ways:
        return []
    x, y, heading = np.array([way.path[-1, :3] for way in ways]).T
    gap = np.hypot(x[:, None] - x, y[:, None] - y)
    turn = np.abs(_turn(heading[:, None] + math.pi - heading))
    fits = (gap <= HIDDEN * reach) & (turn <= 2 * _TURN)
    fits[[way.out for way in ways]] = False
    return [(int(one), int(other)) for one, other in np.argwhere(np.triu(fits, 1))]


def _joined(one: Way, other: Way, ink: np.ndarray, reach: int) -> tuple[Way, float] | None:
    """One way along both, and how long the piece between them is; None where they are no two ends of one line."""
    if abs(one.width - other.width) <= _WIDER * max(one.width, other.width):
        for steps in _BACK:
            found = _joined_before(one, other, ink, reach, steps)
            if found is not None:
                return found
    return None


def _joined_before(one: Way, other: Way, ink: np.ndarray, reach: int, steps: int) -> tuple[Way, float] | None:
    """The same without the last ``steps`` of both."""
    start, back = one.path[:-steps], other.path[:-steps]
    if not len(start) or not len(back):
        return None
    heading = start[-1, 2]
    ahead = (back[:, :2] - start[-1, :2]) @ (math.cos(heading), math.sin(heading)) >= _NEAREST
    if not ahead.any():
        return None
    back = back[: np.flatnonzero(ahead)[-1] + 1][::-1]
    across = back[0, :2] - start[-1, :2]
    gap, straight = math.hypot(*across), math.atan2(across[1], across[0])
    off, behind = _turn(np.array([straight - heading, back[0, 2] + math.pi - straight])).tolist()
    if gap > HIDDEN * reach or max(abs(off), abs(behind)) > _TURN or abs(off - behind) > _UNEVEN:
        return None
    bridge = _bridge(start[-1], off, back[0], behind, gap)
    places = np.rint(bridge[:, :2]).astype(int)
    if (places < 0).any() or (places >= ink.shape[::-1]).any():
        return None
    if (ink[places[:, 1], places[:, 0]] < min(one.full, other.full) / 2).any():
        return None
    returned = np.column_stack([back[:, :2], back[:, 2] + math.pi, back[:, 4], back[:, 3]])
    path = np.concatenate([start, bridge, returned])
    if _winds(path):
        return None
    return Way(path, (one.width + other.width) / 2, min(one.full, other.full), True), gap


def _winds(path: np.ndarray) -> bool:
    """Whether a way bends now to one side and then to the other, or as no line does."""
    turned = _turn(path[_PIECE:, 2] - path[:-_PIECE, 2])
    length = np.cumsum(np.pad(np.hypot(*np.diff(path[:, :2], axis=0).T), (1, 0)))
    bend = turned / np.maximum(length[_PIECE:] - length[:-_PIECE], 1)
    left, right = bend.max(initial=0), -bend.min(initial=0)
    return bool(max(left, right) > _BENT or min(left, right) > _OTHER_WAY)


def _bridge(start: np.ndarray, off: float, end: np.ndarray, behind: float, gap: float) -> np.ndarray:
    """N x 5, as of a way: a cubic curve with a step of about a pixel, as round as the circle between two headings."""
    arm = gap / (3 * math.cos((off + behind) / 4) ** 2)
    leave, arrive = start[2], end[2] + math.pi
    first, last = start[:2], end[:2]
    second = first + arm * np.array([math.cos(leave), math.sin(leave)])
    third = last - arm * np.array([math.cos(arrive), math.sin(arrive)])
    t = np.linspace(0, 1, math.ceil(gap) + 2)[1:-1, None]
    place = (1 - t) ** 3 * first + 3 * (1 - t) ** 2 * t * second + 3 * (1 - t) * t**2 * third + t**3 * last
    speed = 3 * (1 - t) ** 2 * (second - first) + 6 * (1 - t) * t * (third - second) + 3 * t**2 * (last - third)
    return np.column_stack([place, np.arctan2(speed[:, 1], speed[:, 0]), np.zeros((len(t), 2))])


def _turn(angle: np.ndarray) -> np.ndarray:
    """Angles in radians as turns of at most a half."""
    return (angle + math.pi) % (2 * math.pi) - math.pi

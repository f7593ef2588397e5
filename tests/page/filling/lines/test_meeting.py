from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from textrm.page.filling.lines.meeting import meet
from textrm.page.filling.lines.tracing import Way, draw, follow

REACH = 10
SIZE = 140, 240
SCALE = 4


def outline(width: float = 2.5) -> np.ndarray:
    """The tone of an ellipse's line, 200 x 100 pixels, with soft edges."""
    large = np.zeros((SIZE[0] * SCALE, SIZE[1] * SCALE), np.uint8)
    cv2.ellipse(large, (120 * SCALE, 70 * SCALE), (100 * SCALE, 50 * SCALE), 0, 0, 360, 255, round(width * SCALE))
    return cv2.resize(large, SIZE[::-1], interpolation=cv2.INTER_AREA)


def lost(
    truth: np.ndarray, letter: list[tuple[int, int]], start: float = 0.62
) -> tuple[np.ndarray, np.ndarray, list[Way]]:
    """The tone with a letter over it, where the letter is, and the walks into it from above and below."""
    tone, over = truth.copy(), np.zeros_like(truth)
    cv2.fillPoly(over, [np.array(letter)], 1)
    tone[over != 0] = 255
    letters = cv2.dilate(over, np.ones((7, 7), np.uint8))
    ways = []
    for turn in (-start, start):
        x, y = 120 + 100 * math.cos(turn), 70 + 50 * math.sin(turn)
        heading = math.atan2(50 * math.cos(turn), -100 * math.sin(turn)) + (math.pi if turn > 0 else 0)
        way = follow(tone, letters, x, y, heading, REACH)
        assert way is not None
        ways.append(way)
    return tone, over, ways


def test_an_outline_that_both_walks_lose_beneath_a_letter_along_it_is_joined() -> None:
    truth = outline()
    tone, over, ways = lost(truth, [(208, 46), (226, 50), (222, 96), (212, 96)])
    assert not any(way.out for way in ways)
    (joined,) = meet(ways, tone, REACH)
    line = draw(joined, tone)
    told = np.where(line.shown != 0, tone, line.hidden)
    beneath = over != 0
    assert (told > 127)[beneath & (truth > 200)].mean() > 0.9
    assert (cv2.dilate(told, np.ones((3, 3), np.uint8)) > 127)[beneath & (truth > 200)].all()
    assert (told > 127)[beneath & (cv2.dilate(truth, np.ones((3, 3), np.uint8)) == 0)].sum() == 0


def test_what_came_out_stays_as_it_is() -> None:
    tone, _, ways = lost(outline(), [(205, 68), (235, 68), (235, 72), (205, 72)], start=0.4)
    assert all(way.out for way in ways)
    assert meet(ways, tone, REACH) == ways
    assert meet([], tone, REACH) == []


def straight(start: tuple[float, float], heading: float, width: float = 3.0, steps: int = 20) -> Way:
    """A way of which both edges showed up to ``start``, where it was lost."""
    away = np.arange(-steps + 1, 1)[:, None] * (math.cos(heading), math.sin(heading))
    return Way(np.column_stack([start + away, np.full(steps, heading), np.ones((steps, 2))]), width, 255, False)


@pytest.mark.parametrize(
    ("other", "joined"),
    [
        (straight((60, 40), math.pi), True),
        (straight((60, 47), math.pi + 0.5), True),  # an arc
        (straight((60, 50), math.pi), False),  # beside it
        (straight((60, 40), math.pi / 2), False),  # across
        (straight((60, 40), 0), False),  # away from it
        (straight((30, 40), math.pi), True),  # both walks went on
        (straight((60, 40), math.pi, width=6), False),
        (straight((150, 40), math.pi), False),  # far
    ],
)
def test_only_two_ends_of_one_line_are_joined(other: Way, joined: bool) -> None:
    ink = np.full((80, 200), 255, np.uint8)
    found = meet([straight((40, 40), 0), other], ink, REACH)
    assert len(found) == joined
    if joined:
        x = found[0].path[:, 0]
        assert (np.diff(x) > 0).all()
        assert np.diff(x).max() < 1.5
        assert found[0].out


def test_there_is_ink_all_the_way() -> None:
    ink = np.full((80, 200), 255, np.uint8)
    ink[:, 50] = 0
    assert meet([straight((40, 40), 0), straight((60, 40), math.pi)], ink, REACH) == []


def test_a_way_that_would_leave_the_window_is_none() -> None:
    ink = np.full((80, 200), 255, np.uint8)
    rising, falling = straight((60, 20), -0.7), straight((110, 20), math.pi + 0.7)
    assert len(meet([rising, falling], ink, REACH)) == 1
    assert meet([straight((60, 3), -0.7), straight((110, 3), math.pi + 0.7)], ink, REACH) == []


def test_a_way_that_winds_is_none() -> None:
    """As one does that goes along the outlines of hollow letters."""
    ink = np.full((80, 200), 255, np.uint8)
    one, other = straight((40, 40), 0, steps=30), straight((60, 40), math.pi)
    assert len(meet([one, other], ink, REACH)) == 1
    one.path[:, 1] += 2 * np.sin(np.arange(30) / 4)
    one.path[:, 2] = np.arctan(0.5 * np.cos(np.arange(30) / 4))
    assert meet([one, other], ink, REACH) == []


def test_what_a_letters_edge_led_astray_is_left_out() -> None:
    ink = np.zeros((80, 200), np.uint8)
    ink[39:42] = ink[30:50, 45:55] = 255
    one, other = straight((46, 40), 0), straight((54, 40), math.pi)
    one.path[-4:, :3] = np.column_stack([[43, 44, 45, 46], [41, 42, 43, 44], np.full(4, 0.9)])
    (found,) = meet([one, other], ink, REACH)
    assert np.abs(found.path[:, 1] - 40).max() < 0.5


def test_an_end_meets_the_nearest() -> None:
    ink = np.full((80, 200), 255, np.uint8)
    near, far = straight((60, 40), math.pi, steps=10), straight((90, 40), math.pi, steps=10)
    found = meet([far, straight((40, 40), 0), near], ink, REACH)
    assert len(found) == 1
    assert found[0].path[:, 0].max() == pytest.approx(69)


def test_a_lost_end_meets_a_line_that_came_out_in_front_of_it() -> None:
    ink = np.full((80, 200), 255, np.uint8)
    came_out = Way(**{name: getattr(straight((60, 40), math.pi), name) for name in ("path", "width", "full")}, out=True)
    found = meet([straight((40, 40), 0), came_out], ink, REACH)
    assert found[0] is came_out
    assert found[1].path[:, 0].max() == pytest.approx(79)

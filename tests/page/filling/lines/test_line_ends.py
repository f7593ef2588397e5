from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from textrm.page.filling.lines.line_ends import farther_out, find_line_ends

EDGE = 2


@pytest.mark.parametrize("degrees", [0, 30, 90, 150])
def test_the_places_of_a_line_lie_on_it_and_have_its_heading(degrees: int) -> None:
    turn = math.radians(degrees)
    line, ends = np.zeros((120, 120), np.uint8), np.zeros((120, 120), np.uint8)
    cv2.line(line, (60, 60), (round(60 + 80 * math.cos(turn)), round(60 + 80 * math.sin(turn))), 1, 3)
    ends[58:63, 58:63] = 1
    labels = cv2.connectedComponents(line)[1]
    ((x, y, heading),) = find_line_ends(ends & line, labels, EDGE)
    ((far_x, far_y, far_heading),) = farther_out((x, y, heading), labels, EDGE)
    assert math.hypot(x - 60, y - 60) < 2
    assert math.hypot(far_x - 60, far_y - 60) == pytest.approx(19, abs=3)
    for found in (heading, far_heading, math.atan2(far_y - 60, far_x - 60)):
        off = abs(found - turn) % math.pi
        assert min(off, math.pi - off) < 0.15


def test_farther_out_a_line_is_found_behind_what_is_no_line() -> None:
    line, ends = np.zeros((80, 120), np.uint8), np.zeros((80, 120), np.uint8)
    line[39:42] = 1
    line[30:42, 20:30] = 1  # a part of a letter
    line[:, :20] = 0
    ends[30:42, 20] = 1
    labels = cv2.connectedComponents(line)[1]
    (place,) = find_line_ends(ends, labels, EDGE)
    assert abs(math.sin(place[2])) > 0.2
    ((x, y, heading),) = farther_out(place, labels, EDGE)
    assert (x, y) == (39, 40)
    assert abs(math.sin(heading)) < 0.25


def test_each_line_has_its_own_places() -> None:
    line = np.zeros((80, 120), np.uint8)
    line[20:23] = line[60:63] = 1
    ends = line.copy()
    ends[:, 41:] = ends[:, :40] = 0
    labels = cv2.connectedComponents(line)[1]
    places = find_line_ends(ends, labels, EDGE)
    assert [place[:2] for place in places] == [(40, 21), (40, 61)]
    assert [len(farther_out(place, labels, EDGE)) for place in places] == [2, 2]  # a line goes on to both sides
    assert find_line_ends(np.zeros_like(ends), labels, EDGE) == []

"""What a word stands on, on drawn balloons, panels and noise."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.finding.ground import FEATURES, find_grounds, ground_features


def found(page: np.ndarray, words: list[tuple[int, int, int, int]], prob: int = 230, step: int = 0) -> np.ndarray:
    """The features of words that are black boxes (x, y, width, height) on the page."""
    page = page.copy()
    ys, xs, word = [], [], []
    for number, (x, y, width, height) in enumerate(words):
        page[y : y + height, x : x + width] = 0
        rows, columns = np.mgrid[y : y + height, x : x + width]
        ys.append(rows.ravel())
        xs.append(columns.ravel())
        word.append(np.full(rows.size, number))
    owners = np.concatenate(word)
    grounds = find_grounds(page, (np.concatenate(ys), np.concatenate(xs)), owners, step)
    rows = ground_features(grounds, owners, np.full(len(owners), prob, np.uint8), np.bincount(owners))
    assert rows.shape == (len(words), FEATURES)
    return rows


def balloon(size: int = 400) -> np.ndarray:
    """Grey noise, and a white oval with a black line in its middle."""
    page = np.random.default_rng(0).integers(0, 255, (size, size, 3), dtype=np.uint8)
    middle = (size // 2, size // 2)
    cv2.ellipse(page, middle, (size // 5, size // 8), 0, 0, 360, (255, 255, 255), -1)
    cv2.ellipse(page, middle, (size // 5, size // 8), 0, 0, 360, (0, 0, 0), 3)
    return page


@pytest.mark.parametrize("scale", [1, 2])
def test_a_mark_in_a_balloon_stands_on_a_closed_convex_ground_of_its_own(scale: int) -> None:
    box = tuple(scale * side for side in (198, 190, 5, 20))
    (row,) = found(balloon(400 * scale), [box], step=scale - 1)
    assert row[:4] == pytest.approx([1, 1, 1, 1], abs=0.12)
    assert row[4] == pytest.approx(np.log2(np.pi * 78 * 48 / 100) / 4, abs=0.1)  # the oval beside the mark
    assert row[5] == pytest.approx(np.log(230 / 25), abs=0.05)


def test_words_of_one_balloon_share_what_is_known_of_its_strokes() -> None:
    rows = found(balloon(), [(170, 190, 5, 20), (220, 190, 30, 20)])
    assert rows[0, 5] == pytest.approx(rows[1, 5])
    assert rows[0, 4] > rows[1, 4]  # there is more room around the smaller one


def test_an_open_page_closes_nothing_and_noise_is_no_ground() -> None:
    (row,) = found(np.full((300, 300, 3), 255, np.uint8), [(140, 140, 10, 20)])
    assert row.tolist() == [1, 0, 0, 0, 0, 0]
    (row,) = found(np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8), [(140, 140, 10, 20)])
    assert row[0] < 0.1


def test_beside_a_drawing_less_of_what_interrupts_the_ground_is_strokes() -> None:
    page = np.full((400, 400, 3), 90, np.uint8)
    cv2.rectangle(page, (100, 100), (280, 240), (255, 255, 255), -1)
    alone = found(page, [(120, 120, 20, 20)])[0, 3]
    cv2.circle(page, (220, 180), 30, (40, 90, 200), -1)
    (row,) = found(page, [(120, 120, 20, 20)])
    assert alone == pytest.approx(1, abs=0.05)
    assert row[3] == pytest.approx(24 * 24 / (24 * 24 + np.pi * 31**2), abs=0.05)
    assert row[1] == pytest.approx(1)


def test_a_ground_that_winds_around_things_is_less_convex() -> None:
    page = np.full((400, 400, 3), 90, np.uint8)
    cv2.rectangle(page, (100, 100), (300, 130), (255, 255, 255), -1)
    cv2.rectangle(page, (100, 100), (130, 300), (255, 255, 255), -1)
    (row,) = found(page, [(112, 112, 8, 8)])
    assert row[1] == pytest.approx(1)
    assert row[2] == pytest.approx(-1)

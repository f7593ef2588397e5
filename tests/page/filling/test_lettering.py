"""Words that touch a balloon's line go and the line stays, in the page's own pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page import InpaintingModel
from textrm.page.filling.fill import FILLS
from textrm.page.filling.lettering import fill_lettering
from textrm.page.filling.plates import fill_plates

SIZE = 200, 300
CYAN, MAGENTA, YELLOW, BLACK = range(4)


def outline() -> np.ndarray:
    """How much of each pixel a balloon's line covers, in [0, 1]."""
    drawn = np.zeros(SIZE, np.uint8)
    cv2.circle(drawn, (150, 100), 70, 255, 3, cv2.LINE_AA)
    return drawn / 255


def word() -> np.ndarray:
    """The same of a word whose first stroke lies over the line."""
    drawn = np.zeros(SIZE, np.uint8)
    cv2.putText(drawn, "HIM", (79, 112), cv2.FONT_HERSHEY_SIMPLEX, 1, 255, 4, cv2.LINE_AA)
    return drawn / 255


def printed(paper: np.ndarray, covered: np.ndarray, colour: np.ndarray | float) -> np.ndarray:
    return paper + covered[..., None] * (colour - paper)


def lettering() -> np.ndarray:
    return ((word() > 0.15) & (outline() < 0.5)).astype(np.uint8)


@pytest.mark.parametrize("paper", [(65535,), (65535, 64003, 41007), (60001, 60002, 60003)])
def test_a_line_of_16_bits_keeps_its_colour(paper: tuple[int, ...], inpainter: InpaintingModel) -> None:
    colour = np.array(paper) // 90
    clean = printed(np.full((*SIZE, len(paper)), paper, float), outline(), colour).round().astype(np.uint16)
    page = printed(clean, word(), colour).round().astype(np.uint16)
    result = page.copy()
    filled, _ = fill_lettering(result, lettering(), 2, 2, "auto", inpainter)
    assert np.array_equal(result[filled == 0], page[filled == 0])
    error = np.abs(result.astype(int) - clean).max(2) / 257
    covered = (outline() > 0.7) & (word() > 0.7)
    assert covered.sum() >= 10
    assert error[covered].max() < 60
    assert np.count_nonzero(error > 60) <= 3
    assert (error[(word() > 0.15) & (cv2.dilate(outline(), np.ones((5, 5))) == 0)] == 0).all()


def test_black_lettering_on_a_line_of_ink(inpainter: InpaintingModel) -> None:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    paper = np.stack([40 + x * 0.4, 200 - y * 0.5, (x + y) % 90, 0 * x], 2)
    ink, black = np.array([0, 0, 0, 255]), np.array([0, 0, 0, 1])
    clean = (paper + outline()[..., None] * (ink - paper) * black).round().astype(np.uint8)
    page = (clean + word()[..., None] * (ink - clean.astype(float)) * black).round().astype(np.uint8)
    result = page.copy()
    filled, _ = fill_plates(result, lettering(), 2, 2, "auto", inpainter)
    assert np.array_equal(result[..., :BLACK], clean[..., :BLACK])
    assert np.array_equal(result[filled == 0], page[filled == 0])
    error = np.abs(result[..., BLACK].astype(int) - clean[..., BLACK])
    assert np.count_nonzero(np.abs(page[..., BLACK].astype(int) - clean[..., BLACK]) > 60) > 500
    assert np.count_nonzero(error > 60) <= 3
    assert np.count_nonzero((error > 60) & (outline() > 0.6)) <= 1


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize(("kind", "full"), [(np.uint8, 255), (np.uint16, 65535)])
def test_a_line_of_several_inks_stays_in_each(fill: str, kind: type, full: int, inpainter: InpaintingModel) -> None:
    ink = np.array([0.6, 0, 0.4, 1]) * full
    clean = printed(np.zeros((*SIZE, 4)), outline(), ink).round().astype(kind)
    page = printed(clean, word(), ink).round().astype(kind)
    fill_plates(page, lettering(), 14, 2, fill, inpainter)
    error = np.abs(page.astype(int) - clean).max(2) * 255 / full
    assert np.count_nonzero(error > 60) <= 3
    assert not page[..., MAGENTA].any()
    assert page[100, 80, CYAN] == ink[CYAN].astype(kind)

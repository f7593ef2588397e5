from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.finding.even_screens import without_even_screens


def screen(period: float = 5, ink: float = 0.15, height: int = 200, width: int = 300) -> np.ndarray:
    """Black dots on white at 45 degrees, with soft edges, h w 3."""
    scale = 4
    y, x = np.mgrid[: height * scale, : width * scale] / scale
    along, across = (x + y) / np.sqrt(2) / period, (x - y) / np.sqrt(2) / period
    share = ink if np.isscalar(ink) else cv2.resize(ink, (width * scale, height * scale))
    radius = np.sqrt(share / np.pi)
    dots = np.hypot(along - np.rint(along), across - np.rint(across)) > radius
    small = cv2.resize(dots.astype(np.float32) * 255, (width, height), interpolation=cv2.INTER_AREA)
    return np.rint(small).astype(np.uint8)[..., None].repeat(3, 2)


def lettered(page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The page with a word, and which pixels have its ink."""
    page = page.copy()
    cv2.putText(page, "WORD", (40, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 5)
    ink = np.zeros(page.shape[:2], np.uint8)
    cv2.putText(ink, "WORD", (40, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, 1, 5)
    return page, ink != 0


@pytest.mark.parametrize(("period", "ink"), [(3.5, 0.1), (4, 0.3), (5, 0.15), (6, 0.2)])
def test_dots_become_their_tone_and_letters_stay(period: float, ink: float) -> None:
    page, word = lettered(screen(period, ink))
    painted = without_even_screens(page)
    assert np.array_equal(painted[word], page[word])
    far = cv2.dilate(word.astype(np.uint8), np.ones((17, 17), np.uint8)) == 0
    far[:10], far[-10:], far[:, :10], far[:, -10:] = False, False, False, False
    assert np.abs(painted[far].astype(float) - 255 * (1 - ink)).max() < 16


def test_a_page_without_a_screen_is_the_same_object() -> None:
    page, _ = lettered(np.full((200, 300, 3), 255, np.uint8))
    assert without_even_screens(page) is page
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3), np.uint8)
    assert without_even_screens(noise) is noise


def test_a_screen_whose_tone_changes_stays() -> None:
    # Half of its dots melt into each other; the others alone would be a drawing.
    shaded = np.linspace(0.05, 0.45, 300, dtype=np.float32)[None].repeat(200, 0)
    page = screen(5, shaded)
    assert without_even_screens(page) is page


def test_small_print_is_no_screen() -> None:
    page = np.full((400, 600, 3), 255, np.uint8)
    for y in range(8, 400, 9):
        cv2.putText(page, "it is as small as anything in print can be and goes on and on" * 2, (2, y),
                    cv2.FONT_HERSHEY_SIMPLEX, 0.2, (0, 0, 0), 1)  # fmt: skip
    assert without_even_screens(page) is page


def test_a_screen_across_the_tiles_of_a_large_page() -> None:
    page = np.full((1100, 1200, 3), 255, np.uint8)
    page[900:, 900:] = screen(5, 0.15, 200, 300)
    painted = without_even_screens(page)
    assert painted[910:1090, 910:1190].min() > 190
    assert np.array_equal(painted[:890], page[:890])

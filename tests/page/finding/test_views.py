from __future__ import annotations

import numpy as np
import pytest

from textrm.page.finding.views import CHANNELS, SIDE, VIEWS, WordViews
from textrm.page.finding.words import Words, group_words

HEIGHT, WIDTH = 384, 576


def page() -> Words:
    """A stroke of 40 x 20 px and one of 16 x 16 px beside it; a dot far away, in the upper left corner."""
    prob = np.zeros((HEIGHT, WIDTH), np.uint8)
    prob[200:220, 100:140] = 250
    prob[202:218, 144:160] = 150
    prob[0:12, 0:12] = 240
    image = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    image[prob > 0] = (10, 60, 110)
    half = np.full((HEIGHT // 2, WIDTH // 2), 80, np.uint8)
    words = group_words(image, [prob, half, half[::2, ::2]], 0.3)
    assert words is not None
    assert words.areas.tolist() in ([144, 1056], [1056, 144])
    return words


@pytest.fixture(scope="module")
def seen() -> np.ndarray:
    """The views of the large word."""
    words = page()
    views = WordViews(words)(np.flatnonzero(words.areas > 200))
    assert views.shape == (1, VIEWS, CHANNELS, SIDE, SIDE)
    assert views.dtype == np.uint8
    return views[0]


def test_the_largest_stroke_is_seen_near_and_the_word_whole(seen: np.ndarray) -> None:
    near, whole, around = seen[:, 3] / 255  # the ink of the word
    # The near view shows 100 px around the stroke of 40 x 20, and the other one, which belongs to the word, as well.
    assert near.sum() * (100 / SIDE) ** 2 == pytest.approx(1056, rel=0.1)
    assert near[:, 32].sum() * 100 / SIDE == pytest.approx(20, abs=2)
    assert np.flatnonzero(near.any(0))[0] * 100 / SIDE == pytest.approx(30, abs=2)
    # The whole word, 60 px long, stands in the middle of 78 px.
    columns = np.flatnonzero(whole.any(0)) * 78 / SIDE
    assert (columns[0], columns[-1]) == pytest.approx((9, 69), abs=2.5)
    # Around it are 180 px: three times the word.
    assert around.any(0).sum() * 180 / SIDE == pytest.approx(56, abs=6)


def test_colours_and_maps_come_along(seen: np.ndarray) -> None:
    whole = seen[1]
    assert whole[:3, 32, 20].tolist() == [10, 60, 110]
    assert whole[:3, 5, 5].tolist() == [200, 200, 200]
    assert whole[4, 32, 20] == 250
    assert whole[4, 32, 55] == pytest.approx(150, abs=1)
    assert whole[4, 5, 5] == 0
    assert (whole[5] == 80).all()


def test_what_lies_beyond_the_page_is_grey() -> None:
    words = page()
    small = WordViews(words)(np.flatnonzero(words.areas < 200))[0]
    # 30 px around a dot of 12 px in the corner: 9 px beyond the page.
    assert (small[0, :3, :18] == 128).all()
    assert (small[0, :3, :, :18] == 128).all()
    assert (small[0, 3:, :18] == 0).all()
    assert (small[0, :3, 24:40, 24:40] == np.array([10, 60, 110])[:, None, None]).all()
    # What is around it is at least a sixth of the page's shorter side, 64 px.
    assert (small[2, 3] / 255).sum() == pytest.approx(144, rel=0.1)


def test_views_come_in_the_order_asked() -> None:
    words = page()
    both = WordViews(words)(np.arange(2))
    for number in range(2):
        assert np.array_equal(both[number], WordViews(words)(np.array([number]))[0])


def test_the_same_page_at_twice_the_size_is_seen_alike(seen: np.ndarray) -> None:
    words = page()
    image, fine, coarse = (plane.repeat(2, 0).repeat(2, 1) for plane in (words.image, words.fine, words.coarse))
    larger = group_words(image, [fine, words.fine, words.coarse], 0.3)
    assert larger is not None
    again = WordViews(larger)(np.array([larger.areas.argmax()]))[0]
    assert coarse.shape == words.fine.shape
    assert np.abs(again[:, :5].astype(float) - seen[:, :5]).mean() < 4

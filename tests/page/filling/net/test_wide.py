"""What lies deep in wide holes comes from the page in smaller sizes; all other holes stay with the net alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page import InpaintingModel
from textrm.page.filling.net.network import fill_by_network
from textrm.page.filling.net.wide import DEEP, fill_inside, halved
from textrm.page.filling.packed import Packed


class Spread:
    """Fills with level 200 and remembers the pictures it was shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, image: np.ndarray, hole: np.ndarray) -> None:
        self.shown.append((image.copy(), hole.copy()))
        image[hole != 0] = 200
        hole[:] = 0


class Released(InpaintingModel):
    """The released net, which remembers the sizes it was shown."""

    def __init__(self) -> None:
        super().__init__(None, 1)
        self.sizes: list[tuple[int, ...]] = []

    def __call__(self, images: np.ndarray, masks: np.ndarray, kind: np.dtype | type = np.uint8) -> np.ndarray:
        self.sizes.append(images.shape[1:3])
        return super().__call__(images, masks, kind)


def inside(image: np.ndarray, hole: np.ndarray) -> Spread:
    rows, columns = np.nonzero(hole)
    slices = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    spread, own = Spread(), np.ascontiguousarray(hole[slices])
    fill_inside(image, hole, slices, own, spread)
    assert np.array_equal(own, hole[slices])
    return spread


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_lies_deep_is_filled_and_the_rim_is_left(kind: type, channels: int) -> None:
    image, hole = np.full((301, 333, channels), 50, kind), np.zeros((301, 333), np.uint8)
    cv2.circle(hole, (160, 150), 50, 1, -1)
    before = hole.copy()
    ((small, missing),) = inside(image, hole).shown
    depth = cv2.distanceTransform(before, cv2.DIST_L2, 5)
    assert np.array_equal(hole, (before != 0) & (depth <= DEEP))
    assert (image[depth > DEEP + 1] == 200).all()
    assert (image[depth <= DEEP] == 50).all()
    assert small.shape[:2] == missing.shape
    assert missing.sum() == pytest.approx(before.sum() / 4, rel=0.05)
    assert (small[missing == 0] == 50).all()


@pytest.mark.parametrize(("radius", "shown"), [(15, 0), (DEEP - 2, 0), (DEEP + 3, 1)])
@pytest.mark.parametrize("shift", [0, 3, 7, 12])
def test_only_wide_holes_are_looked_at_in_smaller_size(radius: int, shown: int, shift: int) -> None:
    image, hole = np.zeros((300, 300, 3), np.uint8), np.zeros((300, 300), np.uint8)
    cv2.circle(hole, (140 + shift, 150 - shift), radius, 1, -1)
    hole[150:160, 20:280] = 1  # long, and not wide
    before = hole.copy()
    assert len(inside(image, hole).shown) == shown
    assert np.array_equal(hole, before) == (not shown)


@pytest.mark.parametrize(("top", "shown"), [(100, 0), (0, 1)])
def test_nothing_is_known_beyond_the_edge_of_the_page(top: int, shown: int) -> None:
    image, hole = np.zeros((300, 300, 3), np.uint8), np.zeros((300, 300), np.uint8)
    hole[top : top + 44, 50:250] = 1
    assert len(inside(image, hole).shown) == shown
    assert (hole[0] == 0).sum() == (300 if top else 300 - 2 * DEEP)


def test_deeper_holes_are_seen_with_more_around_them_and_in_bounded_pieces() -> None:
    sizes = []
    for radius in (46, 90, 400):
        image, hole = np.zeros((1700, 1700, 3), np.uint8), np.zeros((1700, 1700), np.uint8)
        cv2.circle(hole, (850, 850), radius, 1, -1)
        sizes.append([small.shape[0] for small, _ in inside(image, hole).shown])
    assert sizes[0] == [pytest.approx((93 + 2 * 96) / 2, abs=2)]
    assert sizes[1] == [pytest.approx((181 + 2 * 192) / 2, abs=2)]
    assert len(sizes[2]) == 4
    assert max(sizes[2]) <= (768 + 2 * 384) / 2


def test_what_a_hole_is_not_to_learn_of_is_not_shown_in_smaller_size_either() -> None:
    image, hole = np.full((300, 300, 3), 50, np.uint8), np.zeros((300, 300), np.uint8)
    cv2.circle(hole, (150, 150), 40, 1, -1)
    hidden, box = Packed(hole.shape), (slice(110, 191), slice(110, 191))
    hidden.add((slice(0, 300), slice(200, 300)), np.ones((300, 100), np.uint8))
    image[:, 200:] = 255
    net = Spread()
    fill_inside(image, hole, box, np.ascontiguousarray(hole[box]), net, hidden)
    ((small, missing),) = net.shown
    assert missing[:, 100:].all()
    assert (small[missing == 0] == 50).all()
    assert (image[:, 200:] == 255).all()
    hidden.add((slice(0, 300), slice(0, 300)), np.ones((300, 300), np.uint8))  # nothing else: it is seen
    hole[box] = 0
    cv2.circle(hole, (150, 150), 40, 1, -1)
    fill_inside(image, hole, box, np.ascontiguousarray(hole[box]), net, hidden)
    assert not net.shown[1][1].all()


def test_where_nothing_is_known_nothing_is_filled() -> None:
    image, hole = np.full((200, 200, 3), 9, np.uint8), np.ones((200, 200), np.uint8)
    own = hole.copy()
    fill_inside(image, hole, (slice(0, 200), slice(0, 200)), own, lambda picture, missing: None)
    assert own.all()
    assert hole.all()
    assert (image == 9).all()


def test_half_size_is_the_mean_of_what_is_known() -> None:
    image = np.array([[10, 20, 60], [30, 40, 61], [7, 9, 90]], np.uint8)[..., None]
    hole = np.array([[0, 1, 1], [0, 1, 1], [0, 0, 0]], np.uint8)
    small, missing = halved(image, hole)
    assert small.dtype == np.uint8
    assert missing.tolist() == [[0, 1], [0, 0]]
    assert small[..., 0].tolist() == [[20, 0], [8, 90]]
    wide, _ = halved(np.full((4, 4, 3), 65535, np.uint16), np.zeros((4, 4), np.uint8))
    assert (wide == 65535).all()


def test_outlines_go_on_across_a_wide_hole() -> None:
    image = np.full((500, 500, 3), 40, np.uint8)
    image[:250] = 220
    truth, hole = image.copy(), np.zeros((500, 500), np.uint8)
    cv2.circle(hole, (250, 250), 110, 1, -1)
    image[hole != 0] = 128
    net, rest = Released(), hole.copy()
    fill_by_network(image, rest, net)
    assert not rest.any()
    assert np.array_equal(image[hole == 0], truth[hole == 0])
    assert np.abs(image.astype(int) - truth)[hole != 0].mean() < 8  # 21 with full size alone
    assert net.sizes == sorted(net.sizes)
    assert len(net.sizes) == 4  # an eighth, a quarter, half, and full size

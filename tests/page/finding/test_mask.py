from __future__ import annotations

import numpy as np
import pytest

from textrm.page.finding.mask import find_lettering, widen
from textrm.page.group import groups


def blank() -> np.ndarray:
    return np.zeros((120, 100), np.uint8)


def test_groups_partition_the_mask() -> None:
    mask = (np.random.default_rng(1).random((203, 157)) < 0.01).astype(np.uint8)
    seen = np.zeros_like(mask)
    for box, own in groups(mask, 8):
        assert own.any(0)[[0, -1]].all()
        assert own.any(1)[[0, -1]].all()
        seen[box] += own
    assert np.array_equal(seen, mask)


def test_near_letters_are_one_region_and_far_ones_are_not() -> None:
    prob = blank()
    prob[10:20, 10:16] = 250
    prob[10:20, 22:28] = 200  # 6 px away
    prob[80:90, 10:16] = 255  # 60 px away
    mask, regions = find_lettering(prob, 0.5)
    assert np.array_equal(mask, prob > 127)
    assert [region.box for region in regions] == [(10, 10, 28, 20), (10, 80, 16, 90)]
    assert [region.area for region in regions] == [120, 60]
    assert regions[0].score == pytest.approx(225 / 255)
    assert regions[0].polygon.min(0).tolist() == [10, 10]
    assert regions[0].polygon.max(0).tolist() == [27, 19]


def test_threshold_is_exclusive_at_127_for_one_half() -> None:
    prob = blank()
    prob[10:20, 10:20] = 127
    prob[12:18, 12:18] = 128
    mask, _ = find_lettering(prob, 0.5)
    assert mask.sum() == 36


def test_specks_go_and_dots_of_a_word_stay() -> None:
    prob = blank()
    prob[20:40, 20:24] = 255
    prob[14:16, 21:23] = 255  # the dot of an i
    prob[90:92, 70:72] = 255  # a speck
    mask, regions = find_lettering(prob, 0.5, min_area=12)
    assert mask[14, 21] == 1
    assert mask[90, 70] == 0
    assert [region.area for region in regions] == [84]


def test_hysteresis_keeps_what_touches_a_sure_stroke() -> None:
    prob = blank()
    prob[20:40, 20:24] = 255
    prob[40:50, 20:24] = 90  # a faint end of the same stroke
    prob[20:40, 30:34] = 90  # a faint neighbour in the same region
    prob[90:110, 60:64] = 90  # faint and alone
    mask, regions = find_lettering(prob, 0.5, low=0.3)
    assert mask[48, 21] == 1
    assert mask[30, 31] == 0
    assert mask[100, 61] == 0
    assert len(regions) == 1
    assert find_lettering(prob, 0.5)[0][48, 21] == 0


def test_a_level_is_an_edge_beside_a_sure_stroke_and_a_stroke_elsewhere() -> None:
    prob = blank()
    prob[20:60, 17:27] = 90
    prob[20:40, 20:24] = 255  # the sure part of a stroke
    prob[52:60, 20:24] = 150  # its faint part
    mask, _ = find_lettering(prob, 0.7, low=0.3)
    assert mask[30, 17:27].tolist() == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0]
    assert mask[56, 17:27].all()


def test_widen_grows_by_the_radius() -> None:
    mask = blank()
    mask[50, 50] = 1
    grown = widen(mask, 3)
    y, x = np.nonzero(grown)
    assert (y.min(), y.max(), x.min(), x.max()) == (47, 53, 47, 53)
    assert grown[47, 47] == 0
    assert np.array_equal(widen(mask, 0), mask)


def test_an_empty_page_has_no_region() -> None:
    mask, regions = find_lettering(blank(), 0.5)
    assert mask.max() == 0
    assert regions == []

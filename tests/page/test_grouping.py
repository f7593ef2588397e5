"""What lies near each other is one group; groups that are made once serve parts of their mask, too."""

from __future__ import annotations

import numpy as np

from textrm.page.group import Grouping, blocks, groups


def a_row() -> np.ndarray:
    """A word of three letters that are 8 px apart, and one 40 px from these."""
    mask = np.zeros((60, 120), np.uint8)
    mask[20:30, 10:18] = mask[20:30, 26:34] = mask[20:30, 42:50] = mask[20:30, 90:98] = 1
    return mask


def test_what_is_nearer_than_the_gap_is_one_group() -> None:
    mask = a_row()
    found = list(groups(mask, 16))
    assert [box for box, _ in found] == [(slice(20, 30), slice(10, 50)), (slice(20, 30), slice(90, 98))]
    assert [int(own.sum()) for _, own in found] == [240, 80]


def test_a_part_of_the_mask_stays_in_its_groups() -> None:
    mask, part = a_row(), a_row()
    grouping = Grouping(mask, 16)
    part[:, 20:40] = part[:, 80:] = 0  # the middle letter; by themselves the others are farther apart than the gap
    ((box, own),) = grouping.groups(part)
    assert box == (slice(20, 30), slice(10, 50))
    assert own[:, :8].all()
    assert not own[:, 8:32].any()
    assert own[:, 32:].all()
    assert len(list(groups(part, 16))) == 2


def test_what_is_far_from_all_groups_is_left_out() -> None:
    mask, other = a_row(), a_row()
    other[50:55, 100:110] = 1
    assert [int(own.sum()) for _, own in Grouping(mask, 16).groups(other)] == [240, 80]


def test_blocks_are_the_groups_cut_into_equal_parts() -> None:
    mask = np.zeros((64, 300), np.uint8)
    mask[10:20, 20:270] = 1
    parts = list(blocks(mask, 16, 100))
    assert [columns for (_, columns), _ in parts] == [slice(20, 103), slice(103, 187), slice(187, 270)]
    assert sum(int(own.sum()) for _, own in parts) == 2500

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from textrm.data.sample import KINDS
from textrm.errors import UserError
from textrm.page.finding.mask import Region
from textrm.page.kinds.choice import STAY, counted_kinds, kinds_that_go, parted


def region(kind: str, left: int, top: int, right: int, bottom: int) -> Region:
    corners = np.array([(left, top), (right - 1, top), (right - 1, bottom - 1), (left, bottom - 1)], np.int32)
    return Region(corners, (left, top, right, bottom), 0.9, 10, kind)


def test_credits_and_watermarks_stay_unless_they_are_asked_for() -> None:
    assert kinds_that_go() == {*KINDS} - {"credit", "watermark"} == {*KINDS} - STAY
    assert kinds_that_go(["all"]) == {*KINDS}
    assert kinds_that_go(["all"], ["sign"]) == {*KINDS} - {"sign"}
    assert kinds_that_go(["dialogue", "note"]) == {"dialogue", "note"}
    assert kinds_that_go(None, ["page_number"]) == {*KINDS} - {"credit", "watermark", "page_number"}


@pytest.mark.parametrize(
    ("remove", "keep", "said"),
    [
        (["titles"], [], "remove: there is no kind 'titles'; expected all, dialogue, caption, sound_effect"),
        (None, ["all"], "keep: there is no kind 'all'; expected dialogue"),
        (["sign"], ["sign"], "leave nothing to take out"),
    ],
)
def test_other_words_are_refused(remove: list[str] | None, keep: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        kinds_that_go(remove, keep)


def test_strokes_are_of_the_smaller_word_where_two_lie_over_one_another() -> None:
    mask = np.zeros((60, 100), np.uint8)
    regions = [region("watermark", 0, 0, 100, 60), region("dialogue", 20, 20, 40, 30), region("credit", 80, 50, 98, 58)]
    for one in regions:
        left, top, right, bottom = one.box
        mask[top:bottom:2, left:right] = 1
    before, prob = mask.copy(), mask * np.uint8(200)
    goes, kept = parted(mask, prob, regions, {*KINDS} - STAY)
    assert ([one.kind for one in goes], [one.kind for one in kept]) == (["dialogue"], ["watermark", "credit"])
    assert np.array_equal(mask[20:30, 20:40], before[20:30, 20:40])
    assert mask.sum() == before[20:30, 20:40].sum()
    assert ((prob > 127) == (mask > 0)).all()
    again = before.copy()
    goes, kept = parted(again, prob, regions, {*KINDS})
    assert (len(goes), kept, np.array_equal(again, before)) == (3, [], True)


def test_words_of_one_block_are_counted_once() -> None:
    lines = [region("credit", x, y, x + 30, y + 10) for y in (10, 22) for x in (10, 44, 78)]
    other = region("credit", 10, 200, 40, 210)
    assert counted_kinds([*lines, other, region("watermark", 10, 300, 90, 340)]) == {"credit": 2, "watermark": 1}
    assert counted_kinds([]) == {}


def test_a_word_goes_as_what_it_surely_is() -> None:
    doubtful, sure = (replace(region("watermark", 0, top, 20, top + 10), goes_as=kind)
                      for top, kind in ((0, "dialogue"), (30, "watermark")))  # fmt: skip
    mask = np.ones((60, 30), np.uint8)
    goes, kept = parted(mask, mask * np.uint8(200), [doubtful, sure], kinds_that_go())
    assert (goes, kept) == ([doubtful], [sure])
    assert mask[:10, :20].all()
    assert not mask[30:40, :20].any()
    assert parted(mask, mask, [doubtful, sure], {"watermark"}) == ([sure], [doubtful])

"""Masks by hand: what they say is done, and no other pixel of the page changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from standin_model import lettered_page

from textrm.errors import UserError
from textrm.page import ByHand, EndToEnd, InpaintingModel, Result, SegmentAndFill, SegmentationModel


def noisy_page(kind: str = "RGB") -> np.ndarray:
    """A grained ground with three blocks of lettering and a pale one that is not found."""
    rng = np.random.default_rng(5)
    page = rng.integers(180, 230, (120, 160, 3), dtype=np.uint8)
    for left in (20, 40, 110):
        page[30:44, left : left + 10] = 8
    page[80:90, 60:80] = 140
    if kind == "ink":
        return np.concatenate([255 - page, page[..., :1] // 9], 2)
    if kind == "16 bits":
        return page.astype(np.uint16) * 257
    return page


def box(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((120, 160), np.uint8)
    mask[top:bottom, left:right] = 1
    return mask


def both(
    model: SegmentationModel, page: np.ndarray, by_hand: ByHand, **options: Any
) -> tuple[Result, Result, np.ndarray]:
    """The page cleaned without and with the masks, and H W bool where these two differ."""
    seen = noisy_page() if page.shape[2] != 3 or page.dtype != np.uint8 else None
    cleaning = SegmentAndFill(model, **options)
    before, after = cleaning(page, seen=seen), cleaning(page, seen=seen, by_hand=by_hand)
    assert np.array_equal(after.image[after.filled == 0], page[after.filled == 0])
    assert (after.filled >= after.mask).all()
    return before, after, (before.image != after.image).any(2)


@pytest.mark.parametrize("kind", ["RGB", "16 bits", "ink"])
@pytest.mark.parametrize("fill", ["auto", "telea"])
def test_what_is_erased_gets_the_pages_own_pixels_back(model: SegmentationModel, kind: str, fill: str) -> None:
    page = noisy_page(kind)
    before, after, changed = both(model, page, ByHand(erase=box(25, 50, 105, 125)), fill=fill)
    assert before.mask[36, 114] == 1
    assert np.array_equal(after.image[20:60, 95:135], page[20:60, 95:135])
    assert changed[15:60, 95:135].any()
    changed[15:60, 95:135] = False  # compression's traces are wiped 10 px around a hole
    assert not changed.any()
    assert np.array_equal(after.mask, before.mask & (1 - box(25, 50, 105, 125)))
    assert len(after.regions) == len(before.regions) - 1


def test_the_soft_edges_of_what_is_erased_come_back_too(model: SegmentationModel) -> None:
    page = noisy_page()
    before, after, _ = both(model, page, ByHand(erase=box(36, 37, 110, 120)), grow=4)
    erased = box(36, 37, 110, 120)
    assert (after.mask[erased == 1] == 0).all()
    # The letters above and below it stay, and so does their hole; at the sides the erased row's part of it is gone.
    assert after.filled[34, 112] == after.filled[39, 112] == 1
    assert before.filled[36, 107] == 1
    assert after.filled[36, 107] == 0
    only_core, rest = SegmentAndFill(model, grow=4), box(30, 44, 20, 50)
    alone = only_core(page, by_hand=ByHand(mask=before.mask, erase=before.mask & (1 - rest)))
    assert np.array_equal(alone.image[:, 90:], page[:, 90:])
    assert alone.filled[:, 90:].sum() == 0


@pytest.mark.parametrize("kind", ["RGB", "16 bits", "ink"])
def test_what_is_added_is_filled_and_nothing_else_changes(model: SegmentationModel, kind: str) -> None:
    page, add = noisy_page(kind), box(80, 90, 60, 80)
    before, after, changed = both(model, page, ByHand(add=add))
    assert before.mask[85, 70] == 0
    assert np.array_equal(after.mask, before.mask | add)
    assert changed[80:90, 60:80].mean() > 0.9
    changed[60:110, 40:100] = False
    assert not changed.any()
    if kind == "RGB":
        assert after.image[82:88, 64:76].min() > 170
    (new,) = [region for region in after.regions if region.box == (60, 80, 80, 90)]
    assert (new.score, new.area) == (1.0, 200)


def test_what_is_both_added_and_erased_stays(model: SegmentationModel) -> None:
    page = noisy_page()
    _, after, _ = both(model, page, ByHand(add=box(80, 90, 60, 80), erase=box(70, 100, 70, 80)))
    assert np.array_equal(after.image[70:100, 70:80], page[70:100, 70:80])
    assert after.mask[85, 65] == 1


def test_a_given_mask_is_taken_instead_of_finding(model: SegmentationModel) -> None:
    page, mask = noisy_page(), box(80, 90, 60, 80)
    kept = mask.copy()
    result = SegmentAndFill(model)(page, by_hand=ByHand(mask=mask))
    assert np.array_equal(result.mask, mask)
    assert np.array_equal(mask, kept)
    assert np.array_equal(result.prob, mask * 255)
    assert np.array_equal(result.image[:60], page[:60])  # the letters above stay
    assert result.image[82:88, 64:76].min() > 170
    assert [region.box for region in result.regions] == [(60, 80, 80, 90)]


def test_the_mask_that_was_found_gives_the_same_page_again(
    model: SegmentationModel, inpainter_file: str
) -> None:  # as users have it: --mask, then --masks
    page = noisy_page()
    cleaning = SegmentAndFill(model, InpaintingModel(inpainter_file))
    found = cleaning(page)
    again = cleaning(page, by_hand=ByHand(mask=found.mask))
    assert np.array_equal(found.image, again.image)
    nothing = cleaning(page, by_hand=ByHand(add=found.mask, erase=np.zeros_like(found.mask)))
    assert np.array_equal(found.image, nothing.image)
    assert [region.box for region in nothing.regions] == [region.box for region in found.regions]


def test_in_place_too(model: SegmentationModel) -> None:
    page = noisy_page()
    by_hand = ByHand(add=box(80, 90, 60, 80), erase=box(25, 50, 105, 125))
    expected = SegmentAndFill(model)(page, by_hand=by_hand)
    own = page.copy()
    assert SegmentAndFill(model)(own, out=own, by_hand=by_hand).image is own
    assert np.array_equal(own, expected.image)


def test_masks_that_do_not_suit_are_refused(model: SegmentationModel) -> None:
    page = lettered_page()
    for by_hand, words in (
        (ByHand(add=np.zeros((5, 6), np.uint8)), r"add is uint8 \(5, 6\) up to 0; expected uint8 \(96, 80\) of"),
        (ByHand(mask=np.full((96, 80), 255, np.uint8)), r"mask is uint8 \(96, 80\) up to 255; expected"),
        (ByHand(erase=np.zeros((96, 80), bool)), r"erase is bool"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=words):
            SegmentAndFill(model)(page, by_hand=by_hand)


def test_end_to_end_takes_none(cleaner_file: str) -> None:
    page = lettered_page()
    with pytest.raises(UserError, match="makes and fills no mask"):
        EndToEnd.opened(cleaner_file)(page, by_hand=ByHand(add=np.zeros((96, 80), np.uint8)))

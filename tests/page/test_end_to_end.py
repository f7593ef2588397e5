"""One model from the lettered page to the clean one: what it leaves alone, and that tiles do not show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from standin_model import METADATA, cleaned_copy, lettered_page, write_cleaner, write_model

from textrm.errors import UserError
from textrm.page import CleaningModel, EndToEnd, SegmentAndFill, SegmentationModel, clean_end_to_end
from textrm.page.end_to_end import agreed, released_cleaner
from textrm.page.segment_and_fill import released_segmenter


def patchwork(height: int, width: int, block: int = 16) -> np.ndarray:
    """Squares of random colours and, on them, weak noise."""
    rng = np.random.default_rng(0)
    squares = rng.integers(0, 200, (-(-height // block), -(-width // block), 3), dtype=np.uint8)
    page = squares.repeat(block, 0).repeat(block, 1)[:height, :width]
    return page + rng.integers(0, 50, page.shape, dtype=np.uint8)


def test_a_page_is_drawn_clean(cleaner: CleaningModel) -> None:
    page = lettered_page()
    result = cleaned_copy(EndToEnd(cleaner), page)
    drawn, blend = cleaner(page)
    assert np.array_equal(result.image, np.where(blend[..., None] >= 1 / 32, drawn, page))
    assert result.image[26, 20].tolist() == [255] * 3
    assert np.array_equal(result.prob, np.rint(blend * 255).astype(np.uint8))
    assert np.array_equal(result.mask, (result.prob > 127).astype(np.uint8))
    assert np.array_equal(result.filled, (blend >= 1 / 32).astype(np.uint8))
    (region,) = result.regions
    assert region.area == result.mask.sum() < result.filled.sum()
    assert result.how is not None
    assert result.how.network == result.how.pixels == result.filled.sum()


def test_pixels_with_little_blend_are_bit_identical(tmp_path: Path) -> None:
    page = patchwork(96, 120)
    shares = []
    for keep in ("0.004", "0.03125", "0.3"):
        own = CleaningModel(write_cleaner(tmp_path / "a.onnx", {"textrm.keep": keep}), threads=1)
        drawn, blend = own(page)
        kept = blend < float(keep)
        result = EndToEnd(own, min_area=0)(page)
        assert (drawn != page)[kept].any()  # the model alone would not have kept them
        assert np.array_equal(result.image[kept], page[kept])
        assert np.array_equal(result.image[~kept], drawn[~kept])
        assert np.array_equal(result.filled == 0, kept)
        shares.append(kept.mean())
    assert 0.1 < shares[0] < shares[1] < shares[2] < 0.9


def test_tiles_do_not_show(cleaner: CleaningModel) -> None:
    page = patchwork(413, 350)
    whole, cut = EndToEnd(cleaner)(page), EndToEnd(cleaner, tile=160)(page)
    assert 0.1 < whole.filled.mean() < 0.9
    for name in ("image", "mask", "filled", "prob"):
        assert np.array_equal(getattr(whole, name), getattr(cut, name)), name


def test_in_place_later_tiles_see_the_page_as_it_was(cleaner: CleaningModel) -> None:
    page = patchwork(413, 350)
    expected = EndToEnd(cleaner)(page).image
    result = EndToEnd(cleaner, tile=160)(page, out=page)
    assert result.image is page
    assert np.array_equal(page, expected)
    assert np.array_equal(clean_end_to_end(patchwork(413, 350), cleaner, tile=160).image, expected)
    other = np.empty_like(page)
    assert EndToEnd(cleaner)(patchwork(413, 350), out=other).image is other
    assert np.array_equal(other, expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 700), (700, 3), (17, 9)])
def test_sizes_that_are_no_multiple_of_the_stride(cleaner: CleaningModel, size: tuple[int, int]) -> None:
    page = np.zeros((*size, 3), np.uint8)
    page[..., 0] = np.arange(size[1]) % 2
    result = EndToEnd(cleaner, min_area=0)(page)
    assert result.image.shape == page.shape
    assert result.prob.shape == result.mask.shape == result.filled.shape == size
    one_colour = size == (1, 1)
    assert (result.image == (page if one_colour else 255)).all()


def test_what_is_left_alone_and_what_is_called_lettering(cleaner: CleaningModel) -> None:
    page = lettered_page()
    page[60:62, 60:62] = 0  # 5 x 5 on the mean: 255 - 41 is not dark
    page[80:86, 60:66] = 60
    usual = EndToEnd(cleaner)(page)
    assert usual.filled[83, 63] == usual.mask[83, 63] == 1
    assert usual.filled[61, 61] == 0
    small = int(usual.filled[76:90, 56:70].sum())
    strict = EndToEnd(cleaner, min_area=small + 1)(page)
    assert np.array_equal(strict.image[70:], page[70:])
    assert strict.filled[70:].sum() == strict.mask[70:].sum() == 0
    assert np.array_equal(strict.image[:60], usual.image[:60])
    sure = EndToEnd(cleaner, threshold=0.99)(page)
    assert np.array_equal(sure.image, usual.image)  # the threshold is about the mask alone
    assert 0 < sure.mask.sum() < usual.mask.sum()
    assert sum(region.area for region in usual.regions) == usual.mask.sum()


def test_a_net_that_draws_everything_anew_may_change_everything(tmp_path: Path) -> None:
    direct = CleaningModel(write_cleaner(tmp_path / "a.onnx", blend=1.0), threads=1)
    page = patchwork(40, 40)
    result = EndToEnd(direct)(page)
    assert result.filled.all()
    assert (result.prob == 255).all()
    assert np.array_equal(result.image, direct(page)[0])


def test_mistakes_are_told(cleaner: CleaningModel) -> None:
    for image, options, words in (
        (lettered_page(), {"threshold": 1.0}, "threshold is 1.0; expected a probability"),
        (lettered_page(), {"tile": 64}, "tile is 64 pixels; expected at least 136"),
        (np.zeros((4, 4), np.uint8), {}, r"expected uint8 \(height, width, 3\)"),
    ):
        with pytest.raises(UserError, match=words):
            EndToEnd(cleaner, **options)(image)


def test_a_place_goes_whole_or_stays_whole_as_words_say() -> None:
    places = np.zeros((60, 90), np.uint8)
    places[10:20, 10:40] = 255  # a word covers a third of it
    places[10:20, 60:80] = 255  # no word there
    places[40:50, 10:40] = 255  # a word reaches a tenth of it, with its edge
    words = np.zeros_like(places)
    words[12:18, 12:22] = words[42:48, 10] = 1
    kept = agreed(places, words)
    assert kept.dtype == np.uint8
    assert (kept[10:20, 10:40] == 255).all()
    assert kept.sum() == 255 * 300
    assert not agreed(places, np.zeros_like(words)).any()
    assert np.array_equal(agreed(places, np.ones_like(words)), places)


def test_where_no_word_agrees_the_page_stays(cleaner: CleaningModel, tmp_path: Path) -> None:
    page = lettered_page()
    page[70:80, 50:60] = 110  # dark enough to be drawn anew, and too light to be a word for the finder
    alone = EndToEnd(cleaner)(page)
    assert alone.filled[75, 55] == 1
    finder = SegmentationModel(write_model(tmp_path / "a.onnx", METADATA | {"textrm.threshold": "0.999"}), threads=1)
    both = cleaned_copy(EndToEnd(cleaner, finder=finder), page)
    assert np.array_equal(both.image[60:], page[60:])
    assert both.mask[60:].sum() == both.filled[60:].sum() == 0
    assert (both.prob[60:] < 8).all()
    assert np.array_equal(both.mask[:60], alone.mask[:60])
    (region,) = both.regions
    assert region.area == both.mask.sum()


def test_a_word_that_the_finder_would_leave_as_doubtful_is_enough(cleaner: CleaningModel, tmp_path: Path) -> None:
    page = lettered_page()
    page[16:36] = np.maximum(page[16:36], 100)  # letters of a grey that is as likely one as not
    file = write_model(tmp_path / "a.onnx", METADATA | {"textrm.threshold": "0.6"})
    finder = SegmentationModel(file, threads=1)
    assert not SegmentAndFill(finder, fill="white")(page).mask[16:36].any()
    assert EndToEnd(cleaner, finder=finder)(page).filled[26, 20] == 1


def test_words_on_flat_ground_get_exactly_its_colour(cleaner: CleaningModel, tmp_path: Path) -> None:
    page = np.where(lettered_page() > 127, np.uint8([210, 190, 170]), lettered_page()).astype(np.uint8)
    page[:, 60:] = patchwork(96, 20)
    page[40:52, 66:74] = 0
    alone = EndToEnd(cleaner)(page)
    assert alone.image[26, 20].min() > 250  # the stand-in paints all white
    finder = SegmentationModel(write_model(tmp_path / "a.onnx"), threads=1)
    both = cleaned_copy(EndToEnd(cleaner, finder=finder), page)
    assert (both.image[:, :50] == [210, 190, 170]).all()
    assert both.image[46, 70].min() > 250  # and still does where the ground is not flat
    assert both.how is not None
    assert both.how.flat == both.filled[:, :58].sum() > 0
    assert both.how.network == both.filled[:, 58:].sum() > 0
    assert (both.how.holes["flat"], both.how.holes["network"]) == (1, 1)
    assert np.array_equal(both.image[both.filled == 0], page[both.filled == 0])


def test_the_finder_looks_at_what_is_shown(cleaner: CleaningModel, tmp_path: Path) -> None:
    finder = SegmentationModel(write_model(tmp_path / "a.onnx"), threads=1)
    page = lettered_page()
    blank = np.full_like(page, 255)
    assert np.array_equal(EndToEnd(cleaner, finder=finder)(page, seen=blank).image, page)
    assert EndToEnd(cleaner, finder=finder)(page, seen=page).filled.any()


def test_the_released_model_comes_with_the_released_finder(
    cleaner_file: Path, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CleaningModel, "released", cleaner_file)
    monkeypatch.setattr(SegmentationModel, "released", model_file)
    released_cleaner.cache_clear()
    released_segmenter.cache_clear()
    for cleaning in (EndToEnd(), EndToEnd.opened(threads=1)):
        assert cleaning.finder is not None
        assert cleaning.finder.path == model_file
    assert EndToEnd.opened(cleaner_file, 1).finder is None
    released_cleaner.cache_clear()
    released_segmenter.cache_clear()

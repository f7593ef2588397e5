"""What strokes, words and undoing do to a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from review_server import line, make_reviewed
from standin_model import lettered_page

from textrm.errors import UserError
from textrm.page import ByHand, Region, SegmentationModel
from textrm.page.finding import find as finding
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.review.opened import OpenPage
from textrm.review.strokes import Stroke, read_strokes


def page_of(pixels: np.ndarray, model: Path, home: Path, **save: object) -> OpenPage:
    home.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(home / "page.png", **save)
    return make_reviewed(home / "page.png", home / "out", model).opened(0)


def strokes(*given: dict[str, object]) -> list[Stroke]:
    return read_strokes(list(given))


def drawing() -> np.ndarray:
    """A lettered page with a grey blot, which a stroke may take out."""
    page = lettered_page(200, 300)
    page[100:120, 150:170] = 130
    cv2.line(page, (60, 80), (60, 190), (150, 150, 150), 3)
    return page


def test_a_stroke_takes_out_what_it_covers_and_nothing_else(model_file: Path, tmp_path: Path) -> None:
    page = page_of(drawing(), model_file, tmp_path)
    before = page.image.copy()
    assert (before[100:120, 150:170] == 130).all()  # grey is no lettering for the model
    box = page.paint(strokes(line(145, 110, 175, 110, 14)))
    assert box is not None
    left, top, right, bottom = box
    assert (page.image[98:122, 148:172] == 255).all()
    changed = (page.image != before).any(2)
    assert changed[top:bottom, left:right].sum() == changed.sum() > 300
    assert not (changed & (page.filled == 0)).any()
    assert page.version == 1


def test_an_eraser_gives_the_page_back(model_file: Path, tmp_path: Path) -> None:
    page = page_of(drawing(), model_file, tmp_path)
    assert (page.image[20:32, 16:24] == 255).all()
    page.paint(strokes(line(14, 26, 18, 26, 9, adds=False)))
    assert (page.image[20:32, 16:24] == 0).all()
    assert (page.image[20:32, 30:38] == 255).all()
    assert (page.image[page.filled == 0] == page.before[page.filled == 0]).all()
    assert page.mask[26, 20] == 0


def test_it_is_what_cleaning_with_the_same_masks_gives(model_file: Path, tmp_path: Path) -> None:
    page = page_of(drawing(), model_file, tmp_path)
    asked = strokes(line(145, 110, 175, 110, 14), line(14, 26, 18, 26, 9, adds=False))
    whole = slice(0, 200), slice(0, 300)
    add, erase = asked[0].drawn(whole), asked[1].drawn(whole)
    cleaned = SegmentAndFill(SegmentationModel(model_file, 1), fill="flat")(drawing(), by_hand=ByHand(None, add, erase))
    page.paint(asked)
    assert (page.image == cleaned.image).all()
    assert (page.mask == cleaned.mask).all()
    assert (page.filled == cleaned.filled).all()


def test_undo_and_redo_bring_every_pixel_back(model_file: Path, tmp_path: Path) -> None:
    page = page_of(drawing(), model_file, tmp_path)
    states = [[array.copy() for array in (page.image, page.mask, page.filled)]]
    for given in (line(145, 110, 175, 110, 14), line(14, 26, 18, 26, 9, adds=False), line(20, 20, 40, 40, 5)):
        page.paint(strokes(given))
        states.append([array.copy() for array in (page.image, page.mask, page.filled)])

    def check(number: int) -> None:
        for array, expected in zip((page.image, page.mask, page.filled), states[number], strict=True):
            assert (array == expected).all()

    for number in (2, 1, 0):
        assert page.move(back=True) is not None
        check(number)
    assert page.move(back=True) is None
    for number in (1, 2, 3):
        assert page.move(back=False) is not None
        check(number)
    assert page.move(back=False) is None
    page.move(back=True)
    page.paint(strokes(line(100, 60, 120, 60)))
    assert page.move(back=False) is None  # a new stroke ends what was undone
    assert page.version == 11


def test_a_word_stays_and_goes_again(model_file: Path, tmp_path: Path) -> None:
    page = page_of(drawing(), model_file, tmp_path)
    clean = page.image.copy()
    assert [word.goes for word in page.words] == [True]
    page.take(0, False)
    assert [word.goes for word in page.words] == [False]
    assert (page.image == page.before).all()
    page.take(0, True)
    assert [word.goes for word in page.words] == [True]
    assert (page.image == clean).all()
    page.paint(strokes(line(10, 26, 45, 26, 14, adds=False)))
    assert [word.goes for word in page.words] == [False]


def test_a_stroke_on_nothing_is_no_step(model_file: Path, tmp_path: Path) -> None:
    page = page_of(drawing(), model_file, tmp_path)
    assert page.paint(strokes(line(200, 180, 220, 180, adds=False))) is None
    assert page.paint(strokes(line(900, 900, 920, 900))) is None
    assert (page.version, page.history.done) == (0, [])


@pytest.mark.parametrize("mode", ["L", "CMYK", "I;16", "P"])
def test_pages_of_other_kinds_are_mended_in_their_own_pixels(mode: str, model_file: Path, tmp_path: Path) -> None:
    picture = Image.fromarray(drawing())
    if mode == "I;16":
        Image.fromarray(drawing()[..., 0].astype(np.uint16) * 257).save(tmp_path / "page.tif")
    else:
        picture.convert(mode).save(tmp_path / "page.tif")
    page = make_reviewed(tmp_path / "page.tif", tmp_path / "out", model_file).opened(0)
    page.paint(strokes(line(145, 110, 175, 110, 14)))
    whole = slice(0, 200), slice(0, 300)
    shown = page.shown(whole, True)
    assert shown.shape == (200, 300, 3)
    assert (shown[100:120, 150:170] > 250).all()
    assert (page.shown(whole, False)[102:118, 152:168] < 160).all()
    assert page.shown(whole, True, 4).shape == (50, 75, 3)
    assert page.move(back=True) is not None
    assert (page.shown(whole, True)[102:118, 152:168] < 160).all()


def test_all_words_of_a_kind_stay_and_go_again(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signs in the left half, one of them doubtful; a sound in the right one; below it a word without a kind."""

    def told(image: np.ndarray, ink: np.ndarray, regions: Sequence[Region]) -> list[Region]:
        kinds = {(0, 0): "sign", (0, 1): "sign", (1, 0): "sound_effect", (1, 1): ""}
        return [replace(one, kind=kinds[one.box[0] > 150, one.box[1] > 100], goes_as="sign") for one in regions]

    monkeypatch.setattr(finding, "with_kinds", told)
    image = np.full((200, 300, 3), 255, np.uint8)
    for top, left in ((20, 20), (20, 70), (150, 40), (20, 220), (150, 220)):
        image[top : top + 12, left : left + 8] = 0
    page = page_of(image, model_file, tmp_path)
    kinds = [word.region.kind for word in page.words]
    assert sorted(kinds) == ["", "sign", "sign", "sign", "sound_effect"]
    clean, sign = page.image.copy(), kinds.index("sign")
    assert (clean == 255).all()
    box = page.take_kind(sign, False)
    assert [word.goes for word in page.words] == [kind != "sign" for kind in kinds]
    assert (page.image[:, :150] == image[:, :150]).all()
    assert (page.image[:, 150:] == 255).all()
    assert box is not None
    assert (box[0] <= 20, box[1] <= 20, box[2] >= 78, box[3] >= 162, box[2] < 150) == (True,) * 5
    assert (page.version, len(page.history.done)) == (1, 1)  # one step for all of them
    doubtful = max(number for number, kind in enumerate(kinds) if kind == "sign")
    page.words[doubtful].doubtful = True
    page.take_kind(sign, True)
    assert [word.goes for word in page.words] == [number != doubtful for number in range(5)]
    page.take_kind(doubtful, True)  # which is chosen itself
    assert (page.image == clean).all()
    page.move(back=True)
    page.move(back=True)
    page.move(back=True)
    assert (page.image == clean).all()
    with pytest.raises(UserError, match="this word has no kind"):
        page.take_kind(kinds.index(""), False)
    with pytest.raises(UserError, match="there is no word 5"):
        page.take_kind(5, False)

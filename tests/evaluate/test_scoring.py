"""One page scored by hand: what is erased of words, what is touched without any, and what the row tells."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from textrm.data.manifest import BadRow, Manifest, Row
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.evaluate.scoring import choose_rows, kind_of, load_page, part_of, score_page, score_pages
from textrm.evaluate.summary import summarise_kinds

SIDE = 100


def lettered() -> Sample:
    """White paper with three black bars of 20 x 6 px: two are near each other, the third is alone."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for left in (10, 20, 80):
        mask[10:30, left : left + 6] = 1
    clean = np.full((SIDE, SIDE, 3), 255, np.uint8)
    return Sample("a", np.where(mask[..., None] > 0, 0, clean).astype(np.uint8), mask, clean)


def claim(where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mask as levels, and a page that is white there and black elsewhere."""
    return where.astype(np.uint8) * 255, np.repeat(where[..., None] * np.uint8(255), 3, axis=2)


def upper_left(page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Takes the dark pixels left of column 16 for lettering and whitens them."""
    found = page[..., 0] < 128
    found[:, 16:] = False
    return found.astype(np.uint8) * 255, np.where(found[..., None], 255, page).astype(np.uint8)


def test_words_are_grouped_or_as_the_polygons_say() -> None:
    sample = lettered()
    line = score_page(sample, upper_left).line()
    assert (line["words"], line["half_erased"], line["kept_whole"], line["words_found"]) == (2, 0.5, 0.5, 0.0)
    boxes = tuple(np.array([(left, 5), (left + 8, 5), (left + 8, 35), (left, 35)], np.float32) for left in (9, 19, 79))
    apart = Sample("a", sample.image, sample.mask, sample.clean, words=boxes)
    line = score_page(apart, upper_left).line()
    assert (line["words"], line["half_erased"], line["kept_whole"]) == (3, 0.0, 1.0)
    assert line["words_found"] == line["recall_12-60"] == pytest.approx(1 / 3)


def test_words_are_told_apart_by_their_kinds() -> None:
    sample = lettered()
    sample.mask[60:80, 50:56] = 1  # in no polygon
    sample.image[60:80, 50:56] = 0
    boxes = tuple(np.array([(left, 5), (left + 8, 5), (left + 8, 35), (left, 35)], np.float32) for left in (9, 19, 79))
    empty = np.array([(2, 80), (9, 80), (9, 95)], np.float32)  # a word that nothing of is to be seen
    told = replace(sample, words=(empty, *boxes), kinds=("credit", "sign", "", "sign"))
    page = score_page(told, upper_left, kind="several kinds")
    assert {kind: words.scores()["words"] for kind, words in page.kinds.items()} == {"credit": 0, "sign": 2}
    (credit, sign) = summarise_kinds([page])
    assert (sign["recall"], sign["words_found"], sign["kept_whole"], sign["half_erased"]) == (0.5, 0.5, 1.0, 0.0)
    assert (sign["pages"], credit["words"], page.words.scores()["words"]) == (1, 0, 4)
    (line,) = summarise_kinds([score_page(replace(told, kinds=("", "", "", "")), upper_left, kind="sign")])
    assert (line["kind"], line["words"], line["recall"]) == ("sign", 4, 0.25)


@pytest.mark.parametrize("clean", [True, False])
def test_a_page_with_an_empty_mask_is_its_own_clean_version(clean: bool) -> None:
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    calls = []

    def method(page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        calls.append(page)
        return claim(np.arange(SIDE)[:, None] + np.zeros(SIDE) < 2)

    sample = Sample("a", picture, np.zeros((SIDE, SIDE), np.uint8), picture.copy() if clean else None)
    page = score_page(sample, method)
    assert page.text_free
    assert page.pictures["false_area"] == page.pictures["leak"] == 0.02
    assert np.isnan(page.line()["left"])
    assert len(calls) == 1  # the clean version is the same picture
    ignore = np.zeros((SIDE, SIDE), np.uint8)
    ignore[:, 50:] = ignore[:1] = 1
    sample = Sample("a", picture, sample.mask, sample.clean, ignore)
    assert score_page(sample, method).pictures["false_area"] == pytest.approx(1 / 99)


@pytest.mark.parametrize(("kind", "tags", "expected"), [
    (None, "dialogue latin", "dialogue"), (None, "latin", ""), (None, "sign dialogue", "several kinds"),
    ("credit", "dialogue", "credit"), ("", "sound_effect", "sound_effect"),
])  # fmt: skip
def test_the_column_kind_tells_or_else_the_tags(kind: str | None, tags: str, expected: str) -> None:
    row = Row("a", "val", "g", "a.png", tags=tags, extra={} if kind is None else {"kind": kind})
    assert kind_of(row) == expected


def test_a_part_is_the_value_of_any_column() -> None:
    row = Row("a", "val", "g", "a.png", tags="x y", width=640, source="s", extra={"style": "ink", "language": ""})
    found = {by: part_of(row, by) for by in ("source", "style", "language", "width", "height", "tags", None)}
    assert found == {
        "source": "s", "style": "ink", "language": "none", "width": "640", "height": "none", "tags": "x y", None: "",
    }  # fmt: skip
    with pytest.raises(UserError, match=r"by=extra: the manifest has no such column; it has id, .*, style, language"):
        part_of(row, "extra")


def test_rows_without_a_mask_are_scored_where_the_clean_picture_is_the_image(tmp_path: Path) -> None:
    rows = (
        Row("free", "val", "g", "free.png", clean="free.png"),
        Row("unknown", "val", "g", "free.png"),
        Row("pair", "val", "g", "free.png", clean="other.png"),
    )
    assert cv2.imwrite(str(tmp_path / "free.png"), np.zeros((SIDE, SIDE, 3), np.uint8))
    manifest = Manifest(rows, tmp_path)
    assert choose_rows(manifest, "val") == [rows[0]]
    (pages,) = score_pages(manifest, rows[:1], {"all": lambda page: claim(np.ones(page.shape[:2], bool))})
    assert not isinstance(pages, BadRow)
    assert (pages["all"].text_free, pages["all"].pictures["false_area"]) == (True, 1.0)


def test_polygons_are_read_with_the_page(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "a.png"), np.zeros((SIDE, SIDE, 3), np.uint8))
    (tmp_path / "a.json").write_text(json.dumps([[[1, 2], [3, 4], [5, 6.5]]]))
    row = Row("a", "val", "g", "a.png", clean="a.png", extra={"words": "a.json"})
    sample = load_page(Manifest((row,), tmp_path), row)
    assert [word.tolist() for word in sample.words] == [[[1, 2], [3, 4], [5, 6.5]]]
    assert sample.kinds == ("",)
    assert sample.ignore is None

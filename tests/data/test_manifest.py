"""The manifest: what is read, what is refused and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tiny_sets import Fake, Save

from textrm.data.manifest import (
    COLUMNS,
    BadRow,
    Manifest,
    Row,
    load_sample,
    read_manifest,
    write_manifest,
)
from textrm.errors import UserError

One = Callable[..., tuple[Manifest, Row]]
HEADER = ",".join(COLUMNS)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True, params=["list", "table"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows at hand, and rows of a file that is too large for it."""
    if request.param == "table":
        monkeypatch.setattr("textrm.data.manifest.LARGE", 0)


@pytest.fixture
def one(tmp_path: Path, fake_page: Fake, save: Save) -> Callable[..., tuple[Manifest, Row]]:
    """A manifest of one page in ``tmp_path``, its row changed."""
    image, clean, mask = fake_page(0)
    for name, picture in (("i.png", image), ("c.png", clean), ("m.png", mask * 255)):
        save(tmp_path / name, picture)

    def make(**changes: object) -> tuple[Manifest, Row]:
        row = replace(Row("a", "train", "g", "i.png", "c.png", "m.png"), **changes)  # type: ignore[arg-type]
        return Manifest((row,), tmp_path), row

    return make


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = (
        Row("a", "train", "g", "x/a.png", "c.png", "m.png", "flat big", 10, 20, "Someone, 2020", "CC BY 4.0"),
        Row("b", "val", "h", "b.png", extra={"language": "ja", "ignore_boxes": "0,0,1,1;2,2,3,3"}),
    )
    write_manifest(tmp_path / "new" / "m.csv", rows)
    manifest = read_manifest(tmp_path / "new" / "m.csv")
    header = (tmp_path / "new" / "m.csv").read_text().splitlines()[0]
    assert header == HEADER + ",language,ignore_boxes"
    assert manifest.rows[1] == rows[1]
    assert manifest.rows[0].width == 10
    assert manifest.rows[0].source == "Someone, 2020"
    assert manifest.rows[0].extra == {"language": "", "ignore_boxes": ""}
    assert manifest.paths(rows[0])["image"] == tmp_path / "new" / "x" / "a.png"
    assert manifest.paths(rows[1]).keys() == {"image"}


def test_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = _write(tmp_path / "m.csv", "old")
    with pytest.raises(UserError, match="row 1 is a NoneType"):
        write_manifest(path, [Row("a", "train", "g", "a.png"), None])  # type: ignore[list-item]
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.csv"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,split,image\na,train,b\n", "lacks the columns group, clean, mask, tags, width, height, source, licence"),
        (f"{HEADER}\na,train,g,i.png,,,,,,,\na,val,g,i.png,,,,,,,\n", "'a' occurs twice"),
        (f"{HEADER}\na,dev,g,i.png,,,,,,,\n", "line 2: split is 'dev'; expected train, val or test"),
        (f"{HEADER}\na,train,g,i.png,,,,wide,,,\n", "width is 'wide'"),
        (f"{HEADER}\na,train,g,i.png,,,,0,,,\n", "width is '0'"),
        (f"{HEADER}\n,train,g,i.png,,,,,,,\n", "has no id"),
        (f"{HEADER}\na,train,g,,,,,,,,\n", "has no image"),
        (f"{HEADER}\na,train,g,i.png\n", "another number of cells"),
        (f"{HEADER}\na,train,g,i.png,,,,,,,,,\n", "another number of cells"),
    ],
)
def test_bad_manifests_are_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        read_manifest(_write(tmp_path / "m.csv", text))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"id": "a"}], "row 0 is a dict; an importer gives textrm.data.manifest.Row"),
        ([Row("", "train", "g", "a.png")], "row 0, '', has no id"),
        ([Row("a", "train", "g", "a.png")] * 2, "row 1, 'a', occurs twice"),
        ([Row("a", "training", "g", "a.png")], "row 0, 'a', has split 'training'; expected train, val, test"),
        ([Row("a", "val", "g", "")], "row 0, 'a', has no image"),
    ],
)
def test_an_importer_cannot_write_what_could_not_be_read(tmp_path: Path, rows: list[Any], said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        write_manifest(tmp_path / "manifest.csv", rows)
    assert list(tmp_path.iterdir()) == []


def test_missing_file_and_binary_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such manifest"):
        read_manifest(tmp_path / "none.csv")
    cv2.imwrite(str(tmp_path / "m.png"), np.zeros((9, 9), np.uint8))
    with pytest.raises(UserError, match="not a CSV"):
        read_manifest(tmp_path / "m.png")


def test_byte_order_mark_of_spreadsheets_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path / "m.csv", f"\ufeff{HEADER}\na,train,g,i.png,,,,,,,\n")
    assert read_manifest(path).rows[0].id == "a"


def test_sample_is_rgb_with_a_mask_of_ones_for_lettering(one: One, fake_page: Fake) -> None:
    manifest, row = one(tags="two tags", width=80, height=60)
    sample = load_sample(manifest, row)
    image, clean, mask = fake_page(0)
    np.testing.assert_array_equal(sample.image, image)  # red would be blue if the channels were left in OpenCV's order
    np.testing.assert_array_equal(sample.clean, clean)
    np.testing.assert_array_equal(sample.mask, mask)
    assert sample.mask.dtype == np.uint8
    assert sample.ignore is None
    assert sample.tags == {"two", "tags"}
    assert load_sample(manifest, row, clean=False).clean is None


def test_mask_is_cut_above_127(tmp_path: Path, one: One, save: Save) -> None:
    manifest, row = one()
    grey = np.zeros((60, 80), np.uint8)
    grey[0, :4] = (127, 128, 255, 1)
    save(tmp_path / "m.png", grey)
    assert load_sample(manifest, row).mask[0, :4].tolist() == [0, 1, 1, 0]
    assert load_sample(manifest, row).mask.sum() == 2


def test_grey_and_16_bit_pictures_become_rgb(tmp_path: Path, one: One) -> None:
    manifest, row = one(clean="")
    cv2.imwrite(str(tmp_path / "i.png"), np.full((60, 80), 51 * 257, np.uint16))
    image = load_sample(manifest, row).image
    assert image.shape == (60, 80, 3)
    assert image.dtype == np.uint8
    assert (image == 51).all()


def test_ignore_boxes_mark_exactly_their_pixels(one: One) -> None:
    manifest, row = one(extra={"ignore_boxes": "1,2,4,5;70,50,999,999"})
    ignore = load_sample(manifest, row).ignore
    expected = np.zeros((60, 80), np.uint8)
    expected[2:5, 1:4] = 1
    expected[50:, 70:] = 1
    np.testing.assert_array_equal(ignore, expected)


def test_without_a_mask_nothing_is_known(one: One) -> None:
    sample = load_sample(*one(mask=""))
    assert sample.mask.sum() == 0
    assert sample.ignore is not None
    assert sample.ignore.all()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"image": "none.png"}, "none.png: cannot be read: No such file"),
        ({"width": 81}, "i.png is 80x60, the manifest says 81x"),
        ({"extra": {"ignore_boxes": "1,2,3"}}, "ignore_boxes has '1,2,3'"),
        ({"extra": {"ignore_boxes": "1,2,3,inf"}}, "ignore_boxes has '1,2,3,inf'"),
    ],
)
def test_bad_rows_say_why(changes: dict[str, object], reason: str, one: One) -> None:
    with pytest.raises(BadRow, match=reason) as bad:
        load_sample(*one(**changes))
    assert bad.value.id == "a"


@pytest.mark.parametrize("role", ["m.png", "c.png"])
def test_files_of_another_size_make_a_bad_row(tmp_path: Path, role: str, one: One, save: Save) -> None:
    manifest, row = one()
    save(tmp_path / role, np.zeros((60, 79), np.uint8))
    with pytest.raises(BadRow, match=r"is 79x60, its image 80x60"):
        load_sample(manifest, row)


@pytest.mark.parametrize(
    ("content", "reason"), [("half", "is damaged"), ("none", "is empty"), ("text", "expected JPEG, PNG, WebP")]
)
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_unreadable_files_make_a_bad_row(
    tmp_path: Path, suffix: str, content: str, reason: str, one: One, fake_page: Fake
) -> None:
    manifest, row = one(image=f"bad{suffix}")
    whole = cv2.imencode(suffix, fake_page(1)[0])[1].tobytes()
    (tmp_path / f"bad{suffix}").write_bytes({"half": whole[: len(whole) // 2], "none": b"", "text": b"text"}[content])
    with pytest.raises(BadRow, match=reason):
        load_sample(manifest, row)

"""Words across the join of two strips are decided on in one piece."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from infer_command import run
from PIL import Image
from standin_model import write_model

from textrm.page import ByHand, SegmentAndFill, SegmentationModel
from textrm.page.joins import across_joins
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.strips import with_neighbours
from textrm.pictures.read import read, read_open

WIDE, HIGH, CUT = 120, 400, 200


def drawn() -> np.ndarray:
    """A strip in one piece, three letters across its middle; both parts are in one grey."""
    strip = np.full((HIGH, WIDE, 3), 230, np.uint8)
    for left in (20, 50, 80):
        strip[CUT - 11 : CUT + 9, left : left + 16] = 0
    strip[40:60, 20:36] = 0
    return strip


@pytest.fixture(scope="module")
def cleaning(tmp_path_factory: pytest.TempPathFactory) -> SegmentAndFill:
    model = write_model(tmp_path_factory.mktemp("model") / "model.onnx")
    return SegmentAndFill(SegmentationModel(model, 1), fill="flat", remove=["all"])


def test_both_halves_of_a_word_go(cleaning: SegmentAndFill) -> None:
    upper, lower = drawn()[:CUT], drawn()[CUT:]
    above = across_joins(upper, None, lambda: lower, cleaning)
    below = across_joins(lower, lambda: upper, None, cleaning)
    assert above is not None
    assert below is not None
    assert above.add is not None
    assert below.add is not None
    assert above.add[-11:, 22:34].all()
    assert below.add[:9, 22:34].all()
    assert not above.add[: CUT - 30].any()  # what is wholly on one side is none of this
    for strip, by_hand in ((upper, above), (lower, below)):
        assert cleaning(strip, by_hand=by_hand).image.min() == 230


def test_words_that_stay_stay_on_both_sides(cleaning: SegmentAndFill) -> None:
    keeps = SegmentAndFill(cleaning.model, fill="flat", remove=["page_number"])
    upper, lower = drawn()[:CUT], drawn()[CUT:]
    by_hand = across_joins(lower, lambda: upper, None, keeps)
    assert by_hand is not None
    assert by_hand.erase is not None
    assert by_hand.erase[:9, 22:34].all()
    assert np.array_equal(keeps(lower, by_hand=by_hand).image, lower)


def test_what_a_person_says_counts_more(cleaning: SegmentAndFill) -> None:
    upper, lower = drawn()[:CUT], drawn()[CUT:]
    erase = np.zeros(lower.shape[:2], np.uint8)
    erase[:20, :40] = 1
    by_hand = across_joins(lower, lambda: upper, None, cleaning, ByHand(erase=erase))
    assert by_hand is not None
    cleaned = cleaning(lower, by_hand=by_hand).image
    assert (cleaned[:9, 20:36] == 0).all()
    assert (cleaned[:9, 50:66] == 230).all()
    given = ByHand(mask=erase)
    assert across_joins(lower, lambda: upper, None, cleaning, given) is given


def test_pages_that_do_not_join_are_as_they_were(cleaning: SegmentAndFill) -> None:
    upper, lower = drawn()[:CUT], drawn()[CUT:]
    blank = np.full_like(upper, 230)
    asked = []

    def neighbour() -> np.ndarray:
        asked.append(1)
        return upper

    assert across_joins(blank, neighbour, neighbour, cleaning) is None
    assert not asked  # nothing runs over a plain edge: the other need not be read
    assert across_joins(lower, lambda: blank, None, cleaning) is None
    assert across_joins(lower, lambda: upper[:, :-1], None, cleaning) is None
    assert across_joins(lower, lambda: 255 - upper, None, cleaning) is None  # does not go on
    assert across_joins(lower, lambda: None, None, cleaning) is None


def write_strips(folder: Path) -> None:
    folder.mkdir()
    for number, part in enumerate((drawn()[:CUT], drawn()[CUT:])):
        Image.fromarray(part).save(folder / f"{number}.png")


def test_the_command_cleans_across_the_cut_of_a_strip(model_file: Path, tmp_path: Path) -> None:
    write_strips(tmp_path / "in")
    run(model_file, tmp_path / "in", "-o", tmp_path / "out", "--jobs", 1, "--remove", "all", "--fill", "flat")
    cleaned = [read(tmp_path / "out" / f"{number}.png").image for number in range(2)]
    assert [picture.min() for picture in cleaned] == [230, 230]
    again = run(model_file, tmp_path / "in", "-o", tmp_path / "out", "--jobs", 1, "--remove", "all", "--fill", "flat")
    assert "0 pages cleaned, 2 were done already" in again.output


def test_strips_of_one_folder_and_width_are_neighbours(tmp_path: Path) -> None:
    sizes = {"a/1.png": (100, 200), "a/2.png": (100, 90), "a/3.png": (100, 90), "b/1.png": (100, 200),
             "b/2.png": (101, 200), "b/3.png": (101, 165)}  # fmt: skip
    pages = []
    for name, size in sizes.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", size).save(tmp_path / name)
        pages.append(PageFiles(tmp_path / name, tmp_path / "out" / name, {}))
    (tmp_path / "b/4.png").write_text("no picture")
    pages.append(PageFiles(tmp_path / "b/4.png", tmp_path / "out" / "b/4.png", {}))
    found = with_neighbours(pages)
    assert [(page.above and page.above.source.name, page.below and page.below.source.name) for page in found] == [
        (None, "2.png"), ("1.png", None), (None, None), (None, None), (None, "3.png"), ("2.png", None), (None, None),
    ]  # fmt: skip
    assert [page.below for page in with_neighbours(pages[:1], after=pages[1])] == [pages[1]]
    assert [page.above for page in with_neighbours(pages[1:2], before=pages[0])] == [pages[0]]


def test_strips_that_are_replaced_are_cleaned_across_the_cut_also_by_a_second_run(
    model_file: Path, tmp_path: Path
) -> None:
    flags = "--overwrite", "--jobs", 1, "--remove", "all", "--fill", "flat"
    write_strips(tmp_path / "again")
    page = PageFiles(tmp_path / "again" / "0.png", tmp_path / "again" / "0.png", {}, in_place=True)
    run(model_file, tmp_path / "again", "-o", tmp_path / "again", *flags)
    cleaned = [read(tmp_path / "again" / f"{number}.png").image for number in range(2)]
    assert [picture.min() for picture in cleaned] == [230, 230]
    assert not page.margins.parent.exists()
    done = run(model_file, tmp_path / "again", "-o", tmp_path / "again", *flags)
    assert "0 pages cleaned, 2 were done already" in done.output
    # A run that was killed after the first strip: that one is clean, and what the second looks at was kept.
    Image.fromarray(drawn()[CUT:]).save(tmp_path / "again" / "1.png")
    page.margins.parent.mkdir()
    Image.fromarray(drawn()[:CUT]).save(page.margins)
    run(model_file, tmp_path / "again", "-o", tmp_path / "again", *flags)
    assert read(tmp_path / "again" / "1.png").image.min() == 230
    assert not page.margins.parent.exists()
    # One that was killed when both were clean, before it took away what was kept.
    page.margins.parent.mkdir()
    for left in (page.margins, page.source.with_name(f".{'0' * 16}.part")):
        left.write_bytes(b"kept")
    done = run(model_file, tmp_path / "again", "-o", tmp_path / "again", *flags)
    assert "0 pages cleaned, 2 were done already" in done.output
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == ["0.png", "1.png"]


def test_strips_in_a_book_and_in_two_parts_of_a_folder_are_cleaned_across_the_cut(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textrm.page.planning.plan._AT_ONCE", 1)
    write_strips(tmp_path / "in")
    with zipfile.ZipFile(tmp_path / "book.cbz", "w") as book:
        for number in range(2):
            book.write(tmp_path / "in" / f"{number}.png", f"pages/{number}.png")
    flags = "--jobs", 1, "--remove", "all", "--fill", "flat"
    run(model_file, tmp_path / "in", "-o", tmp_path / "out", *flags)
    run(model_file, tmp_path / "book.cbz", "-o", tmp_path / "out", *flags)
    with zipfile.ZipFile(tmp_path / "out" / "book.cbz") as book:
        in_book = [read_open(io.BytesIO(book.read(f"pages/{number}.png"))).image for number in range(2)]
    cleaned = [read(tmp_path / "out" / f"{number}.png").image for number in range(2)]
    assert [picture.min() for picture in cleaned + in_book] == [230] * 4

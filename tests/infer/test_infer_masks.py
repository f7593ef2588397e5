"""Masks that a person made are taken in, by the command."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from infer_command import files, run
from PIL import Image
from standin_model import lettered_page

from textrm.pictures.read import read


def write_mask(path: Path, *boxes: tuple[int, int, int, int]) -> Path:
    """A mask of the stand-in pages that is white in boxes of rows and columns."""
    mask = np.zeros((96, 80), np.uint8)
    for top, bottom, left, right in boxes:
        mask[top:bottom, left:right] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).save(path)
    return path


LEFT, RIGHT = (18, 34, 14, 26), (18, 34, 28, 40)  # around the two letters


def test_masks_are_used_instead_of_finding_where_there_are_some(model_file: Path, book: Path, tmp_path: Path) -> None:
    write_mask(tmp_path / "masks" / "1.png", LEFT)
    write_mask(tmp_path / "masks" / "two" / "3.mask.png", RIGHT)
    result = run(model_file, book, "-o", tmp_path / "out", "--masks", tmp_path / "masks")
    assert result.exit_code == 0
    assert f"note: 1 of 3 pages have no mask in {tmp_path / 'masks'}: their lettering is found\n" in result.output
    page = lettered_page()
    for name, kept, gone in (("1.png", slice(30, 38), slice(16, 24)), ("two/3.png", slice(16, 24), slice(30, 38))):
        cleaned = read(tmp_path / "out" / name).image
        assert (cleaned[20:32, gone] == 255).all()
        assert np.array_equal(cleaned[20:32, kept], page[20:32, kept])
    assert read(tmp_path / "out" / "2.jpg").image.min() > 240


def test_added_and_erased(model_file: Path, book: Path, tmp_path: Path) -> None:
    page = lettered_page()
    page[60:70, 50:60] = 150  # pale: not found
    Image.fromarray(page).save(book / "1.png")
    write_mask(tmp_path / "more" / "1.png", (58, 72, 48, 62))
    write_mask(tmp_path / "less" / "1.png", RIGHT)
    result = run(model_file, book / "1.png", "-o", tmp_path / "out", "--add", tmp_path / "more",
                 "--erase", tmp_path / "less", "--mask")  # fmt: skip
    assert result.exit_code == 0
    cleaned = read(tmp_path / "out" / "1.png").image
    assert (cleaned[58:72, 48:62] == 255).all()
    assert np.array_equal(cleaned[18:34, 28:40], page[18:34, 28:40])
    assert (cleaned[20:32, 16:24] == 255).all()
    mask = np.asarray(Image.open(tmp_path / "out" / "1.mask.png"))
    assert (mask[30, 32], mask[25, 18], mask[65, 55]) == (0, 255, 255)
    # What was found goes in as it came out.
    again = run(model_file, book / "1.png", "-o", tmp_path / "again", "--masks", tmp_path / "out")
    assert again.exit_code == 0
    assert np.array_equal(read(tmp_path / "again" / "1.png").image[:50], cleaned[:50])


def test_masks_that_cannot_be_used(model_file: Path, book: Path, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    write_mask(masks / "1.png", (0, 96, 0, 80))
    Image.new("L", (40, 48)).save(masks / "2.png")
    write_mask(masks / "two" / "3.png", LEFT)
    shutil.copy(masks / "two" / "3.png", masks / "two" / "3.bmp")
    write_mask(masks / "two" / "4.png", LEFT)
    result = run(model_file, book, "-o", tmp_path / "out", "--masks", masks)
    assert result.exit_code == 1
    said = result.output
    assert f"100% of {masks / '1.png'} would be lettering" in said
    assert f"{masks / '2.png'} is 40x48, its picture 80x96" in said
    assert f"both {masks / 'two' / '3.bmp'} and {masks / 'two' / '3.png'} are its mask" in said
    assert f"note: masks of pages that are not there: {masks / 'two' / '4.png'}\n" in said
    assert not (tmp_path / "out").exists()
    for folder, words in ((tmp_path / "none", "is no folder; expected one with masks"), (book / "two", "")):
        result = run(model_file, book / "1.png", "-o", tmp_path / "out", "--erase", folder)
        assert words in result.output
    (tmp_path / "empty").mkdir()
    assert "holds no mask" in run(model_file, book, "-o", tmp_path / "out", "--add", tmp_path / "empty").output


def test_an_erasing_mask_may_cover_the_page(model_file: Path, book: Path, tmp_path: Path) -> None:
    write_mask(tmp_path / "keep" / "1.png", (0, 96, 0, 80))
    assert run(model_file, book / "1.png", "-o", tmp_path / "out", "--erase", tmp_path / "keep").exit_code == 0
    assert np.array_equal(read(tmp_path / "out" / "1.png").image, lettered_page())


def test_masks_beside_and_among_the_pages(model_file: Path, book: Path, tmp_path: Path) -> None:
    write_mask(book / "1.mask.png", LEFT)
    result = run(model_file, book, "-o", tmp_path / "out", "--masks", book)
    assert result.exit_code == 0, result.output
    assert files(tmp_path / "out") == ["1.png", "2.jpg", "two/3.png"]
    assert (read(tmp_path / "out" / "1.png").image[20:32, 30:38] == 0).all()
    write_mask(book / "masks" / "2.png", LEFT)
    result = run(model_file, book, "-o", tmp_path / "other", "--masks", book / "masks", "--overwrite")
    assert files(tmp_path / "other") == ["1.mask.png", "1.png", "2.jpg", "two/3.png"]


def test_another_mask_makes_its_page_anew(model_file: Path, book: Path, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    write_mask(masks / "1.png", LEFT)
    command = (model_file, book, "-o", tmp_path / "out", "--masks", masks)
    assert run(*command).exit_code == 0
    assert "0 pages cleaned, 3 were done already" in run(*command).output
    write_mask(masks / "1.png", RIGHT)
    assert "1 page cleaned, 1 of them anew for other options than before, 2 were done" in run(*command).output
    assert (read(tmp_path / "out" / "1.png").image[20:32, 16:24] == 0).all()


@pytest.mark.parametrize("option", ["--masks", "--add", "--erase"])
def test_end_to_end_takes_no_masks(cleaner_file: Path, book: Path, tmp_path: Path, option: str) -> None:
    write_mask(tmp_path / "masks" / "1.png", LEFT)
    result = run(cleaner_file, book, "-o", tmp_path / "out", "--method", "end-to-end", option, tmp_path / "masks")
    assert result.exit_code == 1
    assert result.output.startswith(f"error: {option}: of no use with --method end-to-end")

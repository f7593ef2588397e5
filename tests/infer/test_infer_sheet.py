"""``--sheet``: one HTML page of all results, of this run and of those before."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from drawn_books import book_of, write_zip
from icc_profiles import dark_grey, ink, wide_rgb
from infer_command import files, run
from PIL import Image, ImageCms
from standin_model import lettered_page

from textrm.page.sheet.pair import read_told
from textrm.pictures.formats.png import encode_16_bit


def names(out: Path) -> list[str]:
    return sorted(re.findall("<h2>(.*)</h2>", (out / "sheet.html").read_text()))


def test_a_sheet_lies_beside_the_results(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(model_file, book, "-o", out, "--sheet")
    assert result.exit_code == 0
    assert result.output.splitlines()[-2] == f"{out}/sheet.html shows the pages before and after, the worst first"
    assert files(out) == ["1.png", "2.jpg", "sheet.html", "sheet/1.sheet.jpg", "sheet/2.sheet.jpg", "two/3.png",
                          "two/sheet/3.sheet.jpg"]  # fmt: skip
    assert names(out) == ["1.png", "2.jpg", "two/3.png"]
    pair = np.asarray(Image.open(out / "sheet" / "1.sheet.jpg").convert("L"))
    assert pair.shape == (96, 160)  # the page of 80 x 96, twice
    assert (pair[20:32, 16:24] < 30).all()  # the letters were there
    assert (pair[:, 80:] > 240).all()  # and are gone
    told = read_told(out / "sheet" / "1.sheet.jpg")
    assert (told.width, told.height, told.words, told.doubtful) == (80, 96, 1, 0)
    assert 0.025 < told.filled < 0.2


def test_it_shows_what_was_done_before_too(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(model_file, book / "1.png", "-o", out, "--sheet")
    assert names(out) == ["1.png"]
    (book / "4.png").write_text("no picture")
    result = run(model_file, book, "-o", out, "--sheet")
    assert result.output.endswith("2 pages cleaned, 1 were done already (--overwrite makes them anew), 1 failed\n")
    assert names(out) == ["1.png", "2.jpg", "two/3.png"]
    assert '<p class="warn">1 failed:</p>' in (out / "sheet.html").read_text()
    assert f"<li>{book}/4.png: " in (out / "sheet.html").read_text()
    (out / "sheet.html").unlink()
    (book / "4.png").unlink()
    run(model_file, book, "-o", out, "--sheet", "--jobs", 2)
    assert names(out) == ["1.png", "2.jpg", "two/3.png"]
    assert "failed" not in (out / "sheet.html").read_text()


def test_a_page_of_a_book_has_its_name_and_leads_to_the_book(model_file: Path, tmp_path: Path) -> None:
    cbz, out = write_zip(tmp_path / "in" / "book.cbz", book_of()), tmp_path / "out"
    assert run(model_file, cbz, "-o", out, "--sheet").exit_code == 0
    assert names(out) == ["book/ch/0.png", "book/ch/1.png", "book/ch/2.png"]
    page = (out / "sheet.html").read_text()
    assert page.count('<a href="../in/book.cbz">the book</a>, <a href="book.cbz">cleaned</a>') == 3
    assert page.count('src="book/ch/sheet/0.sheet.jpg"') == 2


def test_its_pictures_are_no_pages(model_file: Path, book: Path) -> None:
    for _ in range(2):
        assert run(model_file, book, "-o", book, "--overwrite", "--sheet").exit_code == 0
        assert [name for name in files(book) if "sheet/sheet" in name] == []
        assert names(book) == ["1.png", "2.jpg", "two/3.png"]


def test_something_else_in_its_place_stays(model_file: Path, book: Path, tmp_path: Path) -> None:
    (tmp_path / "sheet.html").write_text("my notes")
    result = run(model_file, book, "-o", tmp_path, "--sheet")
    assert result.exit_code == 1
    assert result.output.startswith(f"error: {tmp_path}/sheet.html is no sheet of ours")
    assert (tmp_path / "sheet.html").read_text() == "my notes"
    assert not (tmp_path / "1.png").exists()


def pages() -> dict[str, tuple[bytes, tuple[int, ...]]]:
    """Files of pages of one colour with black letters, each with its sRGB."""
    letters = lettered_page()[..., 0] == 0
    found: dict[str, tuple[bytes, tuple[int, ...]]] = {}
    for name, mode, colour, profile in (
        ("ink.tif", "CMYK", (0, 60, 120, 10), None), ("printed.tif", "CMYK", (0, 60, 120, 10), ink()),
        ("wide.png", "RGB", (200, 160, 140), wide_rgb()), ("grey.png", "L", (190,), dark_grey()),
    ):  # fmt: skip
        pixels = np.broadcast_to(np.array(colour, np.uint8), (*letters.shape, len(colour))).copy()
        pixels[letters] = (0, 0, 0, 255) if mode == "CMYK" else 0
        picture = Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode)
        buffer = BytesIO()
        picture.save(buffer, "TIFF" if "tif" in name else "PNG", icc_profile=profile)
        seen = picture.convert("RGB")
        if profile:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
            target = ImageCms.createProfile("sRGB")
            seen = ImageCms.profileToProfile(picture, source, target, intent, "RGB", flags=flags)
        found[name] = buffer.getvalue(), seen.getpixel((0, 0))
    wide = np.full((*letters.shape, 3), (50000, 40000, 30000), np.uint16)
    wide[letters] = 0
    found["16.png"] = encode_16_bit(wide), (195, 156, 117)
    return found


@pytest.mark.parametrize("name", list(pages()))
def test_colours_are_those_that_a_browser_shows(name: str, model_file: Path, tmp_path: Path) -> None:
    content, colour = pages()[name]
    (tmp_path / name).write_bytes(content)
    assert run(model_file, tmp_path / name, "-o", tmp_path / "out", "--sheet", "--fill", "flat").exit_code == 0
    pair = np.asarray(Image.open(tmp_path / "out" / "sheet" / f"{name[:-4]}.sheet.jpg").convert("RGB")).astype(int)
    assert pair[26, 20].max() < 40
    for where in ((60, 40), (60, 120), (26, 100)):  # paper before, paper after, where letters were
        assert np.abs(pair[where] - colour).max() <= 4, where

"""Cleans one file into others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from textrm.files import write_whole
from textrm.page.cleaning import Cleaning
from textrm.page.files.beside import draw_overlay, regions_json
from textrm.page.files.plan import PageFiles
from textrm.pictures.colour import colours, to_srgb
from textrm.pictures.page import Page
from textrm.pictures.planes import planes
from textrm.pictures.read import MAX_PIXELS, read
from textrm.pictures.write import encode, encode_plain


def clean_file(
    page_files: PageFiles, cleaning: Cleaning, as_png: bool = False, max_pixels: int = MAX_PIXELS
) -> list[str]:
    """Read a page, clean it, write it and what is wished beside it.

    The clean page is written last: where it is, the others are too.

    Args:
        page_files: the files.
        cleaning: how to clean, with its models.
        as_png: write PNG whatever the source is.
        max_pixels: larger pictures are refused.

    Returns:
        What the user should know about this page.

    Raises:
        UserError: when the page cannot be read or cleaned.
        OSError: when a result cannot be written.
    """
    page = read(page_files.source, max_pixels)
    if problem := colours(page).problem:
        page.notes.append(problem)
    image = planes(page)
    filled = _clean_and_report(page, image, page_files, cleaning)
    write_whole(page_files.target, encode(page, image, filled, as_png))
    return page.notes


def _clean_and_report(page: Page, image: np.ndarray, page_files: PageFiles, cleaning: Cleaning) -> np.ndarray:
    """Clean ``image`` in place and write what is wished beside it; returns what was filled.

    A function of its own: encoding a large page needs the room that the probability and the mask take here.
    """
    before = page.image.copy() if image is page.image and "overlay" in page_files.extras else page.image
    result = cleaning(image, out=image, seen=to_srgb(page))
    facts = {"threshold": cleaning.threshold, "run": cleaning.model.run, "version": cleaning.model.version}
    contents: dict[str, Callable[[], bytes | memoryview]] = {
        "mask": lambda: encode_plain(result.mask * 255),
        "prob": lambda: encode_plain(result.prob),
        "overlay": lambda: encode_plain(draw_overlay(before, result.filled, result.regions)),
        "json": lambda: regions_json(
            page_files.source.name, page.image.shape, result.regions, result.doubtful, **facts
        ),
    }
    for name, path in page_files.extras.items():
        write_whole(path, contents[name]())
    return result.filled

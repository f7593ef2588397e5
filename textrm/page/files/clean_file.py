"""Cleans one file into others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from textrm.errors import UserError
from textrm.files import FULL, write_whole
from textrm.page.cleaning import Cleaning
from textrm.page.files.beside import draw_overlay, regions_json
from textrm.page.joins import Neighbour, across_joins, are_parts, margins
from textrm.page.kinds.choice import counted_kinds
from textrm.page.layers.of_page import as_ora, as_psd
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.planning.masks_by_hand import read_by_hand
from textrm.page.planning.page_files import PageFiles
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.page.sheet.pair import Told, encode_pair
from textrm.pictures.colour import colours, to_srgb
from textrm.pictures.formats.planes import planes, srgb_of
from textrm.pictures.page import Page
from textrm.pictures.read import MAX_PIXELS
from textrm.pictures.read import read as read_picture
from textrm.pictures.write import encode, encode_plain

_SHOW_BEFORE = frozenset(("overlay", "sheet", "psd", "ora"))  # extras that need the page as it was


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is told of a page: ``notes`` for the user, how many ``words`` went and how many ``doubtful`` ones stayed.

    ``kept`` counts what stayed for its kind, by kind. ``lacks`` says what the model cannot do, ``lost`` what could not
    be written beside it, and why; ``regions`` has of each doubtful word x0, y0, x1, y1 in pixels, x1 and y1 outside,
    and its score.
    """

    notes: list[str]
    words: int
    doubtful: int
    lacks: str
    lost: list[str] = field(default_factory=list)
    regions: list[list[float]] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)


def clean_file(
    page_files: PageFiles,
    cleaning: Cleaning,
    as_png: bool = False,
    max_pixels: int = MAX_PIXELS,
    write: Callable[[Path, bytes | memoryview], object] = write_whole,
) -> Cleaned:
    """Read a page, clean it, write it and what is wished beside it.

    The clean page is written last: where it is, the others are too, or a reason is given. One in which nothing was
    filled keeps its bytes; where its file is to stay, an empty one is written.

    Args:
        page_files: the files.
        cleaning: how to clean, with its models.
        as_png: write PNG whatever the source is.
        max_pixels: larger pictures are refused.
        write: makes or replaces a file.

    Raises:
        UserError: when the page or a mask of it cannot be read, or it cannot be cleaned.
        OSError: when a result cannot be written.
    """
    page = page_files.read(max_pixels)
    if problem := colours(page).problem:
        page.notes.append(problem)
    image = planes(page)
    filled, cleaned = _clean_and_report(page, image, page_files, cleaning, max_pixels, write)
    if filled.any() or (as_png and page.format != "PNG"):
        write(page_files.target, encode(page, image, filled, as_png))
    else:  # no codec loses less
        write(page_files.target, b"" if page_files.keeps_untouched else page_files.source.read_bytes())
    return cleaned


def _clean_and_report(
    page: Page,
    image: np.ndarray,
    page_files: PageFiles,
    cleaning: Cleaning,
    max_pixels: int,
    write: Callable[[Path, bytes | memoryview], object],
) -> tuple[np.ndarray, Cleaned]:
    """Clean ``image`` in place and write what is wished beside it; returns what was filled, and what is told.

    A function of its own: encoding a large page needs the room that the probability and the mask take here.
    """
    seen = to_srgb(page)
    before = image if _SHOW_BEFORE.isdisjoint(page_files.extras) else image.copy()
    shown = before if image is page.image else page.image
    looked_at = shown if seen is page.image else seen
    by_hand = read_by_hand(page_files.masks, image.shape, max_pixels)
    if isinstance(cleaning, SegmentAndFill) and (page_files.above or page_files.below):
        above, below = (_neighbour(other, seen, max_pixels) for other in (page_files.above, page_files.below))
        by_hand = across_joins(seen, above, below, cleaning, by_hand)
        if page_files.in_place:
            write_whole(page_files.margins, encode_plain(margins(seen)), durable=True)
    wishes = {} if by_hand is None else {"by_hand": by_hand}  # ways of cleaning that know none need not
    result = cleaning(image, out=image, seen=seen, **wishes)
    facts = {"threshold": cleaning.threshold, "run": cleaning.model.run, "version": cleaning.model.version}
    contents: dict[str, Callable[[], bytes | memoryview]] = {
        "mask": lambda: encode_plain(result.mask * 255),
        "prob": lambda: encode_plain(result.prob),
        "overlay": lambda: encode_plain(draw_overlay(shown, result.filled, result.regions)),
        "json": lambda: regions_json(
            page_files.title, page.image.shape, result.regions, result.doubtful, result.kept, result.how, **facts
        ),
        "sheet": lambda: encode_pair(looked_at, srgb_of(page, image), Told.of(result)),
        "psd": lambda: as_psd(page, before, image, result),
        "ora": lambda: as_ora(page, before, image, looked_at, result),
    }
    lost = []
    for name, path in page_files.extras.items():
        try:
            write(path, contents[name]())
        except OSError as error:  # which does not cost the page
            if error.errno in FULL:
                raise
            lost.append(f"{path} cannot be written: {error.strerror or error}")
        except UserError as error:
            lost.append(f"{path} is not written: {error}")
    if "json" in page_files.extras and result.how is not None:
        page.notes.append(str(result.how))
    lacks = cleaning.model.lacks if isinstance(cleaning.model, SegmentationModel) else ""
    doubtful = [[*map(int, region.box), round(float(region.score), 4)] for region in result.doubtful]
    kept = counted_kinds(result.kept)
    return result.filled, Cleaned(page.notes, len(result.regions), len(doubtful), lacks, lost, doubtful, kept)


def _neighbour(other: PageFiles | None, shown: np.ndarray, max_pixels: int) -> Neighbour | None:
    """How to see the strip above or below; one that cannot be read is told of when its own turn comes."""
    if other is None:
        return None

    def read() -> np.ndarray | None:
        if (size := other.size()) is None or not are_parts((shown.shape[1], shown.shape[0]), size):
            return None
        try:
            picture = to_srgb(other.read(max_pixels))
            # After the page: where this is not there, what was read had not been replaced.
            return read_picture(other.margins).image if other.in_place and other.margins.exists() else picture
        except UserError:
            return None

    return read

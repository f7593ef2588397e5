"""Restores one picture: what was changed on its canvas goes into its original, all else stays as it is there."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from textrm.data.manifest import Row
from textrm.data.masks import differing
from textrm.errors import UserError
from textrm.files import write_whole
from textrm.pictures.colour import from_srgb, to_srgb
from textrm.pictures.page import Page
from textrm.pictures.read import MAX_PIXELS, read
from textrm.pictures.stored import BAND
from textrm.pictures.write import encode
from textrm.prepared.record import Record, is_intact

LOSSY_TOLERANCE = 32
"""Levels by which a lossy cleaned picture may differ from the prepared one where nothing was changed.

On comic pages of 512 px saved as JPEG of quality 90, 0.3 % of the pixels are then taken for changed.
"""
_SPECK = 4  # pixels of a change that stands out of the noise
_MAYBE_LOSSY = frozenset(("JPEG", "GIF", "AVIF", "JPEG2000", "JXL"))  # whatever ours are


def restore(
    row: Row,
    record: Record,
    prepared: Path,
    cleaned: Path,
    target: Path,
    tolerance: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> list[str]:
    """Write the original of a prepared picture with what was changed in the cleaned one.

    What was changed is told by :func:`changes`. Where the picture was scaled, the changed region of the cleaned picture
    is scaled back and put in with a soft edge, one pixel of the canvas wide. Without any change the result is the
    original's file, byte for byte.

    Args:
        row: of the prepared set.
        record: the same row's.
        prepared: the set's folder.
        cleaned: the cleaned picture, a file as large as the prepared one.
        target: the file to write.
        tolerance: in levels; None for 0, or :data:`LOSSY_TOLERANCE` where the cleaned file is lossy.
        max_pixels: larger pictures are refused.

    Returns:
        What the user should know about this picture.

    Raises:
        UserError: when a file is missing, was changed, cannot be read or is of another size.
        OSError: when the result cannot be written.
    """
    original = prepared / record.original
    for path, expected in ((prepared / row.image, record.image_hash), (original, record.original_hash)):
        if not is_intact(path, expected):
            state = "is not the file that textrm.preprocess wrote" if path.exists() else "is missing"
            raise UserError(f"{path} {state}; give textrm.preprocess again")
    part, changed = _cleaned_part(row, record, prepared, cleaned, tolerance, max_pixels)
    if not changed.any():
        write_whole(target, original.read_bytes())
        return []
    page = read(original, max_pixels)
    width, height = record.placement.width, record.placement.height
    if page.image.shape[:2] != (height, width):
        raise UserError(f"{original} is {page.image.shape[1]}x{page.image.shape[0]}, its record says {width}x{height}; "
                        "give textrm.preprocess again")  # fmt: skip
    image, filled = _put_in(page, record, part, changed)
    write_whole(target, encode(page, image, filled))
    return page.notes


def changes(before: np.ndarray, after: np.ndarray, tolerance: int) -> np.ndarray:
    """H W bool: where a channel of two H W 3 uint8 pictures differs by more than ``tolerance`` levels.

    Above 0, groups of fewer than 4 pixels count as noise, and what is left is widened by 2 pixels, to take along the
    rim of a change, which differs less.
    """
    changed = differing(before, after, tolerance)
    if tolerance == 0 or not changed.any():
        return changed
    _, labels, facts, _ = cv2.connectedComponentsWithStats(changed.astype(np.uint8), connectivity=8)
    counts = facts[:, cv2.CC_STAT_AREA] >= _SPECK
    counts[0] = False  # the background
    return cv2.dilate(counts[labels].astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


def is_lossy(page: Page) -> bool:
    """Whether the file that a page was read from need not hold exactly what was written to it."""
    return page.format in _MAYBE_LOSSY or (page.format == "WEBP" and not page.save.get("lossless"))


def _cleaned_part(
    row: Row, record: Record, prepared: Path, cleaned: Path, tolerance: int | None, max_pixels: int
) -> tuple[np.ndarray, np.ndarray]:
    """The picture's part of the cleaned canvas, and where it was changed."""
    width, height = record.placement.canvas
    largest = max(max_pixels, width * height)  # the padding may exceed the limit
    before = read(prepared / row.image, largest).image
    try:
        page = read(cleaned, largest)
    except UserError as error:
        raise UserError(f"its cleaned picture, {cleaned}: {error}") from error
    after = to_srgb(page)
    if after.shape != before.shape:
        raise UserError(f"{cleaned} is {after.shape[1]}x{after.shape[0]}, the prepared picture is "
                        f"{before.shape[1]}x{before.shape[0]}; expected the same size")  # fmt: skip
    levels = tolerance if tolerance is not None else LOSSY_TOLERANCE if is_lossy(page) else 0
    part = record.placement.cut(after)
    return part, changes(record.placement.cut(before), part, levels)


def _put_in(page: Page, record: Record, part: np.ndarray, changed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    image, share, part = to_srgb(page), record.placement.share_in_size(changed), record.placement.in_size(part)
    for row in range(0, len(image), BAND):
        rows = slice(row, row + BAND)
        where = share[rows] > 0
        weight = share[rows][where][:, None].astype(np.uint16)
        mixed = part[rows][where] * weight + image[rows][where] * (255 - weight)
        image[rows][where] = (mixed + 127) // 255
    return from_srgb(page, image, share > 0)

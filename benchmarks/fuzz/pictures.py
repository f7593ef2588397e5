"""What must hold of a picture: it is refused, or written and read again as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.fuzz.check import MAX_PIXELS, refused
from textrm.errors import UserError
from textrm.pictures.formats.planes import planes
from textrm.pictures.page import Page
from textrm.pictures.read import read
from textrm.pictures.write import encode

_LOSSLESS = ("PNG", "BMP", "DIB", "TIFF", "GIF", "PPM", "JPEG2000", "AVIF", "JXL")


def check_picture(
    data: bytes, folder: Path, clean: Callable[[np.ndarray], object] | None = None
) -> tuple[bool, list[str]]:
    """Read it, fill a part of it, write it and read that; ``clean`` is given what was read."""
    path = folder / "page"
    path.write_bytes(data)
    try:
        page = read(path, MAX_PIXELS)
    except UserError as error:
        return refused(error)
    if clean is not None:
        clean(page.image)
    before, stored = page.image.copy(), None if page.stored is None else page.stored.copy()
    try:
        content, filled = changed(page)
    except Exception as error:
        return True, [f"{type(error).__name__} while writing: {str(error)[:200]}"]
    path.write_bytes(content)
    try:
        back = read(path, MAX_PIXELS)
    except UserError as error:
        return True, [f"what was written cannot be read: {error}"]
    return True, _compare(page, before, stored, filled, back)


def changed(page: Page) -> tuple[bytes, np.ndarray]:
    """The page as a file with its second quarter filled, and where that is: H W uint8, 0 or 1."""
    height, width = page.image.shape[:2]
    filled = np.zeros((height, width), np.uint8)
    filled[height // 4 : height // 2 + 1, width // 4 : width // 2 + 1] = 1
    image = planes(page)
    image[filled > 0] = np.iinfo(image.dtype).max
    return bytes(encode(page, image, filled)), filled


def _compare(page: Page, before: np.ndarray, stored: np.ndarray | None, filled: np.ndarray, back: Page) -> list[str]:
    told, faults, far = " ".join(page.notes), [], filled == 0
    if (back.format, back.image.shape) != (page.format, before.shape):
        return [f"{page.format} {before.shape} is {back.format} {back.image.shape} when it is read again"]
    if back.mode != page.mode and back.mode not in told:
        faults.append(f"mode {page.mode} is {back.mode}, and nothing is said")
    depths = [np.uint8 if pixels is None else pixels.dtype for pixels in (stored, back.stored)]
    if depths[0] != depths[1]:
        faults.append(f"{np.dtype(depths[0])} is {np.dtype(depths[1])}, and nothing is said")
    lossless = page.format in _LOSSLESS or page.save.get("lossless", False)
    if lossless and not np.array_equal(before[far], back.image[far]):
        faults.append(f"{int((before != back.image)[far].any(-1).sum())} far pixels are others")
    if lossless and stored is not None and back.stored is not None and page.orientation == back.orientation == 1:
        same = stored.shape == back.stored.shape and np.array_equal(stored[far], back.stored[far])
        if not same and page.mode == back.mode and page.mode != "P":
            faults.append("far values of what is stored are others")
    if page.save.get("icc_profile") != back.save.get("icc_profile") and "ICC" not in told:
        faults.append("the ICC profile is another, and nothing is said")
    return faults

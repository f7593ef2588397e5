"""What must hold of every file, whatever was done to it."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from textrm.errors import UserError
from textrm.pictures.formats.planes import planes
from textrm.pictures.page import Page
from textrm.pictures.read import read
from textrm.pictures.write import encode

MAX_PIXELS = 400_000
SECONDS = 20.0  # of the processor; a file that takes more hangs
MEGABYTES = 300  # that a file may cost beyond what is there already
_LOSSLESS = ("PNG", "BMP", "DIB", "TIFF", "GIF", "PPM", "JPEG2000", "AVIF", "JXL")


def check(data: bytes, folder: Path, clean: Callable[[np.ndarray], object] | None) -> tuple[bool, list[str]]:
    """Whether the file was read, and what is wrong with what came of it; ``clean`` is given what was read."""
    path = folder / "page"
    path.write_bytes(data)
    start, memory = time.process_time(), _peak()
    try:
        was_read, faults = _check(path, clean)
    except Exception as error:
        was_read, faults = False, [f"{type(error).__name__} instead of our error: {str(error)[:200]}"]
    if (seconds := time.process_time() - start) > SECONDS:
        faults.append(f"{seconds:.0f} s of the processor")
    if _peak() - memory > MEGABYTES:
        faults.append(f"{_peak() - memory:.0f} MB")
    return was_read, faults


def _check(path: Path, clean: Callable[[np.ndarray], object] | None) -> tuple[bool, list[str]]:
    try:
        page = read(path, MAX_PIXELS)
    except UserError as error:
        return False, ["a message of several lines"] * ("\n" in str(error))
    if clean is not None:
        clean(page.image)
    before, stored = page.image.copy(), None if page.stored is None else page.stored.copy()
    height, width = before.shape[:2]
    filled = np.zeros((height, width), np.uint8)
    filled[height // 4 : height // 2 + 1, width // 4 : width // 2 + 1] = 1
    image = planes(page)
    image[filled > 0] = np.iinfo(image.dtype).max
    try:
        content = encode(page, image, filled)
    except Exception as error:
        return True, [f"{type(error).__name__} while writing: {str(error)[:200]}"]
    path.write_bytes(content)
    try:
        back = read(path, MAX_PIXELS)
    except UserError as error:
        return True, [f"what was written cannot be read: {error}"]
    return True, _compare(page, before, stored, filled, back)


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


def _peak() -> float:
    """Megabytes that this process has held at once so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for files, in memory where there is such."""
    shared = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)

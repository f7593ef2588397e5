"""Reads a mask that somebody made: black and white, 0 and 1, labels in a palette, or painted on a transparent layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from textrm.errors import UserError
from textrm.pictures.read import MAX_PIXELS, Page, read
from textrm.pictures.stored import upright


def read_mask(path: Path, size: tuple[int, ...], max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """H W uint8 in {0, 1}, upright, 1 = lettering.

    Where something is transparent, what is painted is lettering, in whatever colour. Else the upper half of the range
    is; of a picture that holds nothing up there, but only 0 and one other value, that value is: 0 and 1, or one dark
    colour on black. Of labels in a palette all but the first are, unless this is more than half of the picture.

    Args:
        path: a picture of any kind that :func:`~textrm.pictures.read.read` takes.
        size: height and width that it must have, those of its upright picture.
        max_pixels: larger ones are refused.

    Raises:
        UserError: when it cannot be read, is of another size, or is grey in grey; the message begins with the path.
    """
    try:
        page = read(path, max_pixels)
        mask = upright(_lettering(page), page.orientation)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    if mask.shape != tuple(size[:2]):
        raise UserError(f"{path} is {mask.shape[1]}x{mask.shape[0]}, its picture {size[1]}x{size[0]}; expected a mask "
                        "of the picture's size")  # fmt: skip
    return np.ascontiguousarray(mask, np.uint8)


def _lettering(page: Page) -> np.ndarray:
    """H W bool, as the file is turned."""
    stored = page.image if page.stored is None or page.mode == "CMYK" else page.stored
    colours, alpha = stored, None
    if page.mode in ("LA", "RGBA"):
        colours, alpha = stored[..., :-1], stored[..., -1]
    elif page.palette is not None:
        colours, alpha = page.palette[stored, :3], page.palette[stored, 3]
    if alpha is not None and (alpha != np.iinfo(alpha.dtype).max).any():
        return _marked(alpha, page.format)
    if page.mode == "1":
        return stored
    if page.palette is not None and not _is_grey_in_grey(page.palette, stored):
        labelled = stored != 0
        if labelled.mean() <= 0.5:
            return labelled
    return _marked(colours.max(2) if colours.ndim == 3 else colours, page.format)


def _is_grey_in_grey(palette: np.ndarray, stored: np.ndarray) -> bool:
    """Whether more than two colours are used, all of them greys: levels then, and no labels."""
    used = palette[np.unique(stored), :3]
    return len(used) > 2 and bool((used == used[:, :1]).all())


def _marked(levels: np.ndarray, kind: str) -> np.ndarray:
    full = int(np.iinfo(levels.dtype).max)
    above: np.ndarray = levels > full // 2
    if above.any():
        return above
    top = levels.max()
    marked: np.ndarray = levels == top if top else above
    # A JPEG of nothing may hold noise of one level.
    if top and (kind == "JPEG" or not (marked | (levels == 0)).all()):
        raise UserError(f"too dark for a mask: its levels end at {top} of {full}; expected black and white, 0 and 1, "
                        "or a painted layer that is transparent elsewhere")  # fmt: skip
    return marked

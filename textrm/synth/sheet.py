"""Makes a contact sheet: pages side by side with their masks and their clean versions, for a person to look at."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from textrm.data.sample import Sample

PINK = (255, 0, 160)


def contact_sheet(samples: Iterable[Sample], columns: int = 2, side: int = 384) -> np.ndarray:
    """H W 3 uint8 RGB: for every sample image | image with the mask in pink | clean, ``columns`` samples a row.

    ``side`` is the longer side of each picture in pixels; pictures are never enlarged.
    """
    cells = [_cell(sample, side) for sample in samples]
    height, width = max(c.shape[0] for c in cells), max(c.shape[1] for c in cells)
    cells = [_pad(c, height, width) for c in cells]
    cells += [np.full_like(cells[0], 64)] * (-len(cells) % columns)
    return np.vstack([np.hstack(cells[start : start + columns]) for start in range(0, len(cells), columns)])


def _cell(sample: Sample, side: int) -> np.ndarray:
    overlay = sample.image // 2 + 96
    overlay[sample.mask > 0] = PINK
    trio = [sample.image, overlay, sample.clean if sample.clean is not None else sample.image]
    height, width = sample.mask.shape
    factor = min(1.0, side / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.hstack([_pad(cv2.resize(p, size, interpolation=cv2.INTER_AREA), size[1], size[0]) for p in trio])


def _pad(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    bottom, right = height - picture.shape[0] + 4, width - picture.shape[1] + 4
    return cv2.copyMakeBorder(picture, 4, bottom, 4, right, cv2.BORDER_CONSTANT, value=(64, 64, 64))

"""A page before and after as one small JPEG, which holds what the sheet tells of the page too.

One picture of both: a browser decodes it once, and they cannot come from different runs. What is told lies in its
comment, so that a later run can make the sheet of pages that were done before.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from textrm.errors import UserError
from textrm.page.cleaning import Result
from textrm.page.group import Box

WIDTH = 800
"""Pixels across, at most, of either picture: enough to see a word that was left."""

_PIXELS = 4_000_000  # of either picture: strips keep their width as far as this lets them
_LONGEST = 65_000  # pixels of a side; JPEG knows 65 535
_BLOCK = 8  # pixels of JPEG's blocks: none has a part in both pictures
_LISTED = 300  # doubtful words; a comment has 64 KB


@dataclass(frozen=True, slots=True)
class Told:
    """What the sheet tells of a page of ``width`` x ``height`` pixels.

    ``words`` were taken out; ``doubtful`` ones were left, ``boxes`` has number, score and box of each, or of the first
    of very many. ``filled`` is the share of the page that was filled, ``redrawn`` that by net, texture or line, both in
    [0, 1]; ``how`` says by what in words. ``largest`` is the box of the largest hole by the net.
    """

    width: int
    height: int
    words: int
    doubtful: int
    boxes: list[tuple[int, float, Box]]
    filled: float
    redrawn: float
    how: str
    largest: Box | None

    @classmethod
    def of(cls, result: Result) -> Told:
        """What is told of a cleaned page; words have the numbers that JSON gives them."""
        height, width = result.mask.shape
        area, how = height * width, result.how
        filled = cv2.countNonZero(result.filled) / area
        redrawn = filled if how is None else min((how.texture + how.network + how.strokes) / area, 1)
        numbered = list(enumerate(result.doubtful, len(result.regions) + 1))[:_LISTED]
        boxes = [(number, round(region.score, 3), region.box) for number, region in numbered]
        return cls(width, height, len(result.regions), len(result.doubtful), boxes, round(filled, 5), round(redrawn, 5),
                   "" if how is None else str(how), None if how is None else how.largest)  # fmt: skip

    @classmethod
    def read(cls, text: str | bytes) -> Told:
        """The same again from a comment; whoever wrote it, every value is of its type.

        Raises:
            ValueError: when it says no such things.
        """
        try:
            given: dict[str, Any] = json.loads(text)
            boxes = [(int(number), float(score), _box(box)) for number, score, box in given["boxes"]]
            largest = None if given["largest"] is None else _box(given["largest"])
            width, height, words, doubtful = (int(given[name]) for name in ("width", "height", "words", "doubtful"))
            return cls(
                width,
                height,
                words,
                doubtful,
                boxes,
                float(given["filled"]),
                float(given["redrawn"]),
                str(given["how"]),
                largest,
            )
        except (TypeError, KeyError, AttributeError, OverflowError) as error:
            raise ValueError(f"{error!r} in what is told of a page") from error


def encode_pair(before: np.ndarray, after: np.ndarray, told: Told) -> memoryview:
    """The JPEG: ``before`` on the left, ``after`` on the right, each H W 3 uint8 sRGB, made smaller."""
    height, width = before.shape[:2]
    scale = min(1, WIDTH / width, sqrt(_PIXELS / (height * width)), _LONGEST / height)
    across = max(1, round(width * scale / _BLOCK)) * _BLOCK
    size = (across, max(1, round(height * scale)))
    pair = np.hstack([cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in (before, after)])
    buffer = io.BytesIO()
    Image.fromarray(pair).save(buffer, "JPEG", quality=80, subsampling=0, comment=json.dumps(asdict(told)))
    return buffer.getbuffer()


def read_told(path: Path) -> Told:
    """What the JPEG at ``path`` tells.

    Raises:
        UserError: it is none of ours; the message lacks the path.
        OSError: it cannot be read, or is no picture.
    """
    try:
        with Image.open(path) as picture:
            return Told.read(picture.info.get("comment", b""))
    except (ValueError, Image.DecompressionBombError) as error:
        raise UserError("it is no picture of a sheet; take it away, and the same command makes it anew") from error


def _box(values: Any) -> Box:
    left, top, right, bottom = (int(value) for value in values)
    return left, top, right, bottom

"""Reads the last pictures and the last precision-recall curve from the TensorBoard files of a run."""

from __future__ import annotations

import io
import math
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError
from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.types_pb2 import DT_FLOAT
from tensorboard.util.tensor_util import make_ndarray

from textrm.report.gather import Run

PICTURES = "val_pictures/"
CURVES = ("test/PR", "val/PR")
_TRUE, _FALSE, _PRECISION, _RECALL = 0, 1, 4, 5  # rows of TensorBoard's curve

Curve = tuple[np.ndarray, np.ndarray]  # what rises, and the values over it


@dataclass(frozen=True)
class Events:
    """``pictures``: page → encoded picture; ``curves``: tag → recall, rising, and precision."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)


def read_events(folder: Path) -> Events:
    """What the event files in ``folder`` hold, as far as they are whole; nothing where there are none."""
    last = {
        value.tag: value
        for path in sorted(folder.glob("*tfevents*"), key=_numbers)  # named after the time, the process and a count
        for event in _whole_events(path)
        for value in event.summary.value
    }
    pages = sorted((tag for tag in last if tag.startswith(PICTURES)), key=lambda tag: (len(tag), tag))
    pictures = {tag.removeprefix(PICTURES): last[tag].image.encoded_image_string for tag in pages}
    curves = {tag: _curve(last[tag].tensor) for tag in CURVES if tag in last}
    return Events(
        {page: picture for page, picture in pictures.items() if _is_picture(picture)},
        {tag: curve for tag, curve in curves.items() if curve is not None},
    )


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.name)]


def _whole_events(path: Path) -> Iterator[Event]:
    # Each is its length, 8 bytes, their checksum, 4, the event and its checksum, 4. TensorBoard's own reader computes
    # the checksums in Python, which takes seconds for a run; we see to it that what is kept can be decoded.
    try:
        data = path.read_bytes()
    except OSError:
        return
    start = 12
    while start <= len(data):
        end = start + struct.unpack_from("<Q", data, start - 12)[0]
        if end + 4 > len(data):
            return
        try:
            yield Event.FromString(data[start:end])
        except DecodeError:
            return
        start = end + 16


def _is_picture(encoded: bytes) -> bool:
    try:
        Image.open(io.BytesIO(encoded)).verify()
    except (OSError, SyntaxError, ValueError, struct.error):
        return False
    return True


def _curve(tensor: TensorProto) -> Curve | None:
    """Recall and precision where anything is predicted: the best precision of each recall. None of a damaged one."""
    size = math.prod(dim.size for dim in tensor.tensor_shape.dim)
    if tensor.dtype != DT_FLOAT or size != max(len(tensor.float_val), len(tensor.tensor_content) // 4):
        return None  # one value is else repeated for the whole shape, however large
    try:
        rows = make_ndarray(tensor)
    except (TypeError, ValueError):
        return None
    if rows.ndim != 2 or len(rows) <= _RECALL or not np.isfinite(rows).all():
        return None
    predicted = rows[_TRUE] + rows[_FALSE] > 0
    recall, at_recall = np.unique(rows[_RECALL][predicted], return_inverse=True)
    precision = np.zeros(len(recall))
    np.maximum.at(precision, at_recall, rows[_PRECISION][predicted])
    return recall, precision


def common_curve(events: Sequence[Events]) -> str | None:
    """The tag of the curve that most runs have, the test's before validation's."""
    counts = {tag: sum(tag in event.curves for event in events) for tag in CURVES}
    tag = max(CURVES, key=lambda tag: counts[tag])
    return tag if counts[tag] else None


def read_all(runs: Sequence[Run]) -> dict[str, Events]:
    """The events of every run by its name."""
    return {run.name: read_events(run.folder) for run in runs}

"""Reads the last pictures and the last precision-recall curve from the TensorBoard files of a run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import (
    COMPRESSED_HISTOGRAMS,
    HISTOGRAMS,
    IMAGES,
    SCALARS,
    TENSORS,
    EventAccumulator,
)
from tensorboard.util.tensor_util import make_ndarray

from textrm.report.gather import Run

PICTURES = "val_pictures/"
CURVES = ("test/PR", "val/PR")
# The last of each is enough, and 0 would mean all.
_LAST = dict.fromkeys((COMPRESSED_HISTOGRAMS, HISTOGRAMS, IMAGES, SCALARS, TENSORS), 1)
_TRUE, _FALSE, _PRECISION, _RECALL = 0, 1, 4, 5  # rows of TensorBoard's curve

Curve = tuple[np.ndarray, np.ndarray]  # what rises, and the values over it


@dataclass(frozen=True)
class Events:
    """``pictures``: page → encoded picture; ``curves``: tag → recall, rising, and precision."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)


def read_events(folder: Path) -> Events:
    """What the event files in ``folder`` hold; nothing where there are none, as far as they are whole."""
    if not any(folder.glob("*tfevents*")):
        return Events()
    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    found = EventAccumulator(str(folder), size_guidance=_LAST)
    found.Reload()
    tags = found.Tags()
    pages = sorted((tag for tag in tags["images"] if tag.startswith(PICTURES)), key=lambda tag: (len(tag), tag))
    return Events(
        {tag.removeprefix(PICTURES): found.Images(tag)[-1].encoded_image_string for tag in pages},
        {tag: _curve(make_ndarray(found.Tensors(tag)[-1].tensor_proto)) for tag in CURVES if tag in tags["tensors"]},
    )


def _curve(rows: np.ndarray) -> Curve:
    """Recall and precision where anything is predicted: the best precision of each recall."""
    predicted = rows[_TRUE] + rows[_FALSE] > 0
    recall, place = np.unique(rows[_RECALL][predicted], return_inverse=True)
    precision = np.zeros(len(recall))
    np.maximum.at(precision, place, rows[_PRECISION][predicted])
    return recall, precision


def common_curve(events: Sequence[Events]) -> str | None:
    """The tag of the curve that most runs have, the test's before validation's."""
    counts = {tag: sum(tag in event.curves for event in events) for tag in CURVES}
    tag = max(CURVES, key=lambda tag: counts[tag])
    return tag if counts[tag] else None


def read_all(runs: Sequence[Run]) -> dict[str, Events]:
    """The events of every run by its name."""
    return {run.name: read_events(run.folder) for run in runs}

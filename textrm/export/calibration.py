"""Chooses the crops that an int8 net is calibrated with, and those that its loss of accuracy is measured on."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from textrm.data.manifest import BadRow, load_sample, read_manifest
from textrm.data.sample import Sample
from textrm.errors import UserError

log = logging.getLogger(__name__)


def calibration_crops(
    manifest: str | Path, split: str, count: int, size: int, seed: int, clean: bool = False
) -> list[Sample]:
    """``count`` square crops of ``size`` pixels from the pictures of a split, three in four of them on lettering.

    With ``clean`` only pictures with a clean version are taken.

    Raises:
        UserError: when the manifest cannot be read, or no picture of the split is at least ``size`` px wide and high.
    """
    source = read_manifest(manifest)
    rows = [row for row in source.rows if row.split == split and (row.clean or not clean)]
    rng = np.random.default_rng(seed)
    crops: list[Sample] = []
    while len(crops) < count:
        if not rows:
            raise UserError(
                f"{manifest} has no picture of split {split} of at least {size}×{size} pixels to calibrate with"
                + " that has a clean version" * clean
            )
        chosen = int(rng.integers(len(rows)))
        try:
            sample = load_sample(source, rows[chosen])
        except BadRow as error:
            log.warning("%s", error)
            sample = None
        if sample is None or min(sample.mask.shape) < size:
            del rows[chosen]
        else:
            crops.append(_crop(sample, size, rng, aimed=len(crops) % 4 > 0))
    return crops


def _crop(sample: Sample, size: int, rng: np.random.Generator, aimed: bool) -> Sample:
    height, width = sample.mask.shape
    y, x = int(rng.integers(height - size + 1)), int(rng.integers(width - size + 1))
    inked = np.argwhere(sample.mask)
    if aimed and len(inked):
        row, column = inked[int(rng.integers(len(inked)))]
        y, x = int(np.clip(row - size // 2, 0, height - size)), int(np.clip(column - size // 2, 0, width - size))
    area = np.s_[y : y + size, x : x + size]
    clean, ignore = (
        None if plane is None else np.ascontiguousarray(plane[area]) for plane in (sample.clean, sample.ignore)
    )
    image, mask = (np.ascontiguousarray(plane[area]) for plane in (sample.image, sample.mask))
    return Sample(sample.id, image, mask, clean, ignore)

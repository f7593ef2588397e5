"""What a finder proposes on pages with truth: the words that a verifier learns to tell apart."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from rich.progress import track

from textrm.data.manifest import BadRow, evenly_spread, load_sample, read_manifest
from textrm.data.sample import Sample
from textrm.page.finding.features import FEATURES
from textrm.page.finding.segment import segment
from textrm.page.finding.views import CHANNELS, SIDE, VIEWS, WordViews
from textrm.page.finding.words import Words, group_words
from textrm.page.group import ellipse
from textrm.page.models.segmenter import SegmentationModel

LOW, MIN_AREA, THRESHOLD = 0.3, 12, 0.4  # words as textrm.page finds them
NEAR = 2  # pixels; so near to lettering a stroke is it
OF_A_PAGE = 40  # words, by chance: pages of hatching would outweigh all others


@dataclass(frozen=True, slots=True)
class Proposals:
    """N words: ``views`` and ``features`` as a verifier is given them, and which ``share`` of each, in [0, 1], is
    lettering or within 2 px of it; ``areas`` in pixels.
    """

    views: np.ndarray
    features: np.ndarray
    share: np.ndarray
    areas: np.ndarray


def proposals(model: SegmentationModel, path: str, split: str, limit: int, kept_in: Path) -> Proposals:
    """The words of at most ``limit`` pages of a split, from ``kept_in`` where they were found before."""
    if not kept_in.exists():
        manifest = read_manifest(path)
        found: list[tuple[np.ndarray, ...]] = []
        rows = evenly_spread([row for row in manifest.rows if row.split == split], limit)
        for number, row in enumerate(track(rows, Path(path).parent.name)):
            try:
                found += _of_page(model, load_sample(manifest, row, clean=False), number)
            except BadRow as bad:
                click.echo(str(bad), err=True)
        if not found:  # as it should be where no page bears lettering
            empty = (np.zeros((0, VIEWS, CHANNELS, SIDE, SIDE), np.uint8), np.zeros((0, FEATURES), np.float32))
            found.append((*empty, np.zeros(0), np.zeros(0, np.int64)))
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        parts = dict(zip(("views", "features", "share", "areas"), map(np.concatenate, zip(*found, strict=True)),
                         strict=True))  # fmt: skip
        half_written = kept_in.with_name(f"{kept_in.stem}.part.npz")
        np.savez(half_written, allow_pickle=False, **parts)
        os.replace(half_written, kept_in)
    with np.load(kept_in) as kept:
        return Proposals(**{name: kept[name] for name in kept.files})


def _of_page(model: SegmentationModel, sample: Sample, seed: int) -> list[tuple[np.ndarray, ...]]:
    """The views, features, shares and areas of the words of a page, if it has any."""
    words = group_words(sample.image, segment(sample.image, model), LOW)
    if words is None:
        return []
    share = _share(words, cv2.dilate(sample.mask, ellipse(NEAR)))
    good = (words.areas >= MIN_AREA) & (words.peaks > int(THRESHOLD * 255))
    if sample.ignore is not None:
        good &= _share(words, sample.ignore) == 0
    chosen = np.flatnonzero(good)
    if len(chosen) > OF_A_PAGE:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, OF_A_PAGE, replace=False))
    return [(WordViews(words)(chosen), words.features[chosen].astype(np.float32), share[chosen],
             words.areas[chosen])]  # fmt: skip


def _share(words: Words, mask: np.ndarray) -> np.ndarray:
    """Which share of each word a mask covers."""
    inside = mask[words.strokes.ys, words.strokes.xs] != 0
    return np.bincount(words.word, inside, minlength=len(words.areas)) / words.areas

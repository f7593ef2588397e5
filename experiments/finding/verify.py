"""Fits the judge of words to pages with truth: ``python -m experiments.finding.verify MODEL --set SET …``."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path

import click
import cv2
import numpy as np
from rich.progress import track

from textrm.data.manifest import BadRow, evenly_spread, load_sample, read_manifest
from textrm.files import write_whole
from textrm.page.finding.judge import FEATURES, Judge
from textrm.page.finding.segment import segment
from textrm.page.finding.words import group_words
from textrm.page.models.segmenter import SegmentationModel

LOW, MIN_AREA, PEAK = 0.3, 12, 127  # words as textrm.page finds them
RIDGE = 1e-3


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("model", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--set",
    "sets",
    multiple=True,
    required=True,
    help="MANIFEST:SPLIT or MANIFEST:SPLIT:SHARE, which counts SHARE times; several times for several.",
)
@click.option(
    "--false",
    "false",
    default=1.5,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="What a false word weighs beside a missed one of its size.",
)
@click.option(
    "--average",
    type=click.Path(exists=True, path_type=Path),
    help="JSON file of an earlier judge, whose weights are averaged with those fitted.",
)
@click.option("--limit", default=150, show_default=True, type=click.IntRange(1), help="Pages of each set.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="JSON file for textrm.export words=…")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1))
def main(
    model: Path, sets: tuple[str, ...], false: float, average: Path | None, limit: int, out: Path, threads: int
) -> None:
    """Write the weights under which the words of these pages are told best from what is no lettering.

    A word is one that MODEL proposes; it is lettering where more than half of its pixels are, in truth, within 2 px.
    Each set counts the same, or as often as its share says; within it a word counts by the root of its pixels, between
    its ink and itself.
    """
    segmenter = SegmentationModel(model, threads)
    found, times = [], []
    for entry in sets:
        manifest, split, share = _entry(entry)
        found.append(_words(segmenter, manifest, split, limit))
        times.append(share)
    features, truth = (np.concatenate([part[part_number] for part in found]) for part_number in (0, 1))
    roots = [np.sqrt(part[2]) for part in found]
    shares = np.concatenate([share * root / max(root.sum(), 1) for root, share in zip(roots, times, strict=True)])
    if not len(features):
        raise click.ClickException("no word was found on these pages: there is nothing to judge")
    weights = fit(features, truth, shares * np.where(truth, 1.0, false))
    if average is not None:
        weights = (weights + Judge.stated(average.read_text()).weights) / 2
    for name, (own, lettering, _) in zip(sets, found, strict=True):
        kept = Judge(weights.tolist())(own) > 0.5
        plain = Judge()(own) > 0.5
        click.echo(f"{name}: {len(own)} words, {(~lettering).sum()} false; kept of the false {kept[~lettering].sum()} "
                   f"(plain {plain[~lettering].sum()}), of the {lettering.sum()} true {kept[lettering].sum()} "
                   f"(plain {plain[lettering].sum()})")  # fmt: skip
    write_whole(out, json.dumps([round(float(weight), 4) for weight in weights]).encode())


def _entry(text: str) -> tuple[str, str, float]:
    """Manifest, split and share of an argument of ``--set``."""
    first, _, last = text.rpartition(":")
    manifest, split, share = first, last, 1.0
    with suppress(ValueError):
        share = float(last)
        manifest, _, split = first.rpartition(":")
    if not (manifest and split and 0 < share < math.inf):
        raise click.BadParameter(f"{text}: expected MANIFEST:SPLIT or MANIFEST:SPLIT:SHARE, the share above 0")
    return manifest, split, share


def fit(features: np.ndarray, truth: np.ndarray, importance: np.ndarray) -> np.ndarray:
    """Weights of a logistic regression, by Newton's method, with a small ridge."""
    weights = np.zeros(FEATURES)
    importance = importance / importance.sum()
    for _ in range(50):
        score = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (importance * (score - truth)) + RIDGE * weights
        curve = (features * (importance * score * (1 - score))[:, None]).T @ features + RIDGE * np.eye(FEATURES)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def _words(model: SegmentationModel, path: str, split: str, limit: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The features of the words of a split, whether each is lettering, and its pixels."""
    manifest = read_manifest(path)
    features, truth, areas = [np.zeros((0, FEATURES))], [np.zeros(0, bool)], [np.zeros(0)]
    rows = evenly_spread([row for row in manifest.rows if row.split == split], limit)
    for row in track(rows, f"{Path(path).parent.name}"):
        try:
            sample = load_sample(manifest, row, clean=False)
        except BadRow as bad:
            click.echo(str(bad), err=True)
            continue
        words = group_words(segment(sample.image, model), LOW)
        if words is None:
            continue
        near = cv2.dilate(sample.mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
        ys, xs = words.strokes.ys, words.strokes.xs
        share = np.bincount(words.word, near[ys, xs], minlength=len(words.areas)) / words.areas
        known = np.ones(len(share), bool)
        if sample.ignore is not None:
            known = np.bincount(words.word, sample.ignore[ys, xs], minlength=len(share)) == 0
        chosen = known & (words.areas >= MIN_AREA) & (words.peaks > PEAK)
        features.append(words.features[chosen])
        truth.append(share[chosen] > 0.5)
        areas.append(words.areas[chosen])
    return np.concatenate(features), np.concatenate(truth), np.concatenate(areas)


if __name__ == "__main__":
    main()

"""Fits the judge of words to pages with truth: ``python -m experiments.finding.verify MODEL --set SET …``."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path

import click
import cv2
import numpy as np
from rich.progress import track

from experiments.finding.fit import fit
from textrm.command_line import click_command
from textrm.data.manifest import BadRow, evenly_spread, load_sample, read_manifest
from textrm.files import write_whole
from textrm.page.finding.judge import FEATURES, Judge
from textrm.page.finding.segment import segment
from textrm.page.finding.words import group_words
from textrm.page.models.segmenter import SegmentationModel

LOW, MIN_AREA, THRESHOLD = 0.3, 12, 0.4  # words as textrm.page finds them


@click_command()
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
    "--bar",
    default=0.4,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help=f"Score that becomes {THRESHOLD}, the released model's threshold; more leaves more as it is.",
)
@click.option("--limit", default=150, show_default=True, type=click.IntRange(1), help="Pages of each set.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="JSON file for textrm.export words=…")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1))
def main(model: Path, sets: tuple[str, ...], false: float, bar: float, limit: int, out: Path, threads: int) -> None:
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
    judge = fit(features, truth, shares * np.where(truth, 1.0, false))
    judge.linear[0] += _logit(THRESHOLD) - _logit(bar)
    for name, (own, lettering, _) in zip(sets, found, strict=True):
        kept = judge(own) > THRESHOLD
        plain = Judge()(own) > THRESHOLD
        click.echo(f"{name}: {len(own)} words, {(~lettering).sum()} false; kept of the false {kept[~lettering].sum()} "
                   f"(plain {plain[~lettering].sum()}), of the {lettering.sum()} true {kept[lettering].sum()} "
                   f"(plain {plain[lettering].sum()})")  # fmt: skip
    write_whole(out, judge.as_json().encode())


def _logit(score: float) -> float:
    return math.log(score / (1 - score))


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
        words = group_words(sample.image, segment(sample.image, model), LOW)
        if words is None:
            continue
        near = cv2.dilate(sample.mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
        ys, xs = words.strokes.ys, words.strokes.xs
        share = np.bincount(words.word, near[ys, xs], minlength=len(words.areas)) / words.areas
        known = np.ones(len(share), bool)
        if sample.ignore is not None:
            known = np.bincount(words.word, sample.ignore[ys, xs], minlength=len(share)) == 0
        chosen = known & (words.areas >= MIN_AREA) & (words.peaks > int(THRESHOLD * 255))
        features.append(words.features[chosen])
        truth.append(share[chosen] > 0.5)
        areas.append(words.areas[chosen])
    return np.concatenate(features), np.concatenate(truth), np.concatenate(areas)


if __name__ == "__main__":
    main()

"""The evaluation of taggers: one or several on the same pictures, in one table."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from omegaconf import DictConfig
from rich.progress import track
from rich.table import Table

from textrm.data.manifest import BadRow, Manifest, Row, load_sample, read_manifest
from textrm.errors import UserError
from textrm.evaluate.comparison import Comparison
from textrm.evaluate.scoring import Line, choose_rows, csv_of
from textrm.metrics.tagging import TagCounts, tag_table, tagging_summary, threshold_bin
from textrm.page.models.tagger import TaggingModel
from textrm.runs.config import at_least
from textrm.runs.own import trusted


def compare_taggers(config: DictConfig, names: Sequence[str]) -> Comparison:
    """Tag the same pictures with every tagger; the files are the table and, of each tagger, one of its tags.

    Raises:
        UserError: where taggers have different tags, the pictures have none of them, or a tagger cannot be had.
    """
    at_least(config, limit=1)
    manifest = read_manifest(config.manifest)
    rows = choose_rows(manifest, config.split, config.limit, need_mask=False)
    taggers = {name: _open(name, config.checkpoint, config.threads, trusted(config.trust)) for name in names}
    labels = check_labels(taggers)
    if not any(set(row.tags.split()) & set(labels) for row in rows):
        raise UserError(f"{config.manifest}: no picture of split {config.split} has any of the {len(labels)} tags "
                        f"({', '.join(labels[:3])} …)")  # fmt: skip
    counts = {name: TagCounts(len(labels)) for name in taggers}
    seconds: dict[str, list[float]] = {name: [] for name in taggers}
    found = (_count(manifest, row, taggers, counts, seconds) for row in track(rows, "pictures"))
    bad = [row for row in found if row is not None]
    lines: list[Line] = []
    for name, own in counts.items():
        line: Line = {"tagger": name, "pictures": len(rows) - len(bad)}
        line["seconds"] = float(np.median(seconds[name] or [np.nan]))
        line |= tagging_summary(own.present, own.absent, threshold_bin(taggers[name].threshold))
        lines.append(line)
    files = {"taggers.csv": csv_of(lines)}
    for number, (name, own) in enumerate(counts.items()):
        table = tag_table(labels, own.present, own.absent, threshold_bin(taggers[name].threshold))
        files[f"tags.{number}.{Path(name).stem}.csv"] = table
    title = f"{len(labels)} tags on {config.manifest}, {config.split}"
    return Comparison(tagger_table(title, lines), len(rows), bad, files)


def check_labels(taggers: Mapping[str, TaggingModel]) -> tuple[str, ...]:
    """The tags that all of them have, in the same order.

    Raises:
        UserError: naming the first that has others.
    """
    first, *others = taggers
    for name in others:
        ours, theirs = taggers[first].labels, taggers[name].labels
        if ours != theirs:
            alone = sorted(set(ours) ^ set(theirs))
            raise UserError(f"{first} has {len(ours)} tags and {name} {len(theirs)}, which differ in "
                            f"{', '.join(alone[:3]) or 'their order'}: only equal sets can be compared")  # fmt: skip
    return taggers[first].labels


def tagger_table(title: str, lines: list[Line]) -> Table:
    """The lines of the comparison for the terminal."""
    figures = [name for name in lines[0] if name not in ("tagger", "pictures", "seconds")]
    table = Table("tagger", "pictures", *figures, "s/picture", title=title)
    for line in lines:
        shown = [f"{float(line[name]):.3f}" for name in (*figures, "seconds")]
        table.add_row(str(line["tagger"]), str(line["pictures"]), *shown)
    return table


def _open(name: str, checkpoint: str, threads: int, trust: Sequence[str]) -> TaggingModel:
    if not Path(name).is_dir():
        return TaggingModel(Path(name), threads)
    from textrm.export.run import exported_run  # here, because an ONNX file need not wait for torch

    with exported_run(name, checkpoint, "tagging", trust=trust) as file:
        return TaggingModel(file, threads)


def _count(
    manifest: Manifest, row: Row, taggers: Mapping[str, TaggingModel], counts: Mapping[str, TagCounts],
    seconds: Mapping[str, list[float]],
) -> BadRow | None:  # fmt: skip
    """Count one picture with all taggers; the row where it cannot be read."""
    try:
        sample = load_sample(manifest, row, clean=False, need_mask=False)
    except BadRow as bad:
        return bad
    for name, tagger in taggers.items():
        start = time.perf_counter()
        prob = tagger(sample.image).prob
        seconds[name].append(time.perf_counter() - start)
        counts[name].add(prob, np.isin(tagger.labels, list(sample.tags or ())))
    return None

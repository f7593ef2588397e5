"""The evaluation of taggers: several of them on the same pictures, in one table."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from omegaconf import DictConfig, ListConfig
from rich.console import Console
from rich.progress import track
from rich.table import Table

from textrm.data.manifest import BadRow, Manifest, Row, load_sample, read_manifest
from textrm.errors import UserError
from textrm.evaluate.scoring import Line, choose_rows, write_csv
from textrm.evaluate.table import WIDTH
from textrm.files import write_whole
from textrm.metrics.tagging import TagCounts, tag_table, tagging_summary, threshold_bin
from textrm.page.models.tagger import Tagger
from textrm.runs.config import at_least


def compare_taggers(config: DictConfig) -> None:
    """Print the table of several taggers on one split, write it and a table per tagger of its tags.

    Raises:
        UserError: where taggers have different tags, the pictures have none of them, or a tagger cannot be had.
    """
    if not isinstance(config.taggers, ListConfig) or not config.taggers:
        raise UserError(f"taggers={config.taggers}: expected a list, as taggers=[runs/plain,attention.onnx]")
    for name in ("model", "run", "by", "fill_model", "fills", "methods"):
        if config[name] is not None:
            raise UserError(f"{name} is given beside taggers: expected one of the two; all are named in taggers")
    at_least(config, limit=1)
    manifest = read_manifest(config.manifest)
    rows = choose_rows(manifest, config.split, config.limit, need_mask=False)
    taggers = {str(name): _open(str(name), config.checkpoint, config.threads) for name in config.taggers}
    labels = check_labels(taggers)
    if not any(set(row.tags.split()) & set(labels) for row in rows):
        raise UserError(f"{config.manifest}: no picture of split {config.split} has any of the {len(labels)} tags "
                        f"({', '.join(labels[:3])} …)")  # fmt: skip
    counts = {name: TagCounts(len(labels)) for name in taggers}
    seconds: dict[str, list[float]] = {name: [] for name in taggers}
    bad = [row for row in track(rows, "pictures") if not _count(manifest, row, taggers, counts, seconds)]
    lines: list[Line] = []
    for name, found in counts.items():
        line: Line = {"tagger": name, "pictures": len(rows) - len(bad)}
        line["seconds"] = float(np.median(seconds[name] or [np.nan]))
        line |= tagging_summary(found.present, found.absent, threshold_bin(taggers[name].threshold))
        lines.append(line)
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(tagger_table(f"{len(labels)} tags on {config.manifest}, {config.split}", lines))
    if config.out is not None:
        write_csv(Path(config.out) / "taggers.csv", lines)
        for place, (name, found) in enumerate(counts.items()):
            table = tag_table(labels, found.present, found.absent, threshold_bin(taggers[name].threshold))
            write_whole(Path(config.out) / f"tags.{place}.{Path(name).stem}.csv", table)
    if bad:
        raise UserError(f"{len(bad)} of {len(rows)} rows could not be read and were not scored: "
                        f"{', '.join(row.id for row in bad[:5])}")  # fmt: skip


def check_labels(taggers: Mapping[str, Tagger]) -> tuple[str, ...]:
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


def _open(name: str, checkpoint: str, threads: int) -> Tagger:
    if not Path(name).is_dir():
        return Tagger(Path(name), threads)
    from textrm.export.run import exported_run  # here, because an ONNX file need not wait for torch

    with exported_run(name, checkpoint, "tagging") as file:
        return Tagger(file, threads)


def _count(
    manifest: Manifest, row: Row, taggers: Mapping[str, Tagger], counts: Mapping[str, TagCounts],
    seconds: Mapping[str, list[float]],
) -> bool:  # fmt: skip
    """Count one picture with all taggers; False where it cannot be read."""
    try:
        sample = load_sample(manifest, row, clean=False, need_mask=False)
    except BadRow as bad:
        print(f"not scored: {bad}")
        return False
    for name, tagger in taggers.items():
        start = time.perf_counter()
        prob = tagger(sample.image).prob
        seconds[name].append(time.perf_counter() - start)
        counts[name].add(prob, np.isin(tagger.labels, list(sample.tags or ())))
    return True

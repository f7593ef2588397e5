"""The whole import: from metadata, or its encoded form, to the files in the output folder."""

from __future__ import annotations

import csv
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from textrm.data.manifest import SPLITS, Row, split_by_group, write_manifest
from textrm.errors import UserError
from textrm.files import write_whole
from textrm.importers.danbooru.encoded import read_encoded
from textrm.importers.danbooru.pictures import (
    MISSING,
    Checked,
    check_pictures,
    find_tree,
    mean_and_std,
    picture_path,
)
from textrm.importers.danbooru.records import Filters
from textrm.importers.danbooru.report import SIDE, Report
from textrm.importers.danbooru.selection import Selection, select
from textrm.importers.danbooru.shards import find_files
from textrm.importers.danbooru.spool import Spool


@dataclass(frozen=True, slots=True)
class Plan:
    """What to import; see the options of :mod:`textrm.importers.danbooru.__main__`."""

    out: Path
    metadata: tuple[Path, ...]
    encoded: Path | None
    labels: Path | None
    pictures: Path | None
    filters: Filters
    top_tags: int
    top_pictures: int
    shares: tuple[float, float, float]
    seed: int
    workers: int
    restart: bool


def run_import(plan: Plan, console: Console) -> Path:
    """Import, print the report and return the manifest, or the list of pictures where none are given.

    What is half done lies in ``OUT/.import`` and goes away when the manifest is written.

    Raises:
        UserError: for what :func:`find_files`, :func:`find_tree`, :class:`Spool` and :func:`read_encoded` refuse, and
            where nothing is left.
        OSError: a file cannot be read or written.
    """
    split_by_group([], plan.shares)  # refuses wrong shares now, not after an hour
    tree = None if plan.pictures is None else find_tree(plan.pictures)
    if tree is None and (plan.out / "manifest.csv").exists():
        raise UserError(f"{plan.out} holds an import with pictures: give --pictures, or another folder")
    work = plan.out / ".import"
    if plan.restart:
        shutil.rmtree(work, ignore_errors=True)
    report = _select(plan, work)
    if not len(report.selection.ids):
        report.show_left_out(console)
        shutil.rmtree(work, ignore_errors=True)
        raise UserError("no picture passes: see above what was left out, and loosen these filters")
    rows = [] if tree is None else _check(plan, report, tree, work / "pictures.jsonl")
    if tree is not None and not rows:
        report.show(console)
        (work / "pictures.jsonl").unlink()
        raise UserError(f"{tree} has none of the {len(report.selection.ids)} pictures whole; give the right --pictures")
    written = _write(plan.out, report, rows)
    if tree is not None:  # else the same metadata is asked for once more, with the pictures
        shutil.rmtree(work, ignore_errors=True)
    report.show(console)
    if tree is None:
        console.print(
            f"{len(report.selection.ids)} pictures are selected; nothing was checked and there is no manifest yet. "
            f"Fetch them with rsync --files-from={written} SERVER/512px/ DIR, then add --pictures DIR.",
            markup=False, highlight=False,
        )  # fmt: skip
    return written


def _select(plan: Plan, work: Path) -> Report:
    settings: dict[str, Any] = {"min_tags": plan.filters.min_tags, "top_pictures": plan.top_pictures}
    if plan.encoded is not None:
        assert plan.labels is not None
        selection, duplicates, bad = read_encoded(plan.encoded, plan.labels, plan.filters.min_tags, plan.top_pictures)
        counts = {"pictures": len(selection.ids) + sum(selection.left_out.values()),
                  "bad": len(bad), "duplicate ids": duplicates}  # fmt: skip
        settings = {"encoded": plan.encoded.name, "labels": plan.labels.name, **settings}
    else:
        files = find_files(plan.metadata, plan.out)
        spool = Spool(work)
        spool.fill(files, plan.filters, plan.workers)
        selection = select(spool, plan.top_tags, plan.top_pictures)
        state = spool.state
        counts = {"lines": state.lines, "bad": state.bad, "duplicate ids": state.duplicates,
                  "with a tag without name or category": state.nameless}  # fmt: skip
        with (work / "bad.csv").open(encoding="utf-8", newline="") as file:
            bad = [(where, reason) for where, reason in csv.reader(file)]
        settings = {
            "metadata": [file.name for file in files],
            "category": plan.filters.categories,
            "rating": plan.filters.ratings,
            **settings,
            "top_tags": plan.top_tags,
            "blacklist": sorted(plan.filters.blacklist),
            "ignore_tags": sorted(plan.filters.ignored),
            "deleted": plan.filters.deleted,
        }
    settings |= {"split": plan.shares, "seed": plan.seed}
    return Report(settings, selection, np.arange(len(selection.ids)), counts, dict(selection.left_out), bad)


def _check(plan: Plan, report: Report, tree: Path, journal: Path) -> list[Row]:
    """The manifest's rows; what was found on disk goes into ``report``."""
    selection = report.selection
    checked = list(check_pictures(selection, tree, journal, plan.workers))
    report.imported = np.flatnonzero([not picture.bad for picture in checked])
    usable = [picture for picture in checked if not picture.bad]
    report.bad += [(str(picture.id), picture.bad) for picture in checked if picture.bad]
    report.sizes = Counter((picture.width, picture.height) for picture in usable)
    missing = sum(picture.bad == MISSING for picture in checked)
    report.pictures = {
        "selected": len(checked),
        "missing": missing,
        "corrupt": len(checked) - len(usable) - missing,
        f"not {SIDE} x {SIDE}, taken as they are": len(usable) - report.sizes[SIDE, SIDE],
        "imported": len(usable),
    }
    if not usable:
        return []
    report.mean, report.std = mean_and_std(usable)
    prefix = Path(os.path.relpath(tree, plan.out)).as_posix()
    rows = [_row(selection, chosen, checked[chosen], prefix) for chosen in report.imported.tolist()]
    rows = split_by_group(rows, plan.shares, plan.seed)
    splits = Counter(row.split for row in rows)
    report.splits = {split: splits[split] for split in SPLITS}
    return rows


def _row(selection: Selection, chosen: int, picture: Checked, prefix: str) -> Row:
    id = str(picture.id)
    return Row(
        id, "train", id, f"{prefix}/{picture.path}", tags=" ".join(selection.labels_of(chosen)),
        width=picture.width, height=picture.height, source="danbooru", extra=selection.extra(chosen),
    )  # fmt: skip


def _write(out: Path, report: Report, rows: list[Row]) -> Path:
    """The manifest last, so that one that is there has everything beside it."""
    selection = report.selection
    write_whole(out / "labels.txt", "".join(f"{label}\n" for label in selection.labels).encode())
    listed = "".join(f"{picture_path(id)}\n" for id in selection.ids.tolist())
    pictures = write_whole(out / "pictures.txt", listed.encode())
    report.write(out / "report")
    if rows:
        write_manifest(out / "manifest.csv", rows)
        return out / "manifest.csv"
    return pictures

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
from textrm.importers.danbooru.account import SIDE, Account
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
from textrm.importers.danbooru.selection import Selection, select
from textrm.importers.danbooru.shards import find_files
from textrm.importers.danbooru.spool import Spool


@dataclass(frozen=True, slots=True)
class Options:
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


def run_import(options: Options, console: Console) -> Path:
    """Import, print the report and return the manifest, or the list of pictures where none are given.

    What is half done lies in ``OUT/.import`` and goes away when the manifest is written.

    Raises:
        UserError: for what :func:`find_files`, :func:`find_tree`, :class:`Spool` and :func:`read_encoded` refuse, and
            where nothing is left.
        OSError: a file cannot be read or written.
    """
    split_by_group([], options.shares)  # refuses wrong shares now, not after an hour
    tree = None if options.pictures is None else find_tree(options.pictures)
    if tree is None and (options.out / "manifest.csv").exists():
        raise UserError(f"{options.out} holds an import with pictures: give --pictures, or another folder")
    work = options.out / ".import"
    if options.restart:
        shutil.rmtree(work, ignore_errors=True)
    account = _select(options, work)
    if not len(account.selection.ids):
        account.show_left_out(console)
        shutil.rmtree(work, ignore_errors=True)
        raise UserError("no picture passes: see above what was left out, and loosen these filters")
    rows = [] if tree is None else _check(options, account, tree, work / "pictures.jsonl")
    if tree is not None and not rows:
        account.show(console)
        (work / "pictures.jsonl").unlink()
        raise UserError(
            f"{tree} has none of the {len(account.selection.ids)} pictures whole; give the right --pictures"
        )
    written = _write(options.out, account, rows)
    if tree is not None:  # else the same metadata is asked for once more, with the pictures
        shutil.rmtree(work, ignore_errors=True)
    account.show(console)
    if tree is None:
        console.print(
            f"{len(account.selection.ids)} pictures are selected; nothing was checked and there is no manifest yet. "
            f"Fetch them with rsync --files-from={written} SERVER/512px/ DIR, then add --pictures DIR.",
            markup=False, highlight=False,
        )  # fmt: skip
    return written


def _select(options: Options, work: Path) -> Account:
    settings: dict[str, Any] = {"min_tags": options.filters.min_tags, "top_pictures": options.top_pictures}
    if options.encoded is not None:
        assert options.labels is not None
        selection, duplicates, bad = read_encoded(
            options.encoded, options.labels, options.filters.min_tags, options.top_pictures
        )
        counts = {"pictures": len(selection.ids) + sum(selection.left_out.values()),
                  "bad": len(bad), "duplicate ids": duplicates}  # fmt: skip
        settings = {"encoded": options.encoded.name, "labels": options.labels.name, **settings}
    else:
        files = find_files(options.metadata, options.out)
        spool = Spool(work)
        spool.fill(files, options.filters, options.workers)
        selection = select(spool, options.top_tags, options.top_pictures)
        state = spool.state
        counts = {"lines": state.lines, "bad": state.bad, "duplicate ids": state.duplicates,
                  "with a tag without name or category": state.nameless}  # fmt: skip
        with (work / "bad.csv").open(encoding="utf-8", newline="") as file:
            bad = [(where, reason) for where, reason in csv.reader(file)]
        settings = {
            "metadata": [file.name for file in files],
            "category": options.filters.categories,
            "rating": options.filters.ratings,
            **settings,
            "top_tags": options.top_tags,
            "blacklist": sorted(options.filters.blacklist),
            "ignore_tags": sorted(options.filters.ignored),
            "deleted": options.filters.deleted,
        }
    settings |= {"split": options.shares, "seed": options.seed}
    return Account(settings, selection, np.arange(len(selection.ids)), counts, dict(selection.left_out), bad)


def _check(options: Options, account: Account, tree: Path, journal: Path) -> list[Row]:
    """The manifest's rows; what was found on disk goes into ``account``."""
    selection = account.selection
    checked = list(check_pictures(selection, tree, journal, options.workers))
    account.imported = np.flatnonzero([not picture.bad for picture in checked])
    usable = [picture for picture in checked if not picture.bad]
    account.bad += [(str(picture.id), picture.bad) for picture in checked if picture.bad]
    account.sizes = Counter((picture.width, picture.height) for picture in usable)
    missing = sum(picture.bad == MISSING for picture in checked)
    account.pictures = {
        "selected": len(checked),
        "missing": missing,
        "corrupt": len(checked) - len(usable) - missing,
        f"not {SIDE} x {SIDE}, taken as they are": len(usable) - account.sizes[SIDE, SIDE],
        "imported": len(usable),
    }
    if not usable:
        return []
    account.mean, account.std = mean_and_std(usable)
    prefix = Path(os.path.relpath(tree, options.out)).as_posix()
    rows = [_row(selection, chosen, checked[chosen], prefix) for chosen in account.imported.tolist()]
    rows = split_by_group(rows, options.shares, options.seed)
    splits = Counter(row.split for row in rows)
    account.splits = {split: splits[split] for split in SPLITS}
    return rows


def _row(selection: Selection, chosen: int, picture: Checked, prefix: str) -> Row:
    id = str(picture.id)
    return Row(
        id, "train", id, f"{prefix}/{picture.path}", tags=" ".join(selection.labels_of(chosen)),
        width=picture.width, height=picture.height, source="danbooru", extra=selection.extra(chosen),
    )  # fmt: skip


def _write(out: Path, account: Account, rows: list[Row]) -> Path:
    """The manifest last, so that one that is there has everything beside it."""
    selection = account.selection
    write_whole(out / "labels.txt", "".join(f"{label}\n" for label in selection.labels).encode())
    listed = "".join(f"{picture_path(id)}\n" for id in selection.ids.tolist())
    pictures = write_whole(out / "pictures.txt", listed.encode())
    account.write(out / "report")
    if rows:
        write_manifest(out / "manifest.csv", rows)
        return out / "manifest.csv"
    return pictures

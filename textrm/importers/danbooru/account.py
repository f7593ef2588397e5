"""What an import writes beside the manifest, and what it prints."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from textrm.data.manifest import SPLITS
from textrm.files import write_whole
from textrm.importers.danbooru.selection import Selection
from textrm.printable import cell, printable

SIDE = 512
SHOWN = 8  # bad lines or pictures that are printed; bad.csv has them all


@dataclass(slots=True)
class Account:
    """What came of an import.

    ``counts`` are numbers of lines, ``left_out`` of records by reason, ``pictures`` of what was found on disk, all in
    the order they are shown in; ``bad`` has (place or id, reason). ``mean`` and ``std`` are R, G, B in [0, 1], empty
    where no picture was looked at; ``imported`` are the places in the selection of the pictures that are imported,
    all of it where no picture was looked at.
    """

    settings: dict[str, Any]
    selection: Selection
    imported: np.ndarray
    counts: dict[str, int]
    left_out: dict[str, int]
    bad: list[tuple[str, str]]
    pictures: dict[str, int] = field(default_factory=dict)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    splits: dict[str, int] = field(default_factory=dict)
    mean: list[float] = field(default_factory=list)
    std: list[float] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write report.json, tags.csv, tags_per_picture.csv and bad.csv into ``folder``."""
        selection = self.selection
        labels = selection.counts[self.imported]
        facts = {
            "settings": self.settings,
            "metadata": self.counts,
            "left_out": self.left_out,
            "selected": len(selection.ids),
            "pictures": self.pictures,
            "sizes": [[*size, count] for size, count in sorted(self.sizes.items())],
            "imported": len(self.imported) if self.pictures else 0,
            "splits": self.splits,
            "labels": len(selection.labels),
            "labels_without_picture": self.unused(),
            "labels_per_picture": {
                "smallest": int(labels.min()), "largest": int(labels.max()), "mean": float(labels.mean()),
            },
            "mean": self.mean,
            "std": self.std,
        }  # fmt: skip
        write_whole(folder / "report.json", f"{json.dumps(facts, indent=2)}\n".encode())
        uses = dict(zip(selection.labels, self._uses().tolist(), strict=True))
        _write_csv(
            folder / "tags.csv",
            ("tag", "pictures", "taken"),
            ((tag, count, uses.get(tag, "")) for tag, count in selection.tags),
        )
        per_picture = selection.tags_per_picture
        numbers = ((tags, per_picture[tags]) for tags in np.flatnonzero(per_picture))
        _write_csv(folder / "tags_per_picture.csv", ("tags", "pictures"), numbers)
        _write_csv(folder / "bad.csv", ("where", "reason"), self.bad)

    def unused(self) -> int:
        """The number of labels that no imported picture has."""
        return int((self._uses() == 0).sum())

    def show(self, console: Console) -> None:
        """Print what was left out and why, the splits, mean and deviation, and the first bad lines."""
        self.show_left_out(console)
        if self.pictures:
            _print_counts(console, "pictures", self.pictures)
        if self.splits:
            _print_counts(console, "split", {split: self.splits[split] for split in SPLITS})
            mean, std = (", ".join(f"{value:.4f}" for value in values) for values in (self.mean, self.std))
            console.print(f"mean of R, G, B in [0, 1]: {mean}; standard deviation: {std}")
        if unused := self.unused():
            console.print(f"{unused} of {len(self.selection.labels)} labels are in none of these pictures")

    def show_left_out(self, console: Console) -> None:
        """Print what became of the lines, and the first bad ones."""
        _print_counts(console, "metadata", self.counts)
        _print_counts(console, "left out", self.left_out)
        if self.bad:
            table = Table("where", "reason", title=f"the first of {len(self.bad)} bad lines and pictures")
            for where, reason in self.bad[:SHOWN]:
                table.add_row(Text(printable(where)), Text(printable(reason)))
            console.print(table)

    def _uses(self) -> np.ndarray:
        """How many imported pictures have each label."""
        selection = self.selection
        imported = np.zeros(len(selection.ids), bool)
        imported[self.imported] = True
        owner = np.repeat(np.arange(len(imported)), selection.counts)
        first = np.repeat(np.cumsum(selection.counts) - selection.counts, selection.counts)
        entry = selection.starts[owner] + np.arange(len(owner)) - first
        return np.bincount(selection.numbers[entry[imported[owner]]], minlength=len(selection.labels))


def _print_counts(console: Console, title: str, counts: Mapping[str, int]) -> None:
    table = Table(title, "number")
    table.columns[1].justify = "right"
    for name, count in counts.items():
        table.add_row(name, f"{count:,}".replace(",", " "))
    console.print(table)


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    write_whole(path, text.getvalue().encode("utf-8", "backslashreplace"))

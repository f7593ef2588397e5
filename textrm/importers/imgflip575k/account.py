"""What an import of memes says at its end, and writes as report.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from textrm.data.manifest import SPLITS, Row
from textrm.files import write_whole
from textrm.printable import printable

SHOWN = 12  # lines of each sort that are printed; report.json has more


@dataclass(slots=True)
class Account:
    """Rows with their splits, numbers by what happened, one line for each bad file, each note, and refused captions."""

    rows: Sequence[Row] = ()
    counts: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def write(self, folder: Path, settings: dict[str, Any]) -> None:
        """Write report.json into ``folder``."""
        facts = {
            "settings": settings,
            "counts": dict(self.counts),
            "splits": {split: sum(row.split == split for row in self.rows) for split in SPLITS},
            "templates": {split: sorted({row.group for row in self.rows if row.split == split}) for split in SPLITS},
            "styles": dict(Counter(row.extra["style"] or row.extra["made"] for row in self.rows)),
            "bad": self.bad,
            "notes": self.notes,
            "captions_refused": self.refused,
        }
        write_whole(folder / "report.json", f"{json.dumps(facts, indent=2, ensure_ascii=False)}\n".encode())

    def show(self, console: Console) -> None:
        """Print the bad files, the notes, and the counts."""
        for title, lines in (("bad", self.bad), ("notes", self.notes), ("captions refused", self.refused)):
            if lines:
                console.print(f"{title}:", highlight=False)
            for line in lines[:SHOWN]:
                console.print(printable(f"  {line}"), markup=False, highlight=False, soft_wrap=True)
            if len(lines) > SHOWN:
                console.print(f"  and {len(lines) - SHOWN} more, see report.json", highlight=False)
        for name, count in self.counts.items():
            console.print(f"{name}: {count}", highlight=False)
        splits = Counter(row.split for row in self.rows)
        groups = Counter(split for split, _ in {(row.split, row.group) for row in self.rows})
        told = ", ".join(f"{split} {splits[split]} of {groups[split]} templates" for split in SPLITS)
        console.print(f"{len(self.rows)} pairs: {told}", highlight=False)

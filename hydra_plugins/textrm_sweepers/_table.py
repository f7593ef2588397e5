"""The table that a sweep ends with: what varied, how each job ended, its score and what it cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hydra_plugins.textrm_sweepers._jobs import Job
from textrm.printable import printable
from textrm.runs.ending import duration
from textrm.runs.outcome import Outcome

COSTS = {"parameters": ",.0f", "gmac_per_megapixel": ".2f", "cpu_seconds_per_megapixel": ".3f",
         "pictures_per_second": ".1f"}  # fmt: skip


def print_table(jobs: Sequence[Job], folder: Path, console: Console | None = None) -> None:
    """Print a line for each job, the best score first, and the command for more; costs that no job has are left out."""
    outcomes = [(job, Outcome.read(job.folder) or Outcome()) for job in jobs]
    shared = set.intersection(*(set(job.overrides) for job in jobs)) if len(jobs) > 1 else set()
    monitor = next((outcome.monitor for _, outcome in outcomes if outcome.monitor), None)
    costs = [name for name in COSTS if any(getattr(outcome, name) is not None for _, outcome in outcomes)]
    table = Table("job", "status", monitor or "score", "time", *costs)
    for job, outcome in sorted(outcomes, key=lambda pair: _rank(pair[1])):
        known = [getattr(outcome, name) for name in costs]
        table.add_row(
            Text(printable(" ".join(word for word in job.overrides if word not in shared) or "all")), outcome.status,
            "–" if outcome.score is None else f"{outcome.score:.4f}", duration(outcome.seconds),
            *("–" if value is None else format(value, COSTS[name]) for name, value in zip(costs, known, strict=True)),
        )  # fmt: skip
    console = console or Console()
    console.width = max(console.width, console.measure(table, options=console.options.update_width(10_000)).maximum)
    console.print(table)
    console.print(Text(f"more of it: textrm report {folder}"), soft_wrap=True)


def _rank(outcome: Outcome) -> float:
    return math.inf if outcome.score is None or math.isnan(outcome.score) else -outcome.score
